"""What became of a submission, as one row: a verdict, points and a reason, from what a worker says."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum
from typing import Any

from cnn_course.grading.outcome import Outcome, Status
from cnn_course.grading.wording import in_one_line, shortened

VERDICTS = ("full", "partial", "zero", "timeout", "memory", "crash", "rejected", "grader_error")
LIMITS = ("timeout", "memory", "crash")
KEPT = {"message": 1500, "printed": 1000, "log": 2000}  # characters of texts in which a student has a say
PROBLEMS = 20


@dataclass(frozen=True)
class Row:
    """One submission and what it earned.

    `verdict`: rejected if it could not be read, grader_error if it could not be judged, by no fault that is
    proven to be its own; timeout, memory or crash if it hit a limit, whatever it had earned by then; else
    full, partial or zero. `reason`: why, in one line, "" for full. `isolation`: how its code was shut in, ""
    if it was not run. `name`: the file.
    """

    submission: str
    sha256: str
    points: float
    max_points: float
    verdict: str
    reason: str
    isolation: str
    seconds: float
    outcomes: tuple[Outcome, ...]
    problems: tuple[str, ...]
    name: str
    attempts: int


def row_of(
    submission: str, sha256: str, name: str, result: Mapping[str, Any], *, attempts: int, max_points: float
) -> Row:
    """The row of a result; {"error": line} is that of a submission that could not be judged."""
    if "error" in result:
        reason, isolation = in_one_line(result["error"]), result.get("isolation", "")
        return Row(
            submission,
            sha256,
            0.0,
            max_points,
            "grader_error",
            reason,
            isolation,
            0.0,
            (),
            (),
            name,
            attempts,
        )
    outcomes = outcomes_of(result)
    problems = tuple(result["problems"])
    points = total(outcome.earned for outcome in outcomes)
    limit = result["limit"] if result["limit"] in LIMITS else ""
    verdict = limit or _by_points(points, max_points)
    reason = in_one_line(result["limit_says"]) or _hit(limit) if limit else _why(verdict, outcomes, problems)
    isolation, seconds = result["isolation"], round(float(result["seconds"]), 3)
    return Row(
        submission, sha256, points, max_points, verdict, reason, isolation, seconds, outcomes, problems, name,
        attempts,
    )  # fmt: skip


def rejected_row(submission: str, reason: str, *, max_points: float, name: str = "", sha256: str = "") -> Row:
    """The row of an upload that could not be read."""
    reason = in_one_line(reason)
    return Row(submission, sha256, 0.0, max_points, "rejected", reason, "", 0.0, (), (), name, 0)


def outcomes_of(result: Mapping[str, Any]) -> tuple[Outcome, ...]:
    """The checks' outcomes in a result."""
    return tuple(Outcome(**given | {"status": Status(given["status"])}) for given in result["outcomes"])


def kept(result: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of a result, however much a submission has printed."""
    problems = [in_one_line(problem) for problem in result["problems"][:PROBLEMS]]
    return _cut(result) | {"problems": problems, "outcomes": [_cut(given) for given in result["outcomes"]]}


def _cut(texts: Mapping[str, Any]) -> dict[str, Any]:
    return {key: shortened(text, KEPT[key]) if key in KEPT else text for key, text in texts.items()}


def total(points: Iterable[float]) -> float:
    """A sum of points, without the dust of binary fractions."""
    return round(fsum(points), 6)


def _by_points(points: float, max_points: float) -> str:
    if points <= 0:
        return "zero"
    return "full" if points >= max_points else "partial"


def _hit(limit: str) -> str:
    return {"timeout": "it took too long", "memory": "it took too much memory"}.get(limit, "its process died")


def _why(verdict: str, outcomes: Sequence[Outcome], problems: Sequence[str]) -> str:
    if verdict == "full":
        return ""
    if verdict == "zero" and problems:
        return problems[0]
    if all(outcome.status is Status.NOT_ATTEMPTED for outcome in outcomes):
        return "nothing is attempted"
    tasks = dict.fromkeys(outcome.task for outcome in outcomes)
    failing = dict.fromkeys(outcome.task for outcome in outcomes if outcome.status is not Status.PASSED)
    missing = f"; not {', '.join(failing)}" if failing else ""
    return in_one_line(f"{len(tasks) - len(failing)} of {len(tasks)} tasks pass{missing}")
