"""Start an exercise: a small one that keeps every promise, to be replaced piece by piece."""

import re
from pathlib import Path

from cnn_course.lessons.course import EXERCISES

EXAMPLE = Path(__file__).with_name("new_exercise")
NAME = re.compile(r"(\d\d)_[a-z][a-z0-9_]*")


def start_exercise(name: str, course: Path) -> list[Path]:
    """Write the files of a new exercise `name`, such as "24_attention"; returns them.

    ValueError for a name of another form or a number that is taken.
    """
    if not NAME.fullmatch(name):
        raise ValueError(f"{name!r}: an exercise is named by two digits and a topic, such as 24_attention")
    number, _, topic = name.partition("_")
    taken = sorted(path.name for path in (course / EXERCISES).glob(f"{number}_*"))
    if taken:
        raise ValueError(f"{name}: number {number} is taken by {taken[0]}")
    folder = course / EXERCISES / name
    folder.mkdir(parents=True)
    title = topic.replace("_", " ").capitalize()
    written = []
    for example in sorted(EXAMPLE.glob("*.txt")):
        path = folder / example.stem
        path.write_text(example.read_text("utf-8").replace("{title}", title), "utf-8", newline="\n")
        written.append(path)
    return written
