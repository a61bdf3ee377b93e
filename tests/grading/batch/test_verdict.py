"""From what a worker says to a row: verdict, points and reason."""

import pytest

from cnn_course.grading.batch.verdict import VERDICTS, rejected_row, row_of


def outcome(status, task="double", points=1.0):
    return {
        "task": task,
        "check": "it doubles",
        "status": status,
        "points": points,
        "message": "",
        "hint": "",
    }


def row(*outcomes, limit="", says="", problems=(), most=3.0):
    result = {
        "outcomes": list(outcomes), "problems": list(problems), "limit": limit, "limit_says": says,
        "isolation": "bwrap", "seconds": 1.23456, "log": "",
    }  # fmt: skip
    return row_of("ada", "f00", "exercise.py", result, attempts=1, max_points=most)


PASSED, FAILED, STUB = outcome("passed"), outcome("failed"), outcome("not attempted", task="halve")


def test_all_points_are_full_and_need_no_reason():
    made = row(PASSED, outcome("passed", "halve", 2.0))
    assert (made.verdict, made.points, made.max_points, made.reason) == ("full", 3.0, 3.0, "")
    assert (made.isolation, made.seconds, made.attempts, made.name) == ("bwrap", 1.235, 1, "exercise.py")


def test_some_points_are_partial_and_the_reason_names_the_tasks():
    made = row(PASSED, FAILED, STUB, outcome("passed", "third"))
    assert (made.verdict, made.points) == ("partial", 2.0)
    assert made.reason == "1 of 3 tasks pass; not double, halve"


def test_no_points_are_zero_and_what_failed_on_loading_is_the_reason():
    assert (row(FAILED).verdict, row(FAILED).reason) == ("zero", "0 of 1 tasks pass; not double")
    assert row(STUB).reason == "nothing is attempted"
    assert (
        row(STUB, problems=["line 1: ImportError: torch", "another"]).reason == "line 1: ImportError: torch"
    )
    assert row(PASSED, problems=["line 1: ImportError"]).reason == "1 of 1 tasks pass"


@pytest.mark.parametrize("limit", ["timeout", "memory", "crash"])
def test_a_limit_is_the_verdict_and_points_earned_stay(limit):
    made = row(PASSED, outcome("error"), limit=limit, says="relu took\nlonger\x1b[31m than 20 seconds")
    assert (made.verdict, made.points) == (limit, 1.0)
    assert made.reason == "relu took longer than 20 seconds"
    assert row(PASSED, limit=limit).reason


def test_sums_of_binary_fractions_are_sums():
    made = row(*[outcome("passed", points=0.1)] * 3, most=0.3)
    assert (made.points, made.verdict) == (0.3, "full")


def test_what_could_not_be_judged_is_the_graders_error():
    made = row_of("ada", "", "x.ipynb", {"error": "no\nresult " + "x" * 999}, attempts=2, max_points=5.0)
    assert (made.verdict, made.points, made.max_points, made.attempts) == ("grader_error", 0.0, 5.0, 2)
    assert made.reason.startswith("no result x")
    assert len(made.reason) <= 200


def test_what_could_not_be_read_is_rejected():
    made = rejected_row("ada", "notes.pdf is no notebook", max_points=5.0)
    assert (made.verdict, made.reason, made.isolation) == ("rejected", "notes.pdf is no notebook", "")


def test_every_verdict_is_in_the_list():
    made = [row(PASSED, most=1.0), row(PASSED), row(FAILED), rejected_row("", "", max_points=1.0)]
    made += [row(PASSED, limit=limit) for limit in ("timeout", "memory", "crash")]
    assert {each.verdict for each in made} | {"grader_error"} == set(VERDICTS)
