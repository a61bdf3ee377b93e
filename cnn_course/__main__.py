"""`python -m cnn_course` is `cnn-course`."""

import sys

from cnn_course.cli import main

if __name__ == "__main__":
    sys.exit(main())
