"""What a student is told of a submission, as plain data; the pages only show it.

Here, and nowhere later, the hidden checks lose their names, messages and hints: what is not in a `Feedback`
is in no page of a student.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cnn_course.grading.batch.verdict import LIMITS, Row
from cnn_course.grading.outcome import Outcome, Status
from cnn_course.grading.reports.verdicts import HANDS_IN, MEANS, SAYS, is_graded
from cnn_course.grading.showing import by_task, check_name, first_lines, said_once, untouched
from cnn_course.grading.wording import clean, in_one_line, shortened

MESSAGE = 1500  # characters; the values in a message were shortened when it was made
PRINTED = 5  # lines
PROBLEMS = 10


@dataclass(frozen=True)
class Check:
    """A check that students may see."""

    name: str
    status: Status
    message: str
    hint: str
    printed: tuple[str, ...]
    earned: float
    points: float


@dataclass(frozen=True)
class HiddenCheck:
    """A hidden check, by a neutral name."""

    name: str
    passed: bool
    earned: float
    points: float


@dataclass(frozen=True)
class Task:
    """One task: `not_attempted` says what its stub said, if the student left it at that."""

    name: str
    earned: float
    points: float
    checks: tuple[Check, ...]
    hidden: tuple[HiddenCheck, ...]
    not_attempted: str = ""

    @property
    def visible(self) -> str:
        """How many of the visible checks passed."""
        return _share([check.status is Status.PASSED for check in self.checks])

    @property
    def unseen(self) -> str:
        """How many of the hidden ones did."""
        return _share([check.passed for check in self.hidden])


@dataclass(frozen=True)
class Feedback:
    """All that the student who handed in `submission` is told. Clean text, not yet escaped."""

    submission: str
    exercise: str
    title: str
    file: str
    fingerprint: str
    verdict: str
    graded: bool
    points: float
    max_points: float
    says: str
    reason: str
    means: tuple[str, ...]
    problems: tuple[str, ...]
    tasks: tuple[Task, ...]
    decks: tuple[str, ...]


def feedback_of(row: Row, exercise: Mapping[str, Any]) -> Feedback:
    """What the student of a row is told; `exercise` has name, title, tasks and decks."""
    problems = [in_one_line(problem, 500) for problem in row.problems]
    return Feedback(
        submission=in_one_line(row.submission),
        exercise=exercise["name"],
        title=exercise["title"],
        file=in_one_line(row.name),
        fingerprint=row.sha256[:12],
        verdict=row.verdict,
        graded=is_graded(row),
        points=row.points,
        max_points=row.max_points,
        says=SAYS[row.verdict],
        reason=_reason(row),
        means=tuple(line.format(name=exercise["name"]) for line in _means(row)),
        problems=(*problems[:PROBLEMS], *_more(problems[PROBLEMS:])),
        tasks=tuple(_tasks(row, exercise["tasks"])),
        decks=tuple(_deck(deck) for deck in exercise.get("decks", ())),
    )


def _reason(row: Row) -> str:
    """What limit was hit, or why it was rejected; of a hidden check nothing is said."""
    told = row.verdict in (*LIMITS, "rejected")
    unsaid = [text for o in row.outcomes if o.hidden for text in (o.check, o.message, o.hint) if text]
    return in_one_line(row.reason, 500) if told and not any(text in row.reason for text in unsaid) else ""


def _means(row: Row) -> Sequence[str]:
    return HANDS_IN if row.verdict == "rejected" else MEANS.get(row.verdict, ())


def _more(others: Sequence[str]) -> list[str]:
    return [f"... and {len(others)} more"] if others else []


def _tasks(row: Row, order: Sequence[str]) -> list[Task]:
    """The tasks in the order of the exercise; what belongs to none of them comes last."""
    found = by_task(row.outcomes)
    names = [task for task in order if task in found] + [task for task in found if task not in order]
    return [_task(name, found[name]) for name in names]


def _task(name: str, outcomes: Sequence[Outcome]) -> Task:
    visible = [outcome for outcome in outcomes if not outcome.hidden]
    hidden = [outcome for outcome in outcomes if outcome.hidden]
    return Task(
        name=name,
        earned=sum(outcome.earned for outcome in outcomes),
        points=sum(outcome.points for outcome in outcomes),
        checks=tuple(_checks(visible)),
        hidden=tuple(_hidden(name, number, outcome) for number, outcome in enumerate(hidden, start=1)),
        not_attempted=_lines(visible[0].message) if visible and untouched(outcomes) else "",
    )


def _checks(outcomes: Sequence[Outcome]) -> Iterator[Check]:
    """The visible checks of a task, each hint where it is first needed."""
    hints: set[str] = set()
    for outcome, message, printed in said_once(outcomes):
        new = outcome.status is not Status.PASSED and outcome.hint not in hints
        hint = outcome.hint if new else ""
        hints.add(hint)
        lines = [shortened(line, 200) for line in first_lines(clean(printed[:100_000]), PRINTED)]
        yield Check(
            check_name(outcome),
            outcome.status,
            _lines(message),
            hint,
            tuple(lines),
            outcome.earned,
            outcome.points,
        )


def _lines(message: str) -> str:
    """A message of several lines, not of many."""
    lines = first_lines(clean(message[: 20 * MESSAGE]).strip(), 20)
    return shortened("\n".join(lines), MESSAGE)


def _hidden(task: str, number: int, outcome: Outcome) -> HiddenCheck:
    name = f"hidden check {number} of {task}"
    return HiddenCheck(name, outcome.status is Status.PASSED, outcome.earned, outcome.points)


def _share(passed: Sequence[bool]) -> str:
    return f"{sum(passed)} of {len(passed)}" if passed else "-"


def _deck(deck: str) -> str:
    return f"deck {deck}" if deck[:1].isdigit() else deck
