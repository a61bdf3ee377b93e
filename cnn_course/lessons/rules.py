"""What a master must obey, each broken rule told in one line. Every function raises ValueError."""

import ast
import re
from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

from cnn_course.data.loading import NAMES
from cnn_course.lessons.lesson import Cell, Lesson, blocks
from cnn_course.lessons.profile import PROFILES, profile_of

PREDICTED = re.compile(r"\bex\.predict\(\s*[\"'](\w+)[\"']\s*,(?!\s*\.\.\.)")
FACTS = ("title", "data", "decks", "profiles")
TAGS = ("module", "instructor")
ASKED = re.compile(r"\bex\.(check|hint|solution)\(\s*[\"'](\w+)[\"']")


def check_header(header: dict[str, Any]) -> None:
    """What the header says under `jupyter: cnn_course:`."""
    missing = [fact for fact in ("title", "data") if not header.get(fact)]
    if missing:
        raise ValueError(f"its header has no {' and no '.join(missing)} under jupyter: cnn_course:")
    for fact in header:
        _known(fact, FACTS, "the header's")
    data = header["data"]
    name = data.get("name") if isinstance(data, dict) else data
    _known(name, NAMES, "data:")
    for name, settings in dict(header.get("profiles") or {}).items():
        _known(name, PROFILES, "profiles:")
        try:
            profile_of({"profiles": {name: settings or {}}}, name)
        except ValueError as problem:
            raise ValueError(f"profile {name}: {problem}") from None


def check_lesson(lesson: Lesson) -> None:
    """The cells: what they are marked as, their solutions, the tasks that checks name."""
    if not (lesson.cells and lesson.cells[0].markdown and lesson.cells[0].source.startswith("# ")):
        raise ValueError("its first cell must be markdown that begins with the title, such as # Convolution")
    for task in lesson.tasks:
        if lesson.tasks.count(task) > 1:
            raise ValueError(f"two cells are task {task}: one name, one task")
    for number, cell in enumerate(lesson.cells, start=1):
        try:
            _check_cell(cell)
            _check_calls(cell, lesson.tasks)
        except ValueError as problem:
            raise ValueError(f"{_place(cell, number)}: {problem}") from None
    if not lesson.tasks:
        raise ValueError('it has no task: mark what students write by # %% task="NAME"')


def _place(cell: Cell, number: int) -> str:
    """Where a cell is, as its author finds it: by its task, or its number and first line."""
    first = next(iter(cell.source.splitlines()), "")
    return f"task {cell.task}" if cell.task else f"cell {number} ({first[:40]})"


def _check_cell(cell: Cell) -> None:
    for tag in cell.tags:
        _known(tag, TAGS, "the tag")
    for key in cell.other:
        _known(key, ("task", "tags"), "the cell's")
    if cell.markdown and (cell.task or "module" in cell.tags):
        raise ValueError("it is markdown; a task and what a module needs are code")
    solutions = blocks(cell.source)
    if solutions and not cell.task:
        raise ValueError('it has a solution but no task: write # %% task="NAME" above it')
    if cell.task or "module" in cell.tags:
        _check_python(cell.source, "it")
    if cell.task:
        _check_task(cell, cell.task)


def _check_calls(cell: Cell, tasks: Sequence[str]) -> None:
    """What a cell asks of `ex`."""
    for verb, task in ASKED.findall(cell.source):
        if task not in tasks:
            raise ValueError(f'ex.{verb}("{task}"): there is no such task; {_near(task, tasks)}')
    for name in PREDICTED.findall(cell.source):
        raise ValueError(f'write ex.predict("{name}", ...): students put their answer where the dots are')


def _check_task(cell: Cell, task: str) -> None:
    if "instructor" in cell.tags:
        raise ValueError("it is tagged instructor; a task is for students")
    if not task.isidentifier():
        raise ValueError("a task is named as what it defines, a Python name")
    if not cell.solutions:
        raise ValueError("it has no solution: put # BEGIN SOLUTION and # END SOLUTION around one")
    if not all(_code(text) for text in cell.solutions):
        raise ValueError("nothing stands between BEGIN SOLUTION and END SOLUTION")
    if task not in _defined(ast.parse(cell.source)):
        raise ValueError(f"its cell defines no {task}")
    _check_python(cell.for_students, "without its solution it")


def _code(text: str) -> list[str]:
    """The lines that do something."""
    return [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def _check_python(source: str, what: str) -> None:
    try:
        ast.parse(source)
    except SyntaxError as problem:
        line = (problem.text or "").strip()
        raise ValueError(f"{what} is no Python ({problem.msg}: {line!r})") from None


def _defined(tree: ast.Module) -> set[str]:
    """The names that a cell defines at its outermost level."""
    names = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        for target in node.targets if isinstance(node, ast.Assign) else ():
            names |= {name.id for name in ast.walk(target) if isinstance(name, ast.Name)}
    return names


def _known(word: Any, choices: Sequence[str], whose: str) -> None:
    if word not in choices:
        raise ValueError(f"{whose} {word!r} means nothing; {_near(word, choices)}")


def _near(word: Any, choices: Sequence[str]) -> str:
    near = get_close_matches(str(word), choices, n=1)
    return f"did you mean {near[0]}?" if near else f"there are {', '.join(choices)}"
