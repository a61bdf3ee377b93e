"""grades.csv: a row for every submission, for any spreadsheet."""

from collections.abc import Iterable

from cnn_course.grading.batch.verdict import Row
from cnn_course.grading.reports.sheet import csv_text
from cnn_course.grading.reports.verdicts import in_order, is_graded, number

COLUMNS = ("submission", "points", "max_points", "verdict", "reason", "isolation", "seconds")


def grades_csv(rows: Iterable[Row]) -> str:
    """All rows by submission. What the grader failed on has no points, not even 0."""
    return csv_text([COLUMNS, *map(_cells, in_order(rows))])


def _cells(row: Row) -> list[str]:
    points = number(row.points) if is_graded(row) else ""
    return [
        row.submission, points, number(row.max_points), row.verdict, row.reason, row.isolation,
        f"{row.seconds:.2f}",
    ]  # fmt: skip
