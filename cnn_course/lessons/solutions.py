"""The sources of answers to a task: the student's own, the course's, and other right ones."""

import ast
import inspect
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cnn_course.lessons.course import originals_folder
from cnn_course.lessons.lesson import MARKER

SOLUTION, ALTERNATIVES = "solution.py", "alternatives.py"
Definition = ast.FunctionDef | ast.ClassDef


def solution_folder(exercise: Path) -> Path | None:
    """Where the solutions of an exercise lie, if this copy of the course has them."""
    originals = originals_folder()
    places = [exercise, *([originals / exercise.name] if originals else [])]
    return next((place for place in places if (place / SOLUTION).is_file()), None)


def answers(task: str, folder: Path, namespace: Mapping[str, Any]) -> dict[str, str]:
    """Sources by title: yours, ours, and other ways by their names."""
    ours = dict(_definitions(folder / SOLUTION))[task]
    return {"yours": _own(namespace.get(task)), "ours": ours} | _alternatives(folder / ALTERNATIVES, task)


def _own(answer: Any) -> str:
    try:
        return inspect.getsource(answer).strip()
    except (OSError, TypeError):  # not defined yet, or defined where no source is kept
        return "# not to be found"


def _alternatives(path: Path, task: str) -> dict[str, str]:
    if not path.is_file():
        return {}
    text = path.read_text("utf-8")
    return {
        node.name.replace("_", " "): ast.get_source_segment(text, node) or ""
        for node in ast.parse(text).body
        if isinstance(node, Definition) and task in _marked_for(node)
    }


def _marked_for(node: Definition) -> Iterator[str]:
    """The tasks that the decorators of a function name."""
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and decorator.args and isinstance(decorator.args[0], ast.Constant):
            yield str(decorator.args[0].value)


def _definitions(path: Path) -> Iterator[tuple[str, str]]:
    """Name and source of each function and class of a file, without the markers of solutions."""
    text = path.read_text("utf-8")
    for node in ast.parse(text).body:
        if isinstance(node, Definition):
            lines = (ast.get_source_segment(text, node) or "").splitlines()
            yield node.name, "\n".join(line for line in lines if not MARKER.match(line))
