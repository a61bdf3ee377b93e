"""Of a submitted notebook, the cells that count: those of tasks, and the imports that the stub has too.

Outputs, text, and what the student tried in other cells stay behind; each cell that is left keeps its number
and the name of its task, so that messages can name it. Nothing is parsed as Python, and nothing is run.
"""

import json
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from cnn_course.grading.batch.found import Refused, kilobytes, shown
from cnn_course.grading.cells import LARGEST, is_python, notebook_of

MOST_CELLS = 2_000
BRACKETS, PARTS = 300_000, 1_000_000  # of its JSON; parts are commas too, each may take some memory
DEFINED = re.compile(r"^(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)", re.MULTILINE)


class Cell(NamedTuple):
    """A code cell that counts; `task` is "" where it holds the imports."""

    number: int
    task: str
    source: str


class Source(NamedTuple):
    """The cells of a notebook that count, and a line on what does not but is called there, or ""."""

    cells: list[Cell]
    note: str

    @property
    def text(self) -> str:
        """The JSON of a notebook of these cells alone, each in its old place."""
        by_number = {cell.number: cell for cell in self.cells}
        empty = {"cell_type": "raw", "metadata": {}, "source": ""}
        made = [
            _code(by_number[number]) if number in by_number else empty
            for number in range(1, max(by_number, default=0) + 1)
        ]
        return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def source_of(name: str, text: str, exercise: dict[str, Any]) -> Source:
    """What counts of a notebook; `Refused` if it is none, another exercise's, or has no task of this one."""
    notebook = _notebook(name, text, exercise)
    cells = _cells(notebook, exercise["tasks"])
    if not any(cell.task for cell in cells):
        raise Refused(f"{name} has no cell of a task of {exercise['name']}; the course's notebook marks them")
    size = sum(len(cell.source.encode("utf-8", "replace")) for cell in cells)
    if size > LARGEST:
        raise Refused(f"the code in {name} has {kilobytes(size)}; at most {kilobytes(LARGEST)} are taken")
    return Source(cells, _left_behind(notebook, cells))


def _notebook(name: str, text: str, exercise: dict[str, Any]) -> dict[str, Any]:
    brackets = text.count("[") + text.count("{")
    if brackets > BRACKETS or brackets + text.count(",") > PARTS:
        raise Refused(f"{name} has more parts than any notebook of the course; clear its outputs")
    try:
        notebook = notebook_of(name, text)
    except ValueError as problem:
        raise Refused(str(problem)) from None
    if len(notebook["cells"]) > MOST_CELLS:
        raise Refused(f"{name} has {len(notebook['cells']):,} cells; at most {MOST_CELLS:,} are looked at")
    about = notebook["metadata"].get("cnn_course")
    belongs = about.get("exercise", exercise["name"]) if isinstance(about, dict) else exercise["name"]
    if belongs != exercise["name"]:
        raise Refused(f"{name} is the notebook of {shown(str(belongs))}, not of {exercise['name']}")
    return notebook


def _cells(notebook: dict[str, Any], tasks: Sequence[str]) -> list[Cell]:
    found = []
    for number, cell in enumerate(notebook["cells"], start=1):
        task = _task(cell, tasks)
        if task is not None and cell["cell_type"] == "code" and is_python(cell["source"]):
            found.append(Cell(number, task, cell["source"]))
    return found


def _left_behind(notebook: dict[str, Any], cells: Sequence[Cell]) -> str:
    """A line on functions that the cells call and others define: while learning, those were there too."""
    source = "\n".join(cell.source for cell in cells)
    missing = set(re.findall(r"\b(\w+)\(", source)) - set(DEFINED.findall(source))
    elsewhere = {
        function: number
        for number, cell in enumerate(notebook["cells"], start=1)
        if cell["cell_type"] == "code"
        for function in DEFINED.findall(cell["source"])
    }
    said = [f"{shown(name)} in cell {elsewhere[name]}" for name in sorted(missing & set(elsewhere))]
    return f"only cells of tasks count; left out: {', '.join(said[:3])}" if said else ""


def _task(cell: dict[str, Any], tasks: Sequence[str]) -> str | None:
    """The task of a cell, "" for imports, None if it does not count.

    It is in the cell's metadata; where a program has dropped that, in the name by which nbgrader or Jupyter
    knows the cell.
    """
    marks = cell["metadata"]
    nbgrader = marks["nbgrader"] if isinstance(marks.get("nbgrader"), dict) else {}
    for name in (marks.get("task"), nbgrader.get("grade_id"), cell.get("id"), marks.get("id")):
        if isinstance(name, str) and name.removeprefix("task-") in tasks:
            return name.removeprefix("task-")
    if nbgrader.get("solution") is True:
        return shown(str(nbgrader.get("grade_id", ""))) or "a solution"
    tags = marks.get("tags")
    return "" if isinstance(tags, list) and "module" in tags else None


def _code(cell: Cell) -> dict[str, Any]:
    metadata = {"task": cell.task} if cell.task else {"tags": ["module"]}
    return {
        "cell_type": "code", "metadata": metadata, "source": cell.source,
        "outputs": [], "execution_count": None,
    }  # fmt: skip
