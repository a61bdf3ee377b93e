"""Which one of the files that a student handed in counts, and what there is to judge in it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import PurePosixPath
from typing import Any

from cnn_course.grading.batch.found import CODE, Found, Refused, shown
from cnn_course.grading.batch.layout import OF_AN_EXERCISE, own_names
from cnn_course.grading.batch.names import safe_name
from cnn_course.grading.batch.notebooks import source_of
from cnn_course.grading.batch.text import text_of
from cnn_course.grading.cells import LARGEST

NOTEBOOK = 20_000_000  # bytes of a notebook with its outputs
NETWORK = 64_000_000  # bytes of a trained network
COMPARED = 10  # files that are looked into to find the one that counts
# Handed in again: Canvas makes exercise-1.py of it, browsers and Moodle exercise (1).py.
AGAIN = re.compile(r"(?P<name>.+?)(?:-(?P<canvas>\d{1,3})| ?\((?P<browser>\d{1,3})\))?", re.DOTALL)
UNTOUCHED = "raise NotImplementedError"


@dataclass(frozen=True)
class Work:
    """A student's file, its bytes, the text of it that counts, and a line on what does not, or ""."""

    found: Found
    data: bytes
    text: str
    note: str = ""

    @property
    def name(self) -> str:
        """What the file is called in messages."""
        return safe_name(PurePosixPath(self.found.name).stem, 60) + self.found.kind

    def untouched(self, tasks: Sequence[str]) -> bool:
        """Whether there seem to be as many stubs as tasks."""
        return self.text.count(UNTOUCHED) >= len(tasks) > 0


def choose(files: Sequence[Found], exercise: dict[str, Any]) -> Work:
    """The student's work on the exercise; `Refused` if there is none, or several files could be meant.

    Of files handed in again, the newest; of several, those that are called as the exercise wants it; of
    these, what can be read, is not the same again, and is more than the stub.
    """
    files = [found for found in files if not found.is_folder or found.refused]
    candidates = newest(found for found in files if found.kind in CODE)
    if not candidates:
        raise Refused(_nothing(files, exercise["name"]))
    for fits in (_may_be_of, _is_named_for):
        candidates = [found for found in candidates if fits(found, exercise["name"])] or candidates
    if len(candidates) > COMPARED:
        raise Refused(_several(candidates, exercise["name"]))
    works, problems = _read_all(candidates, exercise)
    begun = [work for work in works if not work.untouched(exercise["tasks"])]
    if problems and not begun:
        raise problems[0]
    if len(begun or works) > 1:
        raise Refused(_several([work.found for work in begun or works], exercise["name"]))
    (work,) = begun or works
    return replace(work, note="; ".join(filter(None, (work.note, *map(str, problems[:1])))))


def trained_beside(files: Iterable[Found], work: Work) -> bytes | None:
    """The trained network that was handed in with the work, if one was; `Refused` if it cannot be taken."""
    networks = newest(found for found in files if found.kind == ".cnn")
    beside = [found for found in networks if found.path[:-1] == work.found.path[:-1]] or networks
    if not beside:
        return None
    if len(beside) > 1:
        raise Refused(f"there are {len(beside)} trained networks, {_names(beside)}: none counts")
    return beside[0].read(NETWORK)


def newest(files: Iterable[Found]) -> list[Found]:
    """Of each file that was handed in again, as exercise-1.py or exercise (1).py, the last."""
    last: dict[tuple[str, ...], tuple[int, int, Found]] = {}
    for found in files:
        name, number = _name_and_number(found)
        key, this = (*found.path[:-1], name), (found.version, number, found)
        if key not in last or this[:2] > last[key][:2]:
            last[key] = this
    return [found for _, _, found in last.values()]


def _name_and_number(found: Found) -> tuple[str, int]:
    again = AGAIN.fullmatch(PurePosixPath(found.name).stem)
    if again is None:
        return found.name, 0
    return again["name"].lower() + found.kind, int(again["canvas"] or again["browser"] or 0)


def _may_be_of(found: Found, exercise: str) -> bool:
    """Whether it does not lie in the folder of another exercise."""
    return all(part == exercise or not OF_AN_EXERCISE.fullmatch(part) for part in found.path[:-1])


def _is_named_for(found: Found, exercise: str) -> bool:
    return _name_and_number(found)[0] in {name.lower() for name in own_names(exercise)}


def _read_all(files: Iterable[Found], exercise: dict[str, Any]) -> tuple[list[Work], list[Refused]]:
    """Those of the files that can be read, each content once; and why others cannot."""
    works: dict[str, Work] = {}
    problems = []
    for found in files:
        try:
            work = _read(found, exercise)
            works.setdefault(sha256(work.data).hexdigest(), work)
        except Refused as problem:
            problems.append(problem)
    return list(works.values()), problems


def _read(found: Found, exercise: dict[str, Any]) -> Work:
    name = shown(found.name)
    if found.kind == ".ipynb":
        data = found.read(NOTEBOOK)
        source = source_of(name, text_of(name, data), exercise)
        return Work(found, data, source.text, source.note)
    data = found.read(LARGEST)
    text = text_of(name, data)
    if text.lstrip().startswith("{") and '"cells"' in text:
        raise Refused(f"{name} is a notebook by another name; hand it in as {exercise['name']}.ipynb")
    return Work(found, data, text)


def _nothing(files: Sequence[Found], exercise: str) -> str:
    refused = next((found.refused for found in files if found.refused), "")
    there = f"there is no .py or .ipynb file, only {_names(files)}" if files else "there is nothing in it"
    return refused or f"{there}; {_wanted(exercise)}"


def _several(files: Sequence[Found], exercise: str) -> str:
    return f"{len(files)} files could be meant: {_names(files)}; {_wanted(exercise)}"


def _wanted(exercise: str) -> str:
    return f"hand in {' or '.join(own_names(exercise)[:2])}"


def _names(files: Sequence[Found]) -> str:
    more = f" and {len(files) - 3} more" if len(files) > 3 else ""
    return ", ".join(sorted(shown(found.shown, 30) for found in files)[:3]) + more
