"""Does anything that a student gets say more than it should: a solution, a hidden check?

Text is compared by its lines of code, without indentation, comments and blank lines. Three of them in a row
from a solution or a hidden check, or all where there are fewer, are a leak; a short one-liner is not.
"""

import ast
from collections.abc import Iterable, Iterator

from cnn_course.lessons.lesson import Lesson

IN_A_ROW = 3
SHORT = 20
"""Letters below which a solution can't be told from what anybody would write: `return x @ w + b`."""


def leaked_solutions(lesson: Lesson, given: dict[str, str]) -> Iterator[tuple[str, str]]:
    """(file, what leaked) for every solution of which a file in `given`, {name: text}, shows lines."""
    for cell in lesson.cells:
        for solution in cell.solutions:
            for file, line in _found_in(solution, given):
                yield file, f"it shows the solution of {cell.task}: {line}"


def leaked_checks(hidden: str, given: dict[str, str]) -> Iterator[tuple[str, str]]:
    """(file, what leaked) for every hidden check of which a file in `given` shows the name or lines."""
    for node in ast.parse(hidden).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test"):
            named = [(file, node.name) for file, text in given.items() if node.name in text]
            body = "\n".join(ast.unparse(part) for part in node.body)
            for file, line in named or _found_in(body, {f: _unparsed(text) for f, text in given.items()}):
                yield file, f"it shows the hidden check {node.name}: {line}"


def _found_in(secret: str, given: dict[str, str]) -> Iterator[tuple[str, str]]:
    """(file, line) for every file that has `secret` in it, or enough of it; the first line that it has."""
    lines = _code(secret.splitlines())
    size = min(IN_A_ROW, len(lines))
    runs = [lines[start : start + size] for start in range(len(lines) - size + 1)]
    for file, text in given.items():
        shown = "\n".join(["", *_code(text.splitlines()), ""])
        for run in runs:
            if len("".join(run)) >= SHORT and "\n".join(["", *run, ""]) in shown:
                yield file, run[0]
                break


def _code(lines: Iterable[str]) -> list[str]:
    return [line.strip() for line in lines if line.strip() and not line.strip().startswith("#")]


def _unparsed(text: str) -> str:
    """Python as `ast.unparse` writes it, so that layout does not hide a likeness; other text as it is."""
    try:
        return ast.unparse(ast.parse(text))
    except SyntaxError:
        return text
