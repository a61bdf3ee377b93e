"""The master of an exercise: a jupytext percent script whose cells say what they are.

# %% [markdown]                  text; the first cell is one, and begins with "# Title"
# %% tags=["module"]             imports, which the stub for editors needs too
# %% task="conv2d"               what the student writes; the answer stands between BEGIN and END SOLUTION
# %% tags=["instructor"]         not for students
# %%                             anything else: checks and the experiment

Its header says under `jupyter: cnn_course:` what it is: title, data, and perhaps decks and profiles.
"""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

MASTER = "lesson.py"
MARKER = re.compile(r"^[ \t]*#+[ \t]*(BEGIN|END) SOLUTION\b")
JUPYTEXT_S_OWN = {"title", "cell_depth", "lines_to_next_cell", "lines_to_end_of_cell_marker"}
ALMOST_A_MARKER = re.compile(r"\b(begin|end)[ _]?solution", re.IGNORECASE)


class Block(NamedTuple):
    """The lines of a solution, markers included: numbers from 0, `end` the line after it; and its indent."""

    begin: int
    end: int
    indent: str


@dataclass(frozen=True)
class Cell:
    """One cell of a master, solutions included. `other`: metadata that means nothing here."""

    source: str
    markdown: bool = False
    task: str | None = None
    tags: tuple[str, ...] = ()
    other: tuple[str, ...] = ()

    @property
    def solutions(self) -> list[str]:
        """The text of every solution in it, without the markers."""
        lines = self.source.splitlines()
        return ["\n".join(lines[block.begin + 1 : block.end - 1]) for block in blocks(self.source)]

    @property
    def for_students(self) -> str:
        """The source with every solution replaced by a stub."""
        found = blocks(self.source)
        functions = list(_functions(self.source)) if found else []
        lines = self.source.splitlines()
        for block in reversed(found):
            inside = any(first < block.begin + 1 <= last for first, last in functions)
            lines[block.begin : block.end] = _stub(block.indent, in_a_function=inside)
        return "\n".join(lines)


@dataclass(frozen=True)
class Lesson:
    """A whole master: its folder's name, what its header says, its cells in order.

    `data`: the arguments of `cnn_course.data.load`. `decks`: where the lectures treat it. `profiles`: sizes
    and recipe of the experiment by "smoke", "cpu" and "gpu" (`cnn_course.lessons.profile`).
    """

    name: str
    title: str
    data: dict[str, Any]
    cells: Sequence[Cell]
    decks: tuple[str, ...] = ()
    profiles: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def tasks(self) -> list[str]:
        return [cell.task for cell in self.cells if cell.task is not None]


def read_lesson(folder: Path) -> Lesson:
    """Read `folder/lesson.py`; ValueError in one line if it is not as a lesson has to be."""
    from cnn_course.lessons.rules import check_header, check_lesson

    path = folder / MASTER
    if not path.is_file():
        raise FileNotFoundError(f"{path} is missing; cnn-course dev new {folder.name} starts one")
    try:
        header, cells = _read(path)
        check_header(header)
        lesson = Lesson(folder.name, header["title"], _data(header), cells, **_options(header))
        check_lesson(lesson)
    except ValueError as problem:
        raise ValueError(f"{folder.name}/{MASTER}: {problem}") from None
    return lesson


def blocks(source: str) -> list[Block]:
    """Where the solutions of a cell are; ValueError if BEGIN and END do not come in pairs."""
    found, begun = [], None
    for number, line in enumerate(source.splitlines()):
        mark = MARKER.match(line)
        if mark is None:
            if ALMOST_A_MARKER.search(line):
                raise ValueError(
                    f"{line.strip()!r} is no marker: give # BEGIN SOLUTION and # END SOLUTION a line each"
                )
        elif (mark[1] == "BEGIN") == (begun is not None):
            raise ValueError(f"{mark[1]} SOLUTION comes twice in a row: BEGIN and END alternate")
        elif begun is None:
            begun = number
        else:
            indent = source.splitlines()[begun].partition("#")[0]
            found.append(Block(begun, number + 1, indent))
            begun = None
    if begun is not None:
        raise ValueError("BEGIN SOLUTION has no END SOLUTION in its cell")
    return found


def _functions(source: str) -> Iterator[tuple[int, int]]:
    """First and last line of every function, numbered from 1."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.lineno, node.end_lineno or node.lineno


def _stub(indent: str, *, in_a_function: bool) -> list[str]:
    """What stands for a solution. Outside of functions nothing may be raised: the other tasks must load."""
    return [f"{indent}# YOUR CODE HERE", indent + ("raise NotImplementedError()" if in_a_function else "...")]


def _read(path: Path) -> tuple[dict[str, Any], list[Cell]]:
    try:
        import jupytext
    except ModuleNotFoundError:
        raise RuntimeError('masters are read by jupytext: pip install -e ".[dev]" in the course') from None
    try:
        notebook = jupytext.read(path, fmt="py:percent")
    except Exception as problem:  # whatever YAML or jupytext makes of it
        raise ValueError(f"can't be read ({' '.join(str(problem).split())})") from None
    return notebook.metadata.get("cnn_course", {}), [_cell(cell) for cell in notebook.cells]


def _cell(cell: Any) -> Cell:
    tags = cell.metadata.get("tags", [])
    return Cell(
        source=cell.source,
        markdown=cell.cell_type == "markdown",
        task=cell.metadata.get("task"),
        tags=tuple(tags) if isinstance(tags, list) else (str(tags),),
        other=tuple(key for key in cell.metadata if key not in {"task", "tags"} | JUPYTEXT_S_OWN),
    )


def _data(header: dict[str, Any]) -> dict[str, Any]:
    data = header["data"]
    return {"name": data} if isinstance(data, str) else dict(data)


def _options(header: dict[str, Any]) -> dict[str, Any]:
    decks = header.get("decks") or ()
    return {
        "decks": (decks,) if isinstance(decks, str) else tuple(map(str, decks)),
        "profiles": {name: dict(settings or {}) for name, settings in (header.get("profiles") or {}).items()},
    }
