"""A class in a terminal: how far its grading is, and what came of it."""

import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cnn_course.analysis.text import as_text
from cnn_course.cli.progress import clear_progress, show_progress
from cnn_course.cli.show import fact
from cnn_course.grading.batch.exercise import Exercise
from cnn_course.grading.batch.grade import Step
from cnn_course.grading.batch.rows import worth
from cnn_course.grading.batch.verdict import VERDICTS, Row, row_of, total
from cnn_course.grading.reports.verdicts import MEANT, is_graded

MOST_LINES = 10


class Progress:
    """A line for each submission; on a terminal a bar instead, with the time that is left."""

    def __init__(self, done: int, total: int) -> None:
        self.before = self.done = done
        self.total = total
        self.began = time.monotonic()

    def step(self, step: Step) -> None:
        self.done += step.result is not None
        if step.again or not sys.stderr.isatty():
            clear_progress()
            print(self._line(step), flush=True)
        show_progress(self.done, self.total, self._left())

    def _line(self, step: Step) -> str:
        name = step.entry.submission
        if step.result is None:
            return f"{name}: {step.again}; once more at the end, alone"
        row = row_of(*step.entry.key, "", step.result, attempts=1, max_points=worth(step.result))
        earned = f"{row.points:g} of {row.max_points:g}" if row.outcomes else ""
        return f"{self.done:>4} of {self.total}  {name:<30}  {row.verdict:<12}  {earned}".rstrip()

    def _left(self) -> str:
        if self.done in (self.before, self.total):
            return ""
        seconds = (time.monotonic() - self.began) / (self.done - self.before) * (self.total - self.done)
        return f"about {seconds:.0f} s left" if seconds < 90 else f"about {seconds / 60:.0f} min left"


def some(name: str, lines: Sequence[str]) -> None:
    """The first of the lines, and how many more there are."""
    for line in lines[:MOST_LINES]:
        fact(name, line)
    if len(lines) > MOST_LINES:
        fact(name, f"and {len(lines) - MOST_LINES} more")


def show_class(rows: Sequence[Row], out: Path) -> None:
    """How many have which verdict, the mean, and where the pages are."""
    counts = Counter(row.verdict for row in rows)
    table = [_counted(verdict, counts[verdict]) for verdict in VERDICTS if counts[verdict]]
    print(f"\n{as_text(table)}\n")
    mean = _mean(rows)
    if mean is not None:
        fact("mean", f"{mean:.1f} of {rows[0].max_points:g} points")
    fact("class", str(out / "class.html"))
    fact("grades", f"{out / 'grades.csv'}, beside it canvas.csv, moodle.csv, gradescope/, feedback/")


def _counted(verdict: str, count: int) -> dict[str, Any]:
    return {"verdict": verdict, "submissions": count, "which means": MEANT[verdict]}


def _mean(rows: Sequence[Row]) -> float | None:
    """Of the points of all that have a grade; None if nobody has."""
    graded = [row.points for row in rows if is_graded(row)]
    return total(graded) / len(graded) if graded else None


def class_as_json(exercise: Exercise, rows: Sequence[Row], out: Path) -> dict[str, Any]:
    """The same, and a row for each submission."""
    columns = ("submission", "points", "max_points", "verdict", "reason", "isolation", "seconds")
    return {
        "exercise": exercise.name,
        "out": str(out),
        "verdicts": Counter(row.verdict for row in rows),
        "mean": _mean(rows),
        "submissions": [{column: getattr(row, column) for column in columns} for row in rows],
    }
