"""Canvas and Moodle: each grade in its own row, every other byte as it came."""

import csv
import io
import re

import pytest

from cnn_course.grading.outcome import Status
from cnn_course.grading.reports.canvas import canvas_csv, canvas_filled, canvas_sheet
from cnn_course.grading.reports.moodle import moodle_csv, moodle_filled, moodle_sheet

PASSED, FAILED = Status.PASSED, Status.FAILED
CANVAS = (
    "\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,Old (1),Doubling (2),Final Score\r\n"
    ",,,,,,Manual Posting,\r\n"
    "    Points Possible,,,,,10.00,6.00,(read only)\r\n"
    '"Schmidt, Anna",11,s1,anna@uni.example,"Sec ""A""",1.50,,20\r\n'
    '"Weber, Ben",12,s2,bweber,,,3,\r\n'
    '"Ng, Chris",13,s3,c,,,,"x, y"\r\n'
    '"Student, Test",99,,test,,,,\r\n'
)
MOODLE = (
    "Identifier,Full name,ID number,Email address,Status,Grade,Maximum Grade,Grade can be changed,"
    "Last modified (submission),Last modified (grade),Feedback comments\n"
    'Participant 501,Anna Schmidt,s1,anna@uni.example,"Submitted, late",,6.00,Yes,-,-,\n'
    "Participant 502,Ben Weber,s2,ben@uni.example,,2.00,6.00,Yes,-,-,old\n"
    "Participant 503,Chris Ng,s3,chris@uni.example,,,6.00,Yes,-,-,\n"
)


@pytest.fixture
def anna(row, outcomes):
    """A function that makes the row of a submission of 3 of 6 points, called as told."""
    return lambda name="anna", **facts: row(name, outcomes(FAILED, PASSED, FAILED, PASSED), **facts)


def canvas(rows, exercise, identities=None, export=CANVAS):
    return canvas_filled(rows, exercise, identities or {}, canvas_sheet(export.encode()))


def moodle(rows, exercise, identities=None, export=MOODLE):
    return moodle_filled(rows, exercise, identities or {}, moodle_sheet(export.encode(), exercise))


def canvas_takes(header: list[str]) -> bool:
    """The rule of Canvas's importer for a header, told anew from lib/gradebook_importer.rb."""
    if len(header) < 4 or "Student" not in header[0] or "ID" not in header[1]:
        return False
    columns = 3
    if re.search(r"SIS\s+Login\s+ID", header[2]):
        columns = 4
    elif re.search(r"SIS\s+User\s+ID", header[2]) and re.search(r"SIS\s+Login\s+ID", header[3]):
        columns = 5
    return "Section" in header[columns - 1]


@pytest.mark.parametrize(
    "name",
    ["anna@uni.example", "ANNA@uni.example", "s1", "11", "Anna Schmidt", "Schmidt, Anna", "schmidtanna"],
)
def test_canvas_a_student_is_found_by_number_login_or_name(anna, exercise, name):
    filled = canvas([anna(name)], exercise)
    assert filled.data.decode() == CANVAS.replace("1.50,,20", "1.50,3,20")
    assert filled.notes == ("Canvas: students who get no grade from this: Weber, Ben; Ng, Chris",)


def test_canvas_the_number_of_a_download_goes_before_the_name(anna, exercise):
    identity = {"schmidtanna": {"canvas_id": "13", "canvas_key": "schmidtanna"}}
    filled = canvas([anna("schmidtanna")], exercise, identity)
    assert filled.data.decode() == CANVAS.replace('c,,,,"x, y"', 'c,,,3,"x, y"')


def test_canvas_whoever_fits_two_rows_or_shares_one_gets_no_grade(anna, exercise):
    double = CANVAS.replace('"Weber, Ben"', '"Schmidt, Anna"')
    filled = canvas([anna("Anna Schmidt")], exercise, export=double)
    assert filled.data.decode() == double
    assert "Canvas: no grade there, since several rows fit: Anna Schmidt" in filled.notes
    filled = canvas([anna("s1"), anna("Anna Schmidt")], exercise)
    assert filled.data.decode() == CANVAS
    assert "Canvas: no grade there, since several submissions fit one row: Anna Schmidt; s1" in filled.notes


