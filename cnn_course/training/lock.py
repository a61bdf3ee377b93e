"""The lock of a run: one process trains in its folder, and others can tell.

Where a file system has no locks, a run that is being trained looks like one that was killed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cnn_course.locking import acquire


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the run for this process; RuntimeError if another process trains in this folder."""
    with (folder / "lock").open("ab") as file:
        if not acquire(file):
            raise RuntimeError(f"{folder} is being trained by another process; wait for it or stop it first")
        yield


def is_locked(folder: Path) -> bool:
    """Whether some process is training in `folder` now."""
    try:
        file = (folder / "lock").open("rb")
    except FileNotFoundError:
        return False
    with file:
        return not acquire(file, shared=True)
