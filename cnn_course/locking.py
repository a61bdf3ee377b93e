"""Locks on files, which the kernel lets go of however their holder ends.

Where a file system has no locks, nothing is locked out.
"""

import errno
import time
from typing import IO

PATIENCE = 0.3  # seconds: whoever looks whether a file is locked may hold its lock for an instant
TAKEN = (errno.EACCES, errno.EAGAIN, errno.EDEADLK)


def acquire(file: IO[bytes], *, shared: bool = False) -> bool:
    """Lock an open file until it is closed; False if another process keeps it locked.

    `shared`: as a reader, who gets on with other readers.
    """
    give_up = time.monotonic() + PATIENCE
    while not _try_lock(file, shared):
        if time.monotonic() > give_up:
            return False
        time.sleep(0.02)
    return True


def _try_lock(file: IO[bytes], shared: bool) -> bool:
    try:
        _lock(file, shared)
    except OSError as problem:  # any other than these, such as ENOLCK of NFS: there are no locks here
        return problem.errno not in TAKEN
    return True


def _lock(file: IO[bytes], shared: bool) -> None:
    """Lock at once or raise OSError."""
    try:
        import fcntl
    except ImportError:  # Windows, which knows one kind only: of a byte, from where the file stands
        import msvcrt

        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined, unused-ignore]
    else:
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
