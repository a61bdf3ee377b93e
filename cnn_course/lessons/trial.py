"""An exercise on trial: its master, its solution and its stub as namespaces, and what the checks say of any.

Trying an exercise out fills `sys.modules` with its modules (`mistakes.py` imports from `solution`), so every
exercise wants a process of its own.
"""

import ast
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from cnn_course.grading.in_process import in_process
from cnn_course.grading.outcome import Outcome
from cnn_course.grading.run import run_checks
from cnn_course.lessons.course import HIDDEN, STUB, STUDENT_FILES
from cnn_course.lessons.generate import SOLUTION, module, notebook
from cnn_course.lessons.lesson import Lesson
from cnn_course.lessons.loading import load_module

PUBLIC, MISTAKES, ALTERNATIVES = "test_public.py", "mistakes.py", "alternatives.py"
QUESTIONS, SCENARIOS = "questions.py", "scenarios.py"


@dataclass(frozen=True)
class Trial:
    """What is tried out: the exercise in `folder` with this master."""

    folder: Path
    lesson: Lesson

    @property
    def course(self) -> Path:
        return self.folder.parent.parent

    @cached_property
    def solution(self) -> dict[str, Any]:
        return load_module("solution", self.folder / SOLUTION, module(self.lesson, solved=True))

    @cached_property
    def stub(self) -> dict[str, Any]:
        return load_module("exercise", self.folder / STUB, module(self.lesson, solved=False))

    @cached_property
    def scenarios(self) -> dict[str, Any]:
        path = self.folder / SCENARIOS
        return load_module("scenarios", path) if path.is_file() else {}

    @cached_property
    def solved(self) -> list[Outcome]:
        """What all checks say of the solution."""
        return [*self.public(self.solution), *self.hidden(self.solution)]

    def public(self, answers: dict[str, Any], task: str | None = None) -> list[Outcome]:
        """What the checks that students see say of a namespace of answers."""
        return run_checks(self.folder / PUBLIC, in_process(answers, self.scenarios), task=task)

    def hidden(self, answers: dict[str, Any], task: str | None = None) -> list[Outcome]:
        """What the hidden checks say of it, if there are any."""
        path = self.folder / HIDDEN
        if not path.is_file():
            return []
        return run_checks(path, in_process(answers, self.scenarios), task=task, hidden=True)

    def answering(self, task: str, answer: Any) -> dict[str, Any]:
        """The solution with another answer to one task."""
        return {**self.solution, task: answer}

    def marked(self, file: str) -> list[Any]:
        """The functions in a file that say what is known of them, in order."""
        path = self.folder / file
        _ = self.solution  # which the file may import from
        names = load_module(path.stem, path) if path.is_file() else {}
        return list({id(thing): thing for thing in names.values() if mark_of(thing)}.values())

    def names_used_twice(self, file: str) -> dict[str, int]:
        """How often a file defines what it defines more than once; Python keeps only the last."""
        path = self.folder / file
        tree = ast.parse(path.read_text("utf-8")) if path.is_file() else ast.Module([], [])
        names = Counter(node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef))
        return {name: count for name, count in names.items() if count > 1}

    def code(self) -> str:
        """All code cells of the master as one text."""
        return "\n".join(cell.source for cell in self.lesson.cells if not cell.markdown)

    def given_to_students(self) -> dict[str, str]:
        """The text of every file that a student gets; of the notebook, that of its cells."""
        files = [path for name in STUDENT_FILES if (path := self.folder / name).is_file()]
        cells = [cell.source for cell in notebook(self.lesson).cells]
        return {path.name: path.read_text("utf-8") for path in files} | {
            f"{self.lesson.name}.ipynb": "\n".join(cells)
        }


def mark_of(thing: Any) -> Any:
    """What is known of a function, or None; a subclass of a marked class is not marked itself."""
    return vars(thing).get("known") if hasattr(thing, "__dict__") else None


def file_of(outcome: Outcome) -> str:
    """The file that a check stands in."""
    return HIDDEN if outcome.hidden else PUBLIC
