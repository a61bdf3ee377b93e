"""A program in a box that tries to get out. It answers "ready" if the box holds, else "open: " and where.

python -I probe.py FOLDER FILE PORT      FILE: one that it must not read; PORT: where somebody listens
"""

import os
import socket
import sys
from contextlib import suppress


def main(file: str, port: int) -> str:
    from cnn_course.grading.jail.confine import confine

    confine()
    with suppress(OSError):
        os.close(os.open(file, os.O_RDONLY))
        return "open: files outside of the box can be read"
    with suppress(OSError):
        os.close(os.open(f"{os.path.dirname(file)}/left-by-a-probe", os.O_CREAT | os.O_WRONLY))  # noqa: PTH120
        return "open: files can be written outside of the box"
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1.0):
        return "open: the network can be reached from the box"
    return "ready"


if __name__ == "__main__":
    sys.path.insert(0, sys.argv[1])
    os.write(1, main(sys.argv[2], int(sys.argv[3])).encode())
