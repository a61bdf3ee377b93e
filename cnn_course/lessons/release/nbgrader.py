"""A source tree for nbgrader: it holds solutions and hidden checks, and is for instructors.

`nbgrader generate_assignment` makes from it what students get. Each task is a solution cell and a cell of
autograder tests that ends in the points earned, as nbgrader takes partial credit. Hidden checks are called
between BEGIN and END HIDDEN TESTS, but lie in a folder beside: nbgrader prints every cell it graded in the
feedback for students.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from cnn_course.lessons.course import EXERCISES, HIDDEN, HIDDEN_CHECKS, STUB
from cnn_course.lessons.generate import notebook
from cnn_course.lessons.release.master import Master
from cnn_course.lessons.release.plain import student_files
from cnn_course.lessons.release.worth import Worth, worth

HERE = Path(__file__).with_name("templates") / "nbgrader"
CHECK = re.compile(r"ex\.check\([\"'](\w+)[\"']\)")
SCHEMA = 3
WITH_HIDDEN = """\
# Points: {total:g}, {hidden:g} of them for hidden checks; until these run, visible ones stand for all.
hidden = False
### BEGIN HIDDEN TESTS
hidden = True
### END HIDDEN TESTS
report = ex.check("{task}", hidden=hidden)
display(report.visible)
report.share_of({total!r})"""
VISIBLE_ONLY = """\
# Points: {total:g}.
report = ex.check("{task}")
display(report)
report.share_of({total!r})"""


def nbgrader(masters: Sequence[Master]) -> dict[str, bytes]:
    """`source/NAME/NAME.ipynb` of every exercise and what it needs beside it, hidden checks, settings."""
    made = {
        "README.md": (HERE / "README.md").read_bytes(),
        "nbgrader_config.py": (HERE / "nbgrader_config.py.txt").read_bytes(),
    }
    for master in masters:
        made |= _source(master, solved=True)
        if master.hidden:
            made[f"{HIDDEN_CHECKS}/{master.name}/{HIDDEN}"] = master.hidden.read_bytes()
    return made


def nbgrader_for_students(masters: Sequence[Master]) -> dict[str, bytes]:
    """What of it `nbgrader generate_assignment` leaves in the hands of students."""
    return {path: content for master in masters for path, content in _source(master, solved=False).items()}


def _source(master: Master, *, solved: bool) -> dict[str, bytes]:
    """The folder of an assignment: its notebook, and the exercise's files but for the stub."""
    folder = f"source/{master.name}"
    beside = {
        f"{folder}/{path}": content
        for path, content in student_files(master).items()
        if path.startswith(f"{EXERCISES}/") and not path.endswith(f"/{STUB}")
    }
    return {f"{folder}/{master.name}.ipynb": _written(source_notebook(master, solved=solved)), **beside}


def source_notebook(master: Master, *, solved: bool = True) -> Any:
    """The notebook with nbgrader's metadata; what is for instructors is left out."""
    cells = [cell for cell in master.lesson.cells if "instructor" not in cell.tags]
    made = notebook(replace(master.lesson, cells=cells), solved=solved)
    made.cells = list(_with_tests(made.cells, worth(master)))
    return made


def _with_tests(cells: list[Any], points: dict[str, Worth]) -> Iterator[Any]:
    """The cells with what nbgrader wants to know; the first that checks a task becomes its tests."""
    checked = {found[1] for cell in cells if (found := CHECK.fullmatch(cell.source.strip()))}
    tested = set()
    for cell in cells:
        task = cell.metadata.get("task")
        check = CHECK.fullmatch(cell.source.strip())
        if task:
            cell.metadata.nbgrader = _marks(task, solution=True)
        elif check and check[1] not in tested:
            tested.add(check[1])
            _make_tests(cell, check[1], points[check[1]])
        elif "setup" in cell.metadata.get("tags", ()) and cell.cell_type == "code":
            cell.metadata.nbgrader = _marks("setup", locked=True)
        yield cell
        if task and task not in checked:
            yield _new_tests(task, points[task])


def _make_tests(cell: Any, task: str, points: Worth) -> None:
    text = WITH_HIDDEN if points.hidden else VISIBLE_ONLY
    cell.source = text.format(task=task, total=points.total, hidden=points.hidden)
    cell.metadata.nbgrader = _marks(f"test-{task}", grade=True, points=points.total)


def _new_tests(task: str, points: Worth) -> Any:
    import nbformat

    cell = nbformat.v4.new_code_cell(id=f"test-{task}"[:64])
    _make_tests(cell, task, points)
    return cell


def _marks(
    name: str, *, grade: bool = False, solution: bool = False, locked: bool = False, **more: float
) -> Any:
    """A cell's metadata in nbgrader's third schema. A test is locked without saying so."""
    import nbformat

    return nbformat.from_dict({
        "schema_version": SCHEMA,
        "grade_id": name,
        "grade": grade,
        "solution": solution,
        "locked": locked,
        "task": False,
        **more,
    })  # fmt: skip


def _written(made: Any) -> bytes:
    import nbformat

    return (nbformat.writes(made) + "\n").encode()
