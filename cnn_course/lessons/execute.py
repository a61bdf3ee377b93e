"""Run the solved notebook of an exercise from top to bottom, in a kernel and a folder of its own."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cnn_course.lessons.generate import notebook
from cnn_course.lessons.lesson import read_lesson
from cnn_course.lessons.profile import VARIABLE

SECONDS_PER_CELL = 600


class CellFailed(RuntimeError):
    """A cell raised, took too long or wrote to where errors go; the message names the cell and says what."""


@contextmanager
def solved_notebook(folder: Path, profile: str, *, seconds: int | None = SECONDS_PER_CELL) -> Iterator[Path]:
    """Run the exercise's solved notebook in that profile; inside, its working folder with all that it wrote.

    `seconds`: how long one cell may take, None for ever. CellFailed if it does not come through.
    """
    made = notebook(read_lesson(folder), solved=True)
    with tempfile.TemporaryDirectory(prefix="cnn-course-") as scratch:
        run_notebook(made, folder, Path(scratch), profile, seconds=seconds)
        yield Path(scratch)


def run_notebook(
    made: Any,
    exercise: Path,
    scratch: Path,
    profile: str,
    *,
    seconds: int | None = SECONDS_PER_CELL,
    quiet: bool = True,
) -> None:
    """Run a notebook in an empty folder, beside a copy of the folder of its exercise.

    CellFailed if it does not come through, and if it must be `quiet`, for text on standard error too.
    """
    from nbclient import NotebookClient
    from nbclient.exceptions import CellControlSignal, DeadKernelError

    copy = scratch / "exercises" / exercise.name  # progress may be kept beside an exercise
    shutil.copytree(exercise, copy, ignore=shutil.ignore_patterns("__pycache__"))
    place = {"metadata": {"path": str(scratch)}}
    client = NotebookClient(made, timeout=seconds, kernel_name="python3", resources=place)
    named = {VARIABLE: profile, "CNN_COURSE_EXERCISES": str(copy.parent)}
    try:
        client.execute(env={**os.environ, **named}, stderr=subprocess.DEVNULL)  # the kernel's own chatter
    except (CellControlSignal, DeadKernelError) as problem:
        _say_what_failed(made, quiet)
        raise CellFailed(f"the notebook stopped: {str(problem).splitlines()[0]}") from None
    _say_what_failed(made, quiet)


def _say_what_failed(made: Any, quiet: bool) -> None:
    """CellFailed for the first cell with an error among its outputs, or text on standard error."""
    for number, cell in enumerate(made.cells, start=1):
        for output in cell.get("outputs", ()):
            if output.output_type == "error":
                raise CellFailed(f"{_place(cell, number)} raised {output.ename}: {_line(output.evalue)}")
            if quiet and output.output_type == "stream" and output.name == "stderr" and output.text.strip():
                raise CellFailed(f"{_place(cell, number)} wrote to standard error: {_line(output.text)}")


def _place(cell: Any, number: int) -> str:
    return f"cell {number} ({cell.source.strip().splitlines()[0][:60]})"


def _line(text: str) -> str:
    lines = text.strip().splitlines() or ["nothing"]
    return lines[0][:300]
