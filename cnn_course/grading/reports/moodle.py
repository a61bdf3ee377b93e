"""Grades for Moodle, always with their feedback: a file with one of the two wipes out the other.

Moodle's own grading worksheet or gradebook export is filled in and keeps its columns, as Moodle wants it.
Without one, submissions from Moodle's download become a worksheet, others a file for Grades > Import.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cnn_course.grading.batch.verdict import Row
from cnn_course.grading.outcome import Status
from cnn_course.grading.reports.feedback import Feedback, Task, feedback_of
from cnn_course.grading.reports.gradebook import Columns, Filled, Identities, matched, notes, scaled, worth
from cnn_course.grading.reports.markup import Html, element, joined
from cnn_course.grading.reports.sheet import Sheet, csv_text, read_sheet
from cnn_course.grading.reports.verdicts import in_order, is_graded, number
from cnn_course.grading.wording import in_one_line

WORKSHEET = ("Identifier", "Full name", "Grade", "Last modified (grade)", "Feedback comments")
LONGEST = 200_000  # characters of one feedback


def moodle_csv(rows: Iterable[Row], exercise: Mapping[str, Any], identities: Identities) -> str:
    """A file for Moodle without an export of its own; who has no grade is not in it."""
    graded = [row for row in in_order(rows) if is_graded(row)]
    people = [identities.get(row.submission, {}) for row in graded]
    grades = [(number(row.points), moodle_feedback(feedback_of(row, exercise))) for row in graded]
    if people and all("moodle_id" in who for who in people):
        lines = [
            [f"Participant {who['moodle_id']}", who.get("moodle_name", ""), points, "", told]
            for who, (points, told) in zip(people, grades, strict=True)
        ]
        return csv_text([WORKSHEET, *lines], LONGEST)
    addressed = people and all("email" in who for who in people)
    keys = [who["email"] if addressed else row.submission for who, row in zip(people, graded, strict=True)]
    head = (
        "Email address" if addressed else "ID number",
        exercise["title"],
        f"{exercise['title']} (feedback)",
    )
    return csv_text([head, *([key, *grade] for key, grade in zip(keys, grades, strict=True))], LONGEST)


def moodle_filled(
    rows: Iterable[Row], exercise: Mapping[str, Any], identities: Identities, sheet: Sheet
) -> Filled:
    """Moodle's export with points and feedback in it, and nothing else changed."""
    rows = list(rows)
    grade, told = _grade_columns(sheet, exercise)
    graded = [row for row in rows if is_graded(row)]
    found, left = matched(sheet, range(1, len(sheet.rows)), graded, _columns(sheet), identities)
    most = {at: worth(sheet.value(at, sheet.column("Maximum grade"))) for at in found}
    cells = {(at, grade): scaled(row, most[at]) for at, row in found.items()}
    cells |= {(at, told): moodle_feedback(feedback_of(row, exercise)) for at, row in found.items()}
    return Filled(sheet.changed(cells), notes("Moodle", left, rows, most.values()))


def moodle_sheet(data: bytes, exercise: Mapping[str, Any]) -> Sheet:
    """Moodle's grading worksheet or gradebook export; ValueError if it has no place for grade or feedback."""
    sheet = read_sheet(data, "Moodle's file")
    _grade_columns(sheet, exercise)
    return sheet


def moodle_feedback(feedback: Feedback) -> str:
    """The feedback in one line of simple HTML, which is what Moodle keeps."""
    return joined(_said(feedback))


def _said(feedback: Feedback) -> Iterator[Html]:
    points = f"{number(feedback.points)} of {number(feedback.max_points)} points. {feedback.says}"
    yield element("p", points)
    yield from (element("p", line) for line in (feedback.reason, *feedback.means) if line)
    if feedback.problems:
        yield element("p", "These statements failed while your file was loaded:")
        yield element("ul", [element("li", element("code", line)) for line in feedback.problems])
    items = [item for task in feedback.tasks for item in _failed(task)]
    if items:
        yield element("ul", items)


def _failed(task: Task) -> Iterator[Html]:
    """A task, and what failed of it."""
    name = element("strong", task.name)
    yield element(
        "li",
        name,
        f": {number(task.earned)} of {number(task.points)} points; "
        f"visible checks {task.visible}, hidden {task.unseen}",
    )
    for check in () if task.not_attempted else task.checks:
        if check.status is not Status.PASSED:
            hint = f" Hint: {check.hint}" if check.hint else ""
            message = element("code", in_one_line(check.message, 300))
            yield element("li", f"{check.status}: {check.name}: ", message, hint)


def _columns(sheet: Sheet) -> Columns:
    keys = [sheet.column(name) for name in ("ID number", "Email address", "Username")]
    full = sheet.column("Full name")
    names = [sheet.column("First name"), sheet.column("Last name", "Surname")] if full is None else [full]
    return Columns("moodle_id", sheet.column("Identifier"), keys, names)


def _grade_columns(sheet: Sheet, exercise: Mapping[str, Any]) -> tuple[int, int]:
    """Those of grade and feedback: of the worksheet, or of the exercise in the gradebook."""
    title = exercise["title"]
    names = [f"{kind}{title}" for kind in ("Assignment: ", "Assignment:", "Manual item: ", "")]
    grade = sheet.column("Grade", *[f"{name} (Real)" for name in names])
    told = sheet.column("Feedback comments", *[f"{name} (Feedback)" for name in names])
    if grade is None or told is None:
        raise ValueError(
            "Moodle's file needs the columns Grade and Feedback comments, or "
            f"Assignment: {title} (Real) and (Feedback), in English; this one has {', '.join(sheet.header)}: "
            "switch on Feedback comments in the assignment's settings and export it again"
        )
    return grade, told
