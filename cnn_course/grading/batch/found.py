"""A file of a submission before anybody has looked into it, and the line that says why it cannot count."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cnn_course.grading.wording import clean

CODE = (".py", ".ipynb")
NAME, REASON = 60, 200  # characters of a name, and of a reason, that are shown


class Refused(ValueError):
    """A submission, or a file of it, that cannot be taken; the message is one line."""


class TooLarge(Refused):
    """There is more of it than is taken."""


@dataclass(frozen=True)
class Found:
    """A file as it was found, in a folder or in an archive; nothing of it has been read.

    `path`: the folders it lies in, from the student's own on, and its name. `reader(most)`: its bytes, or
    `Refused`, if only for being more than `most`. `refused`: why it is not read, in one line. `place`: where
    it lies on the disk, if not in an archive. `version`: of two files of one name the higher is newer.
    """

    path: tuple[str, ...]
    reader: Callable[[int], bytes] | None = None
    refused: str = ""
    is_folder: bool = False
    place: Path | None = None
    version: int = 0

    @property
    def name(self) -> str:
        return self.path[-1] if self.path else ""

    @property
    def kind(self) -> str:
        """Its suffix in small letters: .py, .ipynb, .zip."""
        return Path(self.name).suffix.lower()

    def read(self, most: int) -> bytes:
        """Its bytes; `Refused` if there are more than `most`, or it cannot be read."""
        if self.refused or self.reader is None:
            raise Refused(self.refused or f"{self.shown} is a folder")
        return self.reader(most)

    @property
    def shown(self) -> str:
        """Its path in one short line, safe to show."""
        return shown("/".join(self.path))


def shown(name: str, most: int = NAME) -> str:
    """A name that a student chose, in one short line that is safe to show."""
    line = " ".join(clean(name.encode("utf-8", "replace").decode()).split())
    return line if len(line) <= most else f"{line[: most // 2]}...{line[-most // 2 + 3 :]}"


def kilobytes(size: int) -> str:
    return f"{-(-size // 1000):,} kB"
