"""Does anything that a student gets say more than it should: a solution, a hidden check, a known mistake?

Text is compared by its lines of code, without indentation, comments and blank lines, and with one kind of
quotes. Three of them in a row from a secret, or all where there are fewer, are a leak; a short one-liner is
not.
"""

import ast
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from textwrap import dedent
from typing import NamedTuple

from cnn_course.lessons.lesson import Lesson

IN_A_ROW = 3
SHORT = 20
"""Letters below which a solution can't be told from what anybody would write: `return x @ w + b`."""


class Secret(NamedTuple):
    """What is not for students: how a complaint calls it, its text, and a name that nothing else has."""

    what: str
    text: str
    name: str = ""


class Leak(NamedTuple):
    """The line of a text, counted from 1, that shows a secret, and what is wrong with it."""

    line: int
    what: str


def solutions(lesson: Lesson) -> list[Secret]:
    """What stands between BEGIN and END SOLUTION."""
    return [Secret(f"the solution of {cell.task}", text) for cell in lesson.cells for text in cell.solutions]


def hidden_checks(source: str) -> list[Secret]:
    """The tests of a file of hidden checks."""
    return [
        Secret(f"the hidden check {name}", text, name)
        for name, text in _bodies(source)
        if name.startswith("test")
    ]


def known_answers(file: Path) -> list[Secret]:
    """The right and wrong answers that an author keeps in `alternatives.py` or `mistakes.py`."""
    source = file.read_text("utf-8") if file.is_file() else ""
    return [Secret(f"{name} of {file.name}", text) for name, text in _bodies(source)]


def for_instructors(lesson: Lesson) -> list[Secret]:
    """Cells that are tagged so."""
    return [
        Secret("what is for instructors", cell.source) for cell in lesson.cells if "instructor" in cell.tags
    ]


class Shown:
    """Finds secrets in texts by lines in a row and by their names; what `public` texts show is none."""

    def __init__(self, secrets: Iterable[Secret], public: Iterable[str] = ()) -> None:
        secrets = list(secrets)
        self._names = {secret.name: secret.what for secret in secrets if secret.name}
        self._runs = {run: secret.what for secret in secrets for _, run in _secret_runs(secret.text)}
        for text in public:
            self._names = {name: what for name, what in self._names.items() if name not in text}
            for _, run in _runs_of(text):
                self._runs.pop(run, None)

    def __call__(self, text: str) -> Iterator[Leak]:
        """Each secret that a text shows, once."""
        seen = set()
        for name, what in self._names.items():
            if name in text:
                seen.add(what)
                yield Leak(text[: text.index(name)].count("\n") + 1, f"it shows {what}: {name}")
        for line, run in _runs_of(text):
            what = self._runs.get(run, "")
            if what and what not in seen:
                seen.add(what)
                yield Leak(line, f"it shows {what}: {run.splitlines()[0]}")


def _bodies(source: str) -> Iterator[tuple[str, str]]:
    """Name and body of every function and class of a file, as `ast.unparse` writes it."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name, "\n".join(map(ast.unparse, node.body))


def _secret_runs(text: str) -> Iterator[tuple[int, str]]:
    """All the runs of lines that give a secret away."""
    for lines in (list(_code(text)), _laid_out(dedent(text))):
        for line, run in _in_a_row(lines, min(IN_A_ROW, len(lines))):
            if len(run.replace("\n", "")) >= SHORT:
                yield line, run


def _runs_of(text: str) -> Iterator[tuple[int, str]]:
    """Every run of lines of a text that may be one of a secret: as it stands, and as Python lays it out."""
    for lines in (list(_code(text)), list(_code(text, comments=True)), _laid_out(text)):
        for size in range(1, IN_A_ROW + 1):
            yield from _in_a_row(lines, size)


def _in_a_row(lines: list[tuple[int, str]], size: int) -> Iterator[tuple[int, str]]:
    for start in range(len(lines) - size + 1 if size else 0):
        yield lines[start][0], "\n".join(line for _, line in lines[start : start + size])


def _code(text: str, *, comments: bool = False) -> Iterator[tuple[int, str]]:
    """The lines that do something, with their numbers; `comments`: also those that were made a comment."""
    for number, line in enumerate(text.replace("'", '"').splitlines(), start=1):
        bare = line.strip().lstrip("# ") if comments else line.strip()
        if bare and not bare.startswith("#"):
            yield number, bare


@lru_cache(maxsize=2000)  # the same files are looked at for several secrets, and in several archives
def _laid_out(text: str) -> list[tuple[int, str]]:
    """A Python text as `ast.unparse` writes it, so that layout does not hide a likeness; else nothing."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return []
    return [(node.lineno, line) for node in tree.body for _, line in _code(ast.unparse(node))]
