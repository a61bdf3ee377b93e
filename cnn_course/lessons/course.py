"""Where exercises lie: in the student's working copy, or with this package. Imports no framework."""

import json
import os
import re
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import cnn_course

VARIABLE = "CNN_COURSE_EXERCISES"
EXERCISES, NOTEBOOKS = "exercises", "notebooks"
FACTS, STUB, HIDDEN = "exercise.json", "exercise.py", "test_hidden.py"
HIDDEN_CHECKS = "hidden_checks"

# What a student may have of an exercise, beside the notebook. Neither solutions nor hidden checks.
STUDENT_FILES = (STUB, FACTS, "test_public.py", "scenarios.py", "questions.py", "reference.json")


class NoSuchName(ValueError):
    """A name that does not exist; a notebook shows the message alone, without where it was raised."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


def exercises_folder() -> Path:
    """The exercises to work on: in $CNN_COURSE_EXERCISES, else from here upwards, else the package's."""
    tried = list(dict.fromkeys(_candidates()))
    for folder in tried:
        if exercises(folder):
            return folder
    raise FileNotFoundError(
        "no exercises found in "
        + ", ".join(map(str, tried[:1] + tried[-2:]))
        + f"; `cnn-course init DIR` makes a working copy, and ${VARIABLE} may name one"
    )


def originals_folder() -> Path | None:
    """The exercises that this package came with, as they were before anybody worked on them."""
    return next((folder for folder in _of_the_package() if exercises(folder)), None)


def exercises(folder: Path) -> list[Path]:
    """The exercises in a folder, in order."""
    found = (path.parent for path in folder.glob(f"*/{FACTS}"))
    return sorted(path for path in found if re.fullmatch(r"\d\d_\w+", path.name))


def find(name: str, folder: Path | None = None) -> Path:
    """The folder of the exercise "03_convolution", also called "03", "3" or "convolution"."""
    return pick(name, exercises(folder or exercises_folder()))


def pick(name: str, known: list[Path]) -> Path:
    """That of the folders which is called so, by its whole name, its number or its topic."""
    for path in known:
        number, _, topic = path.name.partition("_")
        if name in (path.name, number, topic) or name.isdigit() and int(name) == int(number):
            return path
    raise unknown("exercise", name, [path.name for path in known])


def facts(folder: Path) -> dict[str, Any]:
    """What exercise.json says: name, title, data, decks, profiles, tasks, hidden."""
    return json.loads((folder / FACTS).read_text("utf-8"))


def notebook(folder: Path) -> Path:
    """The notebook of the exercise in `folder`, whether or not it exists."""
    inside = folder / f"{folder.name}.ipynb"
    return inside if inside.is_file() else folder.parents[1] / NOTEBOOKS / inside.name


def logs_folder(start: Path | None = None) -> Path:
    """`logs` of the course that the current folder lies in, as `tensorboard --logdir logs` there expects."""
    here = Path.cwd() if start is None else start
    course = next((folder for folder in (here, *here.parents) if (folder / EXERCISES).is_dir()), here)
    return course / "logs"


def hidden_checks(exercise: Path) -> Path | None:
    """The hidden checks of an exercise: beside it, or in a folder `hidden_checks` from here upwards."""
    here = Path.cwd()
    instructors = (folder / HIDDEN_CHECKS / exercise.name for folder in (here, *here.parents))
    return next((path for place in (exercise, *instructors) if (path := place / HIDDEN).is_file()), None)


def unknown(what: str, name: str, known: list[str]) -> NoSuchName:
    """The error for a name that does not exist, with those that are near, or else all."""
    near = get_close_matches(name, known, n=3, cutoff=0.5)
    choices = f"did you mean {' or '.join(near)}?" if near else f"choose from {', '.join(known)}"
    return NoSuchName(f"no {what} {name!r}: {choices}")


def _candidates() -> Iterator[Path]:
    named = os.environ.get(VARIABLE)
    if named:
        yield Path(named).expanduser().resolve()
        return
    here = Path.cwd()
    for folder in (here, *here.parents):
        yield folder / EXERCISES
    yield from _of_the_package()


def _of_the_package() -> tuple[Path, Path]:
    package = Path(cnn_course.__file__).resolve().parent
    return package.parent / EXERCISES, package / EXERCISES
