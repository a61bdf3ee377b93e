"""Grades for Canvas: its own exported gradebook with one column filled, or a small file to import.

Canvas takes a file whose first columns are Student, ID, ..., Section and whose next row is Points Possible.
It looks students up by ID, SIS User ID, SIS Login ID, then by name; a column that it does not know becomes a
new assignment (canvas-lms, lib/gradebook_importer.rb).
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from cnn_course.grading.batch.verdict import Row
from cnn_course.grading.reports.gradebook import Columns, Filled, Identities, matched, notes, scaled, worth
from cnn_course.grading.reports.sheet import Sheet, csv_text, read_sheet
from cnn_course.grading.reports.verdicts import in_order, is_graded, number

STUDENT = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
POINTS = "Points Possible"
NO_STUDENT = re.compile(r"points possible\b.*|student, test", re.IGNORECASE)


def canvas_csv(rows: Iterable[Row], exercise: Mapping[str, Any], identities: Identities) -> str:
    """A file that Canvas imports without an export of its own; who has no grade is not in it."""
    graded = [row for row in in_order(rows) if is_graded(row)]
    lines = [[*STUDENT, exercise["title"]], [POINTS, "", "", "", "", number(_most(graded))]]
    for row in graded:
        who = identities.get(row.submission, {})
        canvas_id = who.get("canvas_id", "")
        login = "" if canvas_id else who.get("email", row.submission)
        name = who.get("canvas_key", row.submission)
        lines.append([name, canvas_id, "", login, "", number(row.points)])
    return csv_text(lines)


def canvas_filled(
    rows: Iterable[Row], exercise: Mapping[str, Any], identities: Identities, sheet: Sheet
) -> Filled:
    """Canvas's export with the points in the column of the exercise, which is added if there is none."""
    rows = list(rows)
    graded = [row for row in rows if is_graded(row)]
    found, left = matched(sheet, _students(sheet), graded, _columns(sheet), identities)
    column = _column_of(sheet, exercise)
    if column is None:
        added = f"Canvas: no column is called {exercise['title']!r}; this file makes it a new assignment"
        return Filled(
            _with_new_column(sheet, exercise, graded, found), (added, *notes("Canvas", left, rows, []))
        )
    at = _points_row(sheet)
    most = None if at is None else worth(sheet.value(at, column))
    cells = {(student, column): scaled(row, most) for student, row in found.items()}
    return Filled(sheet.changed(cells), notes("Canvas", left, rows, [most]))


def canvas_sheet(data: bytes) -> Sheet:
    """Canvas's exported gradebook; ValueError if the file is another."""
    sheet = read_sheet(data, "Canvas's gradebook")
    header = sheet.header
    named = header[0] == "Student" or header[:2] == ["LastName", "FirstName"]
    if not named or "ID" not in header[1:3] or "Section" not in header:
        raise ValueError(
            f"Canvas's gradebook begins with the columns {', '.join(STUDENT)}; "
            f"this file has {', '.join(header[:6])}: choose Grades > Export in Canvas"
        )
    return sheet


def _with_new_column(
    sheet: Sheet, exercise: Mapping[str, Any], graded: Iterable[Row], found: Mapping[int, Row]
) -> bytes:
    new = {at: "" for at, cells in enumerate(sheet.rows) if len(cells) > 1}
    new |= {student: number(row.points) for student, row in found.items()} | {0: exercise["title"]}
    at = _points_row(sheet)
    return sheet.changed({}, new if at is None else new | {at: number(_most(graded))})


def _students(sheet: Sheet) -> list[int]:
    """The rows that name somebody; others tell how a column is posted, or what it is worth."""
    own = range(sheet.header.index("Section"))
    return [
        at
        for at in range(1, len(sheet.rows))
        if any(sheet.value(at, column) for column in own) and not NO_STUDENT.fullmatch(sheet.value(at, 0))
    ]


def _points_row(sheet: Sheet) -> int | None:
    return next((at for at in range(1, len(sheet.rows)) if POINTS in sheet.value(at, 0)), None)


def _columns(sheet: Sheet) -> Columns:
    ids = [sheet.column(name) for name in ("SIS Login ID", "SIS User ID", "ID")]
    full = sheet.column("Student")
    names = [sheet.column("LastName"), sheet.column("FirstName")] if full is None else [full]
    return Columns("canvas_id", sheet.column("ID"), ids, names)


def _column_of(sheet: Sheet, exercise: Mapping[str, Any]) -> int | None:
    """The column that is called as the exercise; Canvas adds a number, as in "Name (123)"."""
    called = {exercise["name"].casefold(), exercise["title"].casefold()}
    after = sheet.header.index("Section") + 1
    for column, title in list(enumerate(sheet.header))[after:]:
        if re.sub(r"\s*\([0-9]+\)\Z", "", title).casefold() in called:
            return column
    return None


def _most(graded: Iterable[Row]) -> float:
    return max((row.max_points for row in graded), default=0.0)