def test_canvas_a_stranger_and_the_test_student_are_left_out(anna, exercise):
    filled = canvas([anna("zoe"), anna("test"), anna("Student, Test")], exercise)
    assert filled.data.decode() == CANVAS
    assert "Canvas: no grade there, since no row fits: Student, Test; test; zoe" in filled.notes


def test_canvas_what_the_grader_failed_on_keeps_the_grade_it_had(anna, exercise):
    filled = canvas([anna("bweber", verdict="grader_error", points=0.0)], exercise)
    assert filled.data.decode() == CANVAS
    assert "Canvas: not graded yet: bweber" in filled.notes
    assert canvas([anna("bweber", verdict="rejected", points=0.0)], exercise).data.decode() == CANVAS.replace(
        ",3,\r\n", ",0,\r\n"
    )


def test_canvas_points_are_scaled_to_the_worth_of_the_column(anna, exercise):
    export = CANVAS.replace("10.00,6.00", "10.00,100.00")
    filled = canvas([anna("s1")], exercise, export=export)
    assert filled.data.decode() == export.replace("1.50,,20", "1.50,50,20")
    assert "Canvas: its column is worth 100 points, the exercise 6: points are scaled" in filled.notes


def test_canvas_a_column_that_is_missing_is_added(anna, exercise):
    export = CANVAS.replace("Doubling (2)", "Another (2)")
    filled = canvas([anna("s1")], exercise, export=export)
    rows = list(csv.reader(io.StringIO(filled.data.decode("utf-8-sig"), newline="")))
    assert [row[-1] for row in rows] == ["Doubling", "", "6", "3", "", "", ""]
    assert [row[:-1] for row in rows] == list(
        csv.reader(io.StringIO(export.removeprefix("\ufeff"), newline=""))
    )
    assert filled.notes[0] == "Canvas: no column is called 'Doubling'; this file makes it a new assignment"


def test_canvas_first_and_last_names_in_columns_of_their_own(anna, exercise):
    export = "LastName,FirstName,ID,Section,03_doubling (7)\nSchmidt,Anna,11,,\n"
    assert canvas([anna("Anna Schmidt")], exercise, export=export).data.decode().endswith("Anna,11,,3\n")


@pytest.mark.parametrize("data", [MOODLE, "Student,Name\nx,y\n", "ID,Student,Section\n", "Student,ID,SIS\n"])
def test_canvas_a_file_that_is_another_is_told(data):
    with pytest.raises(
        ValueError, match=r"^Canvas's gradebook begins with the columns Student, ID, .*> Export"
    ):
        canvas_sheet(data.encode())


def test_canvas_without_an_export_there_is_a_file_that_it_takes(rows, anna, exercise):
    identities = {"schmidtanna": {"canvas_id": "11", "canvas_key": "schmidtanna"}}
    rows = [*rows, anna("schmidtanna"), anna("=cmd|' /C calc'!A0")]
    header, points, *students = csv.reader(io.StringIO(canvas_csv(rows, exercise, identities)))
    assert canvas_takes(header)
    assert not canvas_takes([column for column in header if column != "Section"])
    assert header[-1] == "Doubling"
    assert points == ["Points Possible", "", "", "", "", "6"]
    assert students[0][0] == "'=cmd|' /C calc'!A0"
    assert ["anna", "", "", "anna", "", "6"] in students
    assert ["schmidtanna", "11", "", "", "", "3"] in students
    assert "hal" not in [student[0] for student in students]
    assert len(students) == len(rows) - 1


@pytest.mark.parametrize("name", ["s1", "anna@uni.example", "Anna Schmidt", "Schmidt, Anna"])
def test_moodle_grade_and_feedback_are_written_together(anna, exercise, name):
    filled = moodle([anna(name)], exercise)
    before, after = (list(csv.reader(io.StringIO(text))) for text in (MOODLE, filled.data.decode()))
    assert filled.data.decode().splitlines()[2:] == MOODLE.splitlines()[2:]
    assert after[1][5] == "3"
    assert after[1][10].startswith("<p>3 of 6 points. Some checks passed.</p><ul><li><strong>double</strong>")
    assert [cell for at, cell in enumerate(after[1]) if at not in (5, 10)] == [
        cell for at, cell in enumerate(before[1]) if at not in (5, 10)
    ]
    assert filled.notes == ("Moodle: students who get no grade from this: Ben Weber; Chris Ng",)


