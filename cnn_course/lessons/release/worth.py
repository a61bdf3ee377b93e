"""How many points a task is worth: those of its visible checks and those of its hidden ones."""

from pathlib import Path
from typing import Any, NamedTuple

from cnn_course.grading.outcome import Outcome
from cnn_course.grading.run import run_checks
from cnn_course.grading.submission import NotAttempted, Submission
from cnn_course.lessons.exercise import PUBLIC
from cnn_course.lessons.release.master import Master


class Worth(NamedTuple):
    """The points of a task."""

    visible: float
    hidden: float

    @property
    def total(self) -> float:
        return round(self.visible + self.hidden, 6)


def worth(master: Master) -> dict[str, Worth]:
    """What each task of an exercise is worth, in the order of the lesson."""
    visible = _points(master.folder / PUBLIC)
    hidden = _points(master.hidden) if master.hidden else {}
    return {task: Worth(visible.get(task, 0.0), hidden.get(task, 0.0)) for task in master.lesson.tasks}


def _points(tests: Path) -> dict[str, float]:
    """The points of all checks in a file by their tasks; nobody's code is run for it."""
    points: dict[str, float] = {}
    for outcome in _not_attempted(tests):
        points[outcome.task] = points.get(outcome.task, 0.0) + outcome.points
    return {task: round(sum_, 6) for task, sum_ in points.items()}


def _not_attempted(tests: Path) -> list[Outcome]:
    return run_checks(tests, Submission(_nothing))


def _nothing(kind: str, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    """A submission in which nothing is written."""
    if kind in ("begin", "printed"):
        return ""
    raise NotAttempted(name)
