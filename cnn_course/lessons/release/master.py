"""An exercise to release: its folder and its master."""

from pathlib import Path
from typing import NamedTuple

from cnn_course.lessons.course import HIDDEN
from cnn_course.lessons.lesson import Lesson, read_lesson
from cnn_course.lessons.masters import find_masters


class Master(NamedTuple):
    """The folder of an exercise and what its master says."""

    folder: Path
    lesson: Lesson

    @property
    def name(self) -> str:
        return self.lesson.name

    @property
    def course(self) -> Path:
        return self.folder.parents[1]

    @property
    def hidden(self) -> Path | None:
        """The file of hidden checks, if there is one."""
        file = self.folder / HIDDEN
        return file if file.is_file() else None


def masters(course: Path) -> list[Master]:
    """The masters of a course, in order."""
    return [Master(folder, read_lesson(folder)) for folder in find_masters(course)]
