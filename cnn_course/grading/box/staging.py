"""The folder of code that a box sees: the program inside, and what that imports of this package.

Nothing else of the package is there: a submission finds no builder to copy, no check and no solution.
"""

import ast
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import cnn_course

PROGRAM = "cnn_course.grading.box.inside"
LAYERS = "cnn_course.layers"  # networks that a check hands over may have them
START = f"""\
import sys

sys.path.insert(0, sys.argv.pop(1))
from {PROGRAM} import main

main()
"""
ROOT = Path(cnn_course.__file__).parent


def stage(folder: Path, modules: Iterable[str] = ()) -> Path:
    """Copy into `folder` what a box needs, and the named modules besides; returns the file to run.

    It is run as `python -I start.py FOLDER ...`, with FOLDER as the box sees it.
    """
    for name in needed([PROGRAM, LAYERS, *modules]):
        original = _file(name)
        copy = folder / original.relative_to(ROOT.parent)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(original, copy)
    start = folder / "start.py"
    start.write_text(START)
    return start


def needed(modules: Iterable[str]) -> list[str]:
    """These modules of the package with the packages around them and all that they import of it, in order.

    Imports inside functions do not count: in a box, those are never reached.
    """
    found: set[str] = set()
    left = list(modules)
    while left:
        name = left.pop()
        if name not in found and _file(name).is_file():
            found.add(name)
            left += [name.rpartition(".")[0]] if "." in name else []
            left += _imports(_file(name).read_text("utf-8"))
    return sorted(found)


def _imports(source: str) -> Iterator[str]:
    for node in ast.parse(source).body:
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names if name.name.startswith("cnn_course"))
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("cnn_course"):
            yield str(node.module)
            yield from (f"{node.module}.{name.name}" for name in node.names)


def _file(module: str) -> Path:
    path = ROOT.parent.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
