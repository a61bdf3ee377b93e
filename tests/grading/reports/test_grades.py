"""grades.csv, which every other program of an instructor begins with."""

import csv
import io

from cnn_course.grading.reports.grades import grades_csv


def test_the_columns_are_these(rows):
    header, *lines = grades_csv(rows[::-1]).splitlines()
    assert header == "submission,points,max_points,verdict,reason,isolation,seconds"
    assert lines[:3] == [
        "anna,6,6,full,,bwrap+cgroup,1.25",
        "ben,3,6,partial,1 of 2 tasks pass; canary-4f1d,bwrap+cgroup,1.25",
        "chris,0,6,zero,,bwrap+cgroup,1.25",
    ]
    assert len(lines) == len(rows)


def test_what_the_grader_failed_on_has_no_points_and_a_rejected_upload_has_none_left(rows):
    by_name = {line["submission"]: line for line in csv.DictReader(io.StringIO(grades_csv(rows)))}
    assert by_name["hal"]["points"] == ""
    assert by_name["gus"]["points"] == "0"
    assert by_name["dora"]["points"] == "1"


def test_points_are_written_as_one_writes_them(row):
    text = grades_csv([row("x", points=2 / 3, max_points=17.5)])
    assert "x,0.67,17.5,zero" in text


def test_no_name_is_a_formula(row, hostile):
    text = grades_csv([row(hostile, reason=hostile)])
    _, cells = csv.reader(io.StringIO(text))
    assert len(cells) == 7
    assert not cells[0].startswith(("=", "+", "-", "@", "\t"))
