"""Whose row in a learning platform's gradebook is whose: by number, login, address or name, or not at all.

A grade goes to the one row that fits, and to none if two would: it is better missing than another's.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from cnn_course.grading.batch.verdict import Row
from cnn_course.grading.reports.sheet import Sheet
from cnn_course.grading.reports.verdicts import in_order, is_graded, number
from cnn_course.grading.wording import in_one_line

Identities = Mapping[str, Mapping[str, str]]
"""{submission: what a platform's download said of its student: canvas_id, moodle_id, email, names}"""


class Columns(NamedTuple):
    """Where a gradebook says who a student is; None for a column that it does not have.

    `numbers`: the column of the identity `number`, which the platform's downloads put beside the name.
    `whole`: a submission may be called as in one of them. `names`: together they are the student's name.
    """

    number: str
    numbers: int | None
    whole: Sequence[int | None]
    names: Sequence[int | None]


class Filled(NamedTuple):
    """A file for a learning platform, and what the instructor must know about it."""

    data: bytes
    notes: tuple[str, ...] = ()


class _Index:
    """The rows of a gradebook by all that they say of a student."""

    def __init__(self, sheet: Sheet, students: Iterable[int], columns: Columns) -> None:
        self.sheet, self.columns = sheet, columns
        self.numbers, self.keys, self.names = (defaultdict[str, set[int]](set) for _ in range(3))
        for student in students:
            self.numbers[_number(sheet.value(student, columns.numbers))].add(student)
            for column in columns.whole:
                self.keys[sheet.value(student, column).casefold()].add(student)
            for name in _names(self.called(student)):
                self.names[name].add(student)

    def called(self, student: int) -> list[str]:
        """The parts of a student's name."""
        return [self.sheet.value(student, column) for column in self.columns.names]

    def rows_of(self, submission: str, identity: Mapping[str, str]) -> set[int]:
        """Those that fit. The platform's own number decides alone, if it is known there."""
        by_number = self.numbers.get(identity.get(self.columns.number) or "-", set())
        keys = {submission.strip().casefold(), identity.get("email", "").casefold()} - {""}
        called = (submission, identity.get("canvas_key", ""), identity.get("moodle_name", ""))
        names = set().union(*(_names([name]) for name in called)) - {""}
        others = [self.keys.get(key, set()) for key in keys] + [self.names.get(name, set()) for name in names]
        return by_number or set().union(*others)


def matched(
    sheet: Sheet, students: Iterable[int], rows: Iterable[Row], columns: Columns, identities: Identities
) -> tuple[dict[int, Row], list[str]]:
    """{row of the gradebook: row of ours}, and lines that say who of either side is left over."""
    students = list(students)
    index = _Index(sheet, students, columns)
    fits = [
        (row, index.rows_of(row.submission, identities.get(row.submission, {}))) for row in in_order(rows)
    ]
    taken = Counter(min(those) for _, those in fits if len(those) == 1)
    found: dict[int, Row] = {}
    left = defaultdict[str, list[str]](list)
    for row, those in fits:
        problem = _problem(those, taken)
        if problem:
            left[f"no grade there, since {problem}"].append(row.submission)
        else:
            found[min(those)] = row
    for student in sorted(set(students) - set(found)):
        left["students who get no grade from this"].append(" ".join(index.called(student)))
    return found, [f"{what}: {'; '.join(map(in_one_line, names))}" for what, names in sorted(left.items())]


def _problem(fitting: set[int], taken: Mapping[int, int]) -> str:
    """Why a submission has no place among the rows that fit it; "" if it has."""
    if not fitting:
        return "no row fits"
    if len(fitting) > 1:
        return "several rows fit"
    return "several submissions fit one row" if taken[min(fitting)] > 1 else ""


def _names(parts: Sequence[str]) -> set[str]:
    """How a student's name may be written: "Schmidt, Anna" is also Anna Schmidt and schmidtanna."""
    words = [word for part in parts for word in part.split(",")]
    return {_letters("".join(words)), _letters("".join(reversed(words)))}


def _letters(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def _number(text: str) -> str:
    """The number at the end of "Participant 123456", or a bare number."""
    found = re.search(r"[0-9]+\Z", text)
    return found[0] if found else ""


def scaled(row: Row, most: float | None) -> str:
    """The points of a row where the platform's column is worth `most`."""
    if most is None or not row.max_points:
        return number(row.points)
    return number(row.points / row.max_points * most)


def worth(text: str) -> float | None:
    """The points that a column is worth, such as "100.00" or "100,00"; None where it does not say."""
    found = re.fullmatch(r"[0-9]+([.,][0-9]+)?", text)
    return float(text.replace(",", ".")) if found else None


def notes(
    platform: str, left: Iterable[str], rows: Iterable[Row], theirs: Iterable[float | None]
) -> tuple[str, ...]:
    """What the instructor must know: who has no grade there and why, and whether points were scaled."""
    rows = in_order(rows)
    ours = {row.max_points for row in rows if is_graded(row) and row.max_points}
    scales = sorted(
        {
            f"its column is worth {number(most)} points, the exercise {number(points)}: points are scaled"
            for most in theirs
            for points in ours
            if most is not None and most != points
        }
    )
    waiting = "; ".join(in_one_line(row.submission) for row in rows if not is_graded(row))
    lines = [*scales, *left, *([f"not graded yet: {waiting}"] if waiting else [])]
    return tuple(f"{platform}: {line}" for line in lines)
