"""The exercise that a class is graded on, read from its folder as text. Nothing of it is run here."""

import ast
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

TESTS = ("test_public.py", "test_hidden.py")
FILES = (*TESTS, "scenarios.py", "exercise.json", "exercise.py")  # what judges a submission
SOLUTION, MISTAKES = "solution.py", "mistakes.py"


@dataclass(frozen=True)
class Exercise:
    """An exercise: its files by name, and what exercise.json says of it.

    `solution` and `mistakes`, the author's own answers and known wrong ones, are None where there are none.
    """

    name: str
    files: dict[str, str]
    facts: dict[str, Any]
    solution: str | None = None
    mistakes: str | None = None

    @cached_property
    def digest(self) -> str:
        """The same for the same files."""
        return sha256(json.dumps(self.files, sort_keys=True).encode()).hexdigest()

    @property
    def for_a_job(self) -> dict[str, Any]:
        return {"name": self.name, "files": self.files}


def read_exercise(folder: Path) -> Exercise:
    """The exercise in a folder, wherever that lies; without exercise.json, what its checks say of themselves.

    ValueError if it has no checks, or a file that cannot be read.
    """
    if not folder.is_dir():
        raise ValueError(f"{folder} is no folder; --exercise takes a number, a name or an exercise's folder")
    there = {
        name: text for name in (*FILES, SOLUTION, MISTAKES) if (text := _text(folder / name)) is not None
    }
    files = {name: there[name] for name in FILES if name in there}
    tests = [name for name in TESTS if name in files]
    if not tests:
        raise ValueError(f"{folder} has neither {' nor '.join(TESTS)}: nothing there can judge a submission")
    name = folder.resolve().name
    tasks = [task for test in tests for task in _marked_tasks(folder / test, files[test])]
    facts = {"name": name, "title": name, "tasks": list(dict.fromkeys(tasks)), "decks": []}
    facts |= _facts(folder, files.get("exercise.json"))
    return Exercise(str(facts["name"]), files, facts, there.get(SOLUTION), there.get(MISTAKES))


def _facts(folder: Path, text: str | None) -> dict[str, Any]:
    if text is None:
        return {}
    try:
        facts = json.loads(text)
    except ValueError as problem:
        raise ValueError(f"{folder / 'exercise.json'} is no JSON: {problem}") from None
    if not isinstance(facts, dict):
        raise ValueError(f"{folder / 'exercise.json'} holds no object")
    return facts


def _text(path: Path) -> str | None:
    """What is in the file; None if there is none."""
    try:
        return path.read_text("utf-8")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        raise ValueError(f"{path} is no UTF-8 text") from None


def _marked_tasks(path: Path, text: str) -> Iterator[str]:
    """The tasks that are named in marks, in order; those that a program makes up are not seen."""
    try:
        tree = ast.parse(text)
    except SyntaxError as problem:
        raise ValueError(f"{path}, line {problem.lineno}, is no Python: {problem.msg}") from None
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr="task"), args=[ast.Constant(value=str(task)), *_]):
                yield task