def test_moodle_the_number_of_a_download_goes_before_the_name(anna, exercise):
    identity = {"Anna Schmidt": {"moodle_id": "503", "moodle_name": "Anna Schmidt"}}
    rows = list(csv.reader(io.StringIO(moodle([anna("Anna Schmidt")], exercise, identity).data.decode())))
    assert [row[5] for row in rows[1:]] == ["", "2.00", "3"]


def test_moodle_what_the_grader_failed_on_keeps_the_grade_it_had(anna, exercise):
    filled = moodle([anna("s2", verdict="grader_error", points=0.0)], exercise)
    assert filled.data.decode() == MOODLE
    assert "Moodle: not graded yet: s2" in filled.notes


def test_moodle_points_are_scaled_to_the_maximum(anna, exercise):
    export = MOODLE.replace(",6.00,", ",10.00,")
    filled = moodle([anna("s1")], exercise, export=export)
    assert ",5,10.00," in filled.data.decode()
    assert "Moodle: its column is worth 10 points, the exercise 6: points are scaled" in filled.notes


def test_moodle_a_gradebook_export_has_its_columns_too(anna, exercise):
    export = (
        "First name;Last name;Assignment: Doubling (Real);Assignment: Doubling (Feedback);Total\n"
        "Anna;Schmidt;-;;5\n"
    )
    (line,) = moodle([anna("Anna Schmidt")], exercise, export=export).data.decode().splitlines()[1:]
    assert line.startswith('Anna;Schmidt;3;"<p>3 of 6')
    assert line.endswith(";5")


def test_moodle_a_file_without_a_place_for_feedback_is_told(exercise):
    with pytest.raises(ValueError, match="needs the columns Grade and Feedback comments.*export it again"):
        moodle_sheet(MOODLE.replace(",Feedback comments", ",Online text").encode(), exercise)


def test_moodle_without_an_export_a_download_becomes_a_worksheet(anna, exercise):
    identities = {"Anna Schmidt": {"moodle_id": "501", "moodle_name": "Anna Schmidt"}}
    header, line = csv.reader(io.StringIO(moodle_csv([anna("Anna Schmidt")], exercise, identities)))
    assert header == ["Identifier", "Full name", "Grade", "Last modified (grade)", "Feedback comments"]
    assert line[:4] == ["Participant 501", "Anna Schmidt", "3", ""]
    assert line[4].startswith("<p>3 of 6 points.")


def test_moodle_without_an_export_others_are_imported_by_number_or_address(rows, anna, exercise):
    header, *lines = csv.reader(io.StringIO(moodle_csv(rows, exercise, {})))
    assert header == ["ID number", "Doubling", "Doubling (feedback)"]
    assert [line[:2] for line in lines[:2]] == [["anna", "6"], ["ben", "3"]]
    assert len(lines) == len(rows) - 1
    identities = {"Anna": {"email": "anna@uni.example"}}
    header, line = csv.reader(io.StringIO(moodle_csv([anna("Anna")], exercise, identities)))
    assert (header[0], line[0]) == ("Email address", "anna@uni.example")


def test_moodle_feedback_obeys_no_student_and_hides_what_is_hidden(
    row, outcomes, exercise, hostile, parsed, canary
):
    checks = outcomes(FAILED, FAILED, FAILED, FAILED, message=hostile)
    infested = row("s1", checks, problems=(hostile,), verdict="crash", reason=hostile)
    cells = list(csv.reader(io.StringIO(moodle([infested], exercise).data.decode())))[1]
    seen = parsed(cells[10])
    assert seen.tags() <= {"p", "ul", "li", "code", "strong"}
    assert not any(facts for _, facts in seen.elements)
    assert canary not in cells[10]
    assert "\n" not in cells[10]


def test_a_gradebook_of_2000_is_filled_in_a_moment(anna, exercise):
    lines = "".join(f'"Name{n}, First",{n},sis{n},login{n},,,,\r\n' for n in range(2000))
    filled = canvas([anna(f"login{n}") for n in range(2000)], exercise, export=CANVAS + lines)
    assert filled.data.decode().count(",,,3,\r\n") == 2001  # and Ben's, which was there
