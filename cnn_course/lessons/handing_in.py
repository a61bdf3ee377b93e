"""The last look at a student's work before it is handed in, and the one file that is."""

import ast
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from cnn_course.grading.batch.found import Refused
from cnn_course.grading.batch.notebooks import source_of
from cnn_course.grading.cells import LARGEST, notebook_cells, without_magics
from cnn_course.lessons import course

SECONDS = 600  # for a cell, or for all checks
OPEN_IN_EDITOR = (".{name}.swp", ".{name}.swo", ".#{name}", ".~{name}")


class Finding(NamedTuple):
    """One thing looked at: what it is, what was found, and whether it stands in the way of handing in."""

    what: str
    found: str
    bad: bool = False


def look_over(folder: Path, path: Path) -> Iterator[Finding]:
    """Each finding on the file with which a student answers the exercise in `folder`, as it is made."""
    yield _saved(path)
    text = path.read_text("utf-8", errors="replace")
    try:
        written = list(_definitions(path, text))
    except (ValueError, SyntaxError) as problem:
        yield Finding("file", f"{path.name} cannot be read: {getattr(problem, 'msg', problem)}", bad=True)
        return
    other = _another_exercise(folder, path, text, written)
    if other:
        yield Finding("exercise", f"this is {other}, not {folder.name}", bad=True)
        return
    yield _tasks(folder, written)
    yield from _left_out(folder, path, text)
    yield _size(path, text)
    yield from _in_a_fresh_process(folder, path)


def write(path: Path, target: Path) -> Path:
    """Write the file to hand in, a notebook without its outputs, into the folder `target`; returns it."""
    target.mkdir(parents=True, exist_ok=True)
    handed = target / path.name
    if path.suffix == ".ipynb":
        handed.write_text(_without_outputs(path.read_text("utf-8")), "utf-8")
    else:
        shutil.copyfile(path, handed)
    return handed


def _saved(path: Path) -> Finding:
    minutes = int(time.time() - path.stat().st_mtime) // 60
    ago = (
        "just now"
        if minutes < 2
        else f"{minutes} minutes ago"
        if minutes < 120
        else f"{minutes // 60} hours ago"
    )
    when = f"saved {ago}"
    marks = [path.with_name(mark.format(name=path.name)) for mark in OPEN_IN_EDITOR]
    if any(mark.exists() or mark.is_symlink() for mark in marks):
        return Finding("file", f"{path}, {when}; it is open in an editor: is everything saved?")
    return Finding("file", f"{path}, {when}")


def _definitions(path: Path, text: str) -> Iterator[str]:
    """The names of functions and classes that the file defines, again for each time that it does."""
    if path.suffix == ".ipynb":
        cells = (cell for cell in notebook_cells(path.name, text) if "task" in cell["metadata"])
        sources = [without_magics(cell["source"]) for cell in cells]
    else:
        sources = [text]
    for source in sources:
        for node in ast.parse(source).body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                yield node.name


def _another_exercise(folder: Path, path: Path, text: str, written: list[str]) -> str:
    """The name of the exercise that the file belongs to, if that is not the one in `folder`."""
    if path.suffix == ".ipynb":
        name = json.loads(text).get("metadata", {}).get("cnn_course", {}).get("exercise", folder.name)
        return "" if name == folder.name else str(name)
    fits = {
        other.name: len(set(course.facts(other)["tasks"]) & set(written))
        for other in course.exercises(folder.parent)
    }
    best = max(fits, key=lambda name: (fits[name], name == folder.name))
    return "" if best == folder.name else best


def _tasks(folder: Path, written: list[str]) -> Finding:
    tasks, times = course.facts(folder)["tasks"], Counter(written)
    missing = [task for task in tasks if not times[task]]
    twice = [task for task in tasks if times[task] > 1]
    said = [
        f"{', '.join(names)} {how}" for names, how in ((missing, "missing"), (twice, "there twice")) if names
    ]
    return Finding("tasks", "; ".join(said) or f"all {len(tasks)} are there", bad=bool(said))


def _left_out(folder: Path, path: Path, text: str) -> Iterator[Finding]:
    """What a task calls and a grader will not see: it looks at the cells of tasks alone."""
    if path.suffix != ".ipynb":
        return
    try:
        left = source_of(path.name, text, course.facts(folder)).note
    except Refused as problem:
        yield Finding("cells", str(problem), bad=True)
        return
    if left:
        yield Finding("cells", f"{left}; move it into the cell of the task that calls it", bad=True)


def _size(path: Path, text: str) -> Finding:
    size = len((_without_outputs(text) if path.suffix == ".ipynb" else text).encode())
    too_large = size > LARGEST
    rule = f"; at most {LARGEST // 1000:,} kB can be handed in" if too_large else ""
    return Finding("size", f"{size / 1000:,.0f} kB{rule}", bad=too_large)


def _in_a_fresh_process(folder: Path, path: Path) -> Iterator[Finding]:
    """The visible checks where nothing else is defined; a notebook also runs from top to bottom."""
    yield _checks(folder, path)
    if path.suffix == ".ipynb":
        yield _top_to_bottom(folder, path)


def _checks(folder: Path, path: Path) -> Finding:
    words = [sys.executable, "-m", "cnn_course", "check", folder.name, "--file", str(path), "--json"]
    try:
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=SECONDS)
        said: dict[str, Any] = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        return Finding("checks", f"not done after {SECONDS} seconds", bad=True)
    except ValueError:
        last = done.stderr.strip().splitlines() or [f"the process ended with status {done.returncode}"]
        return Finding("checks", f"could not be run: {last[-1]}", bad=True)
    if said["problems"]:
        return Finding("checks", f"it does not run: {said['problems'][0]}", bad=True)
    passed = sum(check["status"] == "passed" for check in said["checks"])
    hidden = "; hidden checks also exist" if said["hidden_checks_exist"] else ""
    return Finding("checks", f"visible checks {passed} of {len(said['checks'])}{hidden}")


def _top_to_bottom(folder: Path, path: Path) -> Finding:
    try:
        import nbformat

        from cnn_course.lessons.execute import CellFailed, run_notebook
    except ImportError as problem:
        return Finding("run", f"not run from top to bottom, since {problem.name} is not installed")
    began, made = time.monotonic(), nbformat.read(path, as_version=4)
    try:
        with tempfile.TemporaryDirectory(prefix="cnn-course-") as scratch:
            run_notebook(made, folder, Path(scratch), "smoke", seconds=SECONDS, quiet=False)
    except CellFailed as problem:
        return Finding("run", str(problem), bad=True)
    return Finding("run", f"from top to bottom in {time.monotonic() - began:.0f} s (profile smoke)")


def _without_outputs(text: str) -> str:
    notebook = json.loads(text)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"
