"""Where the masters of a course lie: `exercises/NN_topic/lesson.py` below the folder of the course."""

from collections.abc import Sequence
from pathlib import Path

import cnn_course
from cnn_course.lessons.course import EXERCISES, pick
from cnn_course.lessons.lesson import MASTER


def course_folder(start: Path) -> Path:
    """The course that `start` lies in, or else the one that this package was installed from."""
    package = Path(cnn_course.__file__).resolve().parent
    for folder in (start, *start.parents, package.parent):
        if any(folder.glob(f"{EXERCISES}/*/{MASTER}")):
            return folder
    raise FileNotFoundError(
        f"no course here: neither {start} nor a folder above it has {EXERCISES}/NN_topic/{MASTER}"
    )


def find_masters(course: Path, names: Sequence[str] = ()) -> list[Path]:
    """The exercises' folders in order; `names`: only these, each a number, a topic or a whole name."""
    folders = sorted(path.parent for path in course.glob(f"{EXERCISES}/*/{MASTER}"))
    return [pick(name, folders) for name in names] if names else folders
