"""The lock of a run: one process trains in its folder, and others can tell.

The kernel lets go of a lock however its holder ends. Where a file system has no locks, nothing is
checked, and a run that is being trained looks like one that was killed.
"""

import errno
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

PATIENCE = 0.3  # seconds: whoever looks whether a run is locked may hold its lock for an instant
TAKEN = (errno.EACCES, errno.EAGAIN, errno.EDEADLK)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the run for this process; RuntimeError if another process trains in this folder."""
    with (folder / "lock").open("ab") as file:
        if not _acquire(file):
            raise RuntimeError(f"{folder} is being trained by another process; wait for it or stop it first")
        yield


def is_locked(folder: Path) -> bool:
    """Whether some process is training in `folder` now."""
    try:
        file = (folder / "lock").open("rb")
    except FileNotFoundError:
        return False
    with file:
        return not _acquire(file, shared=True)


def _acquire(file: IO[bytes], *, shared: bool = False) -> bool:
    """Lock an open file until it is closed; False if another process keeps it locked."""
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
    """Lock at once or raise OSError. `shared`: as a reader, which gets on with others of its kind."""
    try:
        import fcntl
    except ImportError:  # Windows, which knows one kind only: of a byte, from where the file stands
        import msvcrt

        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined, unused-ignore]
    else:
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
