"""Begins a worker that cannot outlive its parent, not even while it is still importing what it needs.

python -m cnn_course.grading.batch.launch PARENT
"""

import ctypes
import os
import signal
import sys

DIES_WITH_PARENT = 1  # PR_SET_PDEATHSIG


def launch(parent: int) -> None:
    """Work for the process `parent`, or not at all if that is gone already."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(DIES_WITH_PARENT, signal.SIGKILL)
    if os.getppid() == parent:
        from cnn_course.grading.batch import worker

        worker.main()


if __name__ == "__main__":
    launch(int(sys.argv[1]))
