"""How a class is judged: by which exercise, within which limits, shut in how. The same for everybody."""

import json
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import cnn_course
from cnn_course.grading.batch.exercise import SOLUTION, Exercise
from cnn_course.grading.batch.grade import judge_all
from cnn_course.grading.batch.journal import OWN, Journal
from cnn_course.grading.batch.rows import worth
from cnn_course.grading.batch.team import Team
from cnn_course.grading.batch.verdict import Row, row_of
from cnn_course.grading.jail.limits import Limits
from cnn_course.grading.outcome import Status
from cnn_course.grading.wording import in_one_line

JUDGES = ("grading", "analysis", "models", "blocks", "layers.py")  # the code that has a say in a verdict
SEED = 0


class PreflightFailed(RuntimeError):
    """The exercise does not give its own solution every point; `lines` says where."""

    def __init__(self, message: str, lines: list[str]) -> None:
        super().__init__(message)
        self.lines = lines


@dataclass(frozen=True)
class Plan:
    """An exercise, the limits of each submission and the level of isolation."""

    exercise: Exercise
    limits: Limits
    level: str

    @property
    def version(self) -> str:
        """The same where the same is asked within the same limits."""
        said = json.dumps([self.exercise.digest, asdict(self.limits), SEED])
        return sha256(said.encode()).hexdigest()

    def job(self, submission: str, name: str, source: str, trained: str | None = None) -> dict[str, Any]:
        """All that a worker has to know, as JSON can say it. `trained`: saved weights in base64."""
        return {
            "submission": submission,
            "name": name,
            "source": source,
            "trained": trained,
            "exercise": self.exercise.for_a_job,
            "limits": asdict(self.limits),
            "level": self.level,
            "seed": SEED,
        }


def limits_of(seconds: float | None = None, memory: float | None = None) -> Limits:
    """The usual limits, or with so many seconds for a submission and so many gigabytes for its box.

    One call has a quarter of the time at most: a loop that never ends leaves some for the other tasks.
    """
    limits = Limits()
    if seconds is not None:
        _check(seconds, "seconds", "a submission takes a second at least, and a day at most", 1, 86_400)
        load, call = min(limits.load_seconds, seconds), min(limits.call_seconds, max(seconds / 4, 1.0))
        limits = replace(limits, load_seconds=load, call_seconds=call, total_seconds=float(seconds))
    if memory is not None:
        _check(memory, "memory", "the framework alone needs 0.5 GB", 0.5, 1024)
        limits = replace(limits, memory=int(memory * 2**30))
    return limits


def grader_version() -> str:
    """Another one whenever the code that judges has changed."""
    package = Path(cnn_course.__file__).parent
    files = [package / name for name in JUDGES if name.endswith(".py")]
    files += sorted(file for name in JUDGES for file in (package / name).rglob("*.py"))
    digest = sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
    return f"{cnn_course.__version__}+{digest[:12]}"


def preflight(plan: Plan, source: str, journal: Journal, team: Team) -> Row:
    """The row of the exercise's own solution, judged as everybody's submission.

    `PreflightFailed` unless it earns every point. What the journal knows is not judged again.
    """
    key = (OWN, sha256(source.encode()).hexdigest())
    journal.add(*key, SEED)
    judge_all(journal, {key}, lambda _: plan.job("the solution", SOLUTION, source), team)
    entry = next(entry for entry in journal.entries("done") if entry.key == key)
    result = entry.result or {}
    row = row_of(*key, SOLUTION, result, attempts=entry.attempts, max_points=worth(result))
    if row.verdict != "full":
        journal.forget(OWN)
        raise PreflightFailed(_complaint(plan, row), _failing(row))
    return row


def _complaint(plan: Plan, row: Row) -> str:
    if not row.outcomes:
        return f"{plan.exercise.name}: {SOLUTION} could not be judged ({row.reason}); nothing was graded"
    earned = f"{row.points:g} of {row.max_points:g} points"
    return f"{plan.exercise.name}: its own {SOLUTION} earns {earned}; nothing was graded"


def _failing(row: Row) -> list[str]:
    """One line for each check that the solution fails, and for what stopped it."""
    lines = [row.reason] if row.verdict in ("timeout", "memory", "crash") else []
    lines += row.problems
    lines += [
        in_one_line(f"{outcome.task}: {outcome.check}: {outcome.message}")
        for outcome in row.outcomes
        if outcome.status is not Status.PASSED
    ]
    return lines


def _check(value: float, name: str, rule: str, least: float, most: float) -> None:
    if not least <= value <= most:
        raise ValueError(f"--{name} is {value:g}; {rule}: {least:g} to {most:g}")
