"""results.json as Gradescope's specification has it."""

import json

import pytest

from cnn_course.grading.outcome import Status
from cnn_course.grading.reports.gradescope import gradescope_json, results

TOP = {
    "score", "execution_time", "output", "output_format", "test_output_format", "test_name_format",
    "visibility", "stdout_visibility", "extra_data", "tests", "leaderboard",
}  # fmt: skip
TEST = {
    "score", "max_score", "status", "name", "name_format", "number", "output", "output_format", "tags",
    "visibility", "extra_data",
}  # fmt: skip


def test_every_field_is_one_of_the_specification(rows, exercise):
    for row in rows:
        made = results(row, exercise)
        assert set(made) <= TOP
        assert made["execution_time"] == row.seconds
        assert "score" in made or all("score" not in test for test in made["tests"])
        assert made["tests"]
        for test in made["tests"]:
            assert set(test) <= TEST
            assert test.get("status") in ("passed", "failed", None)
            assert test.get("visibility") in ("visible", "after_published", None)


def test_the_scores_of_the_tests_add_up_to_the_score(rows, exercise):
    for row in rows[:4]:
        made = results(row, exercise)
        assert made["score"] == row.points == sum(test["score"] for test in made["tests"])
        assert sum(test["max_score"] for test in made["tests"]) == row.max_points


def test_visible_checks_are_told_and_numbered_by_task(rows, exercise):
    tests = results(rows[1], exercise)["tests"]
    assert [test["number"] for test in tests] == ["1.1", "1.2", "1.3", "2.1"]
    assert tests[0] == {
        "number": "1.1",
        "name": "double: three is doubled",
        "score": 0.0,
        "max_score": 1.0,
        "status": "failed",
        "output": "double(3) gave 9, 6 was expected\nHint: A hint for three is doubled.",
        "visibility": "visible",
    }


def test_hidden_checks_are_neutral_and_seen_once_grades_are_published(rows, exercise, canary):
    (hidden,) = [test for test in results(rows[1], exercise)["tests"] if test["visibility"] != "visible"]
    assert hidden["visibility"] == "after_published"
    assert hidden["name"] == "hidden check 1 of double"
    assert hidden["output"] == "hidden check 1 of double: failed"
    for row in rows:
        assert canary not in gradescope_json(row, exercise)


def test_no_test_is_hidden_for_good_which_would_hide_the_total(rows, exercise):
    visibilities = [test.get("visibility") for row in rows for test in results(row, exercise)["tests"]]
    assert "hidden" not in visibilities


def test_what_the_grader_failed_on_has_no_score(rows, exercise):
    assert "score" not in results(rows[-1], exercise)
    assert results(rows[-2], exercise)["score"] == 0


def test_text_stays_text(row, outcomes, exercise, hostile):
    checks = outcomes(*[Status.ERROR] * 4, message=hostile)
    infested = row("x", checks, problems=(hostile,), verdict="crash", reason=hostile)
    text = gradescope_json(infested, exercise)
    made = json.loads(text)
    assert text.isascii()
    assert text.endswith("}\n")
    assert len(text) < 60_000
    assert {made[key] for key in ("output_format", "test_output_format", "test_name_format")} == {"text"}
    assert "\x1b" not in made["output"] + made["tests"][0]["output"]


def test_a_number_that_json_has_not_is_an_error(row, exercise):
    with pytest.raises(ValueError, match="not JSON compliant"):
        gradescope_json(row("x", points=float("nan")), exercise)
