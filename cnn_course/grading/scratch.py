"""Folders for scratch files that go with whoever made them: at the latest when somebody clears up.

Beside each stands a file that is locked for as long as its owner lives, however that ends.
"""

import shutil
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile, gettempdir
from types import TracebackType
from typing import Any, Self

from cnn_course.locking import acquire

PREFIX, LOCK = "cnn-course-scratch-", ".lock"


class Scratch:
    """A new folder for this user alone, `path`. As a context it is removed at the end."""

    def __init__(self) -> None:
        self._lock: Any = NamedTemporaryFile(prefix=PREFIX, suffix=LOCK)  # noqa: SIM115
        acquire(self._lock)
        self.path = Path(self._lock.name).with_suffix("")
        self.path.mkdir(mode=0o700)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.remove()

    def remove(self) -> None:
        """Remove it with all that is in it. Can be called again."""
        shutil.rmtree(self.path, ignore_errors=True)
        self._lock.close()


def clear_up() -> None:
    """Remove the scratch folders whose owners were killed."""
    for lock in Path(gettempdir()).glob(f"{PREFIX}*{LOCK}"):
        with suppress(OSError), lock.open("ab") as file:
            if acquire(file):
                shutil.rmtree(lock.with_suffix(""), ignore_errors=True)
                lock.unlink()
