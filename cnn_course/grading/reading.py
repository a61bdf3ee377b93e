"""A student's file as a namespace: a module, or the cells of a notebook in which answers are written.

What fails is left out and told; the rest counts. Outputs stored in a notebook are not looked at.
"""

import __future__

import ast
import linecache
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from types import CodeType
from typing import Any, NamedTuple

from cnn_course.grading.cells import is_python, notebook_cells, without_magics
from cnn_course.grading.quiet import Printed, kept
from cnn_course.grading.student_error import told
from cnn_course.grading.time_limit import TimeUp, time_limit
from cnn_course.grading.wording import clean

SECONDS = 60  # for one statement, such as the import of a framework
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
IMPORTS = (ast.Import, ast.ImportFrom)
PART = re.compile(r"(async def|def|class|import|from)\b|@")  # a line at which one may begin to read again


@dataclass(frozen=True)
class StudentFile:
    """What a file defines, and one line for each statement of it that failed."""

    namespace: dict[str, Any]
    problems: list[str] = field(default_factory=list)


class _Piece(NamedTuple):
    """Source text and what it is called in messages; `whole`: not only what it defines counts."""

    source: str
    name: str
    whole: bool


def read_student_file(path: Path) -> StudentFile:
    """Run a student's .py file, or the cells of an .ipynb file that write answers.

    ValueError if it is neither, or no notebook inside.
    """
    if path.suffix not in (".py", ".ipynb"):
        raise ValueError(f"{path.name} is neither a .py nor an .ipynb file")
    if not path.is_file():
        raise FileNotFoundError(f"{path} does not exist")
    text = path.read_text("utf-8", errors="replace")
    pieces = [_Piece(text, str(path), True)] if path.suffix == ".py" else list(_cells(path.name, text))
    read = StudentFile({"__name__": path.stem, "__file__": str(path)})
    for piece in pieces:
        _run(piece, read)
    return read


def _cells(name: str, text: str) -> Iterator[_Piece]:
    """Task and module cells; of cells that a student or the experiment adds, what they define."""
    for number, cell in enumerate(notebook_cells(name, text), start=1):
        marks = cell["metadata"]
        if cell["cell_type"] != "code" or not is_python(cell["source"]):
            continue
        title = f"<cell of {marks['task']}>" if "task" in marks else f"<cell {number}>"
        source = without_magics(cell["source"])
        linecache.cache[title] = (len(source), None, source.splitlines(keepends=True), title)
        yield _Piece(source, title, "task" in marks or "module" in marks.get("tags", ()))


def _run(piece: _Piece, read: StudentFile) -> None:
    """Run a piece statement by statement, so that one that fails takes no other with it."""
    for tree in _trees(piece, read):
        future = __future__.annotations.compiler_flag * ("from __future__ import annotations" in piece.source)
        for statement in tree.body if piece.whole else _definitions(tree):
            code = compile(ast.Module([statement], []), piece.name, "exec", flags=future, dont_inherit=True)
            _execute(code, piece, statement, read)


def _trees(piece: _Piece, read: StudentFile) -> Iterator[ast.Module]:
    """The piece as a syntax tree; where it is no Python, each part of it that is, by itself."""
    whole = _parsed(piece.source, piece.name, read)
    if whole is not None:
        yield whole
        return
    lines = piece.source.splitlines()
    starts = [number for number, text in enumerate(lines) if PART.match(text)]
    starts = [number for number in starts if not (number and lines[number - 1].startswith("@"))]
    for start, end in pairwise([*starts, len(lines)]):
        part = _parsed("\n" * start + "\n".join(lines[start:end]), piece.name, read)
        if part is not None:
            yield part


def _parsed(source: str, name: str, read: StudentFile) -> ast.Module | None:
    """The syntax tree, or None and a line about what is wrong."""
    try:
        return ast.parse(source, name)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as problem:
        line = f"line {problem.lineno} of " if isinstance(problem, SyntaxError) else ""
        said = clean(f"{line}{_short(name)} is no Python: {getattr(problem, 'msg', problem)}")
        if said not in read.problems:
            read.problems.append(said)
        return None


def _execute(code: CodeType, piece: _Piece, statement: ast.stmt, read: StudentFile) -> None:
    try:
        with kept(Printed()), time_limit(SECONDS):
            exec(code, read.namespace)
    except KeyboardInterrupt:
        raise
    except TimeUp:
        late = f"line {statement.lineno} of {_short(piece.name)} took more than {SECONDS} seconds"
        read.problems.append(late)
    except BaseException as problem:
        read.problems.append(clean(told(_short(piece.name), problem)))


def _definitions(tree: ast.Module) -> list[ast.stmt]:
    """Functions, classes and plain constants; imports too where there is nothing else in the cell."""
    kinds = DEFINITIONS if any(not _defines(node) for node in tree.body) else (*DEFINITIONS, *IMPORTS)
    return [node for node in tree.body if isinstance(node, kinds) or _is_constant(node)]


def _defines(node: ast.stmt) -> bool:
    return isinstance(node, (*DEFINITIONS, *IMPORTS)) or _is_constant(node)


def _is_constant(node: ast.stmt) -> bool:
    if not isinstance(node, ast.Assign):
        return False
    try:
        ast.literal_eval(node.value)
    except ValueError:
        return False
    return True


def _short(name: str) -> str:
    return name.strip("<>") if name.startswith("<") else Path(name).name
