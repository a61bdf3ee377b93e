"""A graded class in numbers: how the points are spread, which checks are hard, what is alike. Plain data."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from cnn_course.grading.batch.verdict import Row
from cnn_course.grading.outcome import Status

STEPS = (0.5, 1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1000)
MOST_BINS = 12


class Bin(NamedTuple):
    """How many submissions have `low` points or more and fewer than `high`; in the last bin also `high`."""

    low: float
    high: float
    submissions: int


class CheckCount(NamedTuple):
    """How many submissions a check was run on, and how it ended."""

    task: str
    name: str
    hidden: bool
    observed: bool
    points: float
    passed: int
    not_attempted: int
    of: int

    @property
    def rate(self) -> float:
        return self.passed / self.of


class TaskCount(NamedTuple):
    """What a class earned in a task, and what it could have earned."""

    task: str
    earned: float
    points: float
    full: int
    of: int


def bins(points: Iterable[float], most: float) -> list[Bin]:
    """Points from 0 to `most` in bins of a round width."""
    points = list(points)
    width = next((step for step in STEPS if most / step <= MOST_BINS), most / MOST_BINS)
    how_many = max(1, int(most / width + 0.5))  # a remainder below half a bin belongs to the last
    counts = Counter(min(int(value // width), how_many - 1) for value in points)
    edges = [at * width for at in range(how_many)] + [most]
    return [Bin(low, high, counts[at]) for at, (low, high) in enumerate(pairwise(edges))]


def hardest(rows: Iterable[Row]) -> list[CheckCount]:
    """Every check, that which fewest passed first."""
    seen: dict[tuple[str, str, bool], list[tuple[Status, float, bool]]] = defaultdict(list)
    for row in rows:
        for o in row.outcomes:
            seen[o.task, o.check, o.hidden].append((o.status, o.points, o.observed))
    counts = []
    for (task, name, hidden), ended in seen.items():
        how = Counter(status for status, _, _ in ended)
        points, observed = max(points for _, points, _ in ended), any(observed for _, _, observed in ended)
        passed, untouched = how[Status.PASSED], how[Status.NOT_ATTEMPTED]
        counts.append(CheckCount(task, name, hidden, observed, points, passed, untouched, len(ended)))
    return sorted(counts, key=lambda count: (count.rate, count.task, count.hidden, count.name))


def tasks(rows: Iterable[Row], order: Sequence[str]) -> list[TaskCount]:
    """What the class earned in each task, in the order of the exercise."""
    sums: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for row in rows:
        of_row: dict[str, tuple[float, float]] = {}
        for o in row.outcomes:
            earned, points = of_row.get(o.task, (0.0, 0.0))
            of_row[o.task] = (earned + o.earned, points + o.points)
        for task, pair in of_row.items():
            sums[task].append(pair)
    names = [task for task in order if task in sums] + sorted(task for task in sums if task not in order)
    return [
        TaskCount(
            name,
            sum(earned for earned, _ in sums[name]),
            sum(points for _, points in sums[name]),
            sum(earned == points for earned, points in sums[name]),
            len(sums[name]),
        )
        for name in names
    ]


def identical(rows: Iterable[Row]) -> list[list[Row]]:
    """Submissions of the same bytes, in groups."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.sha256:
            groups[row.sha256].append(row)
    return [group for group in groups.values() if len(group) > 1]


def observed_points(row: Row) -> float:
    """Points of a submission that rest on checks which hostile code could deceive."""
    return sum(outcome.earned for outcome in row.outcomes if outcome.observed)


def median(values: Iterable[float]) -> float:
    """The value in the middle; 0 of none."""
    ordered = sorted(values)
    if not ordered:
        return 0.0
    return (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2
