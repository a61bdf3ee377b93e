"""The known mistakes of an exercise, which are read and not run."""

from dataclasses import replace
from pathlib import Path

import pytest

from cnn_course.grading.outcome import Status
from cnn_course.grading.reports.known_mistakes import KnownMistake, how_common, read_mistakes

SOURCE = """
raise SystemExit("this file must not be run")
from cnn_course import grading
from cnn_course.grading import mistake

@mistake("double", says="that is " "the square")
def squares_it(x):
    return x * x

@grading.mistake("halve", says="twice")
@grading.mistake("double", says="twice")
def doubles_it(x): ...

@mistake(NAME, says=f"{x}")
def by_names(): ...

@other("double", says="no")
def another(): ...

def helper(): ...

@mistake("Doubler", says="never called")
class NeverCallsIt: ...
"""


def test_mistakes_are_read_without_running_the_file():
    assert read_mistakes(SOURCE) == (
        KnownMistake("double", "squares it", "that is the square"),
        KnownMistake("halve", "doubles it", "twice"),
        KnownMistake("double", "doubles it", "twice"),
        KnownMistake("Doubler", "never calls it", "never called"),
    )


def test_the_exercises_own_mistakes_are_all_read():
    folder = Path(__file__).parents[3] / "exercises"
    files = sorted(folder.glob("*/mistakes.py"))
    assert files
    for file in files:
        source = file.read_text("utf-8")
        assert len(read_mistakes(source)) == source.count("@mistake("), file


@pytest.mark.parametrize("message", ["9: that is the square", "the first line\nthat is the square of 3"])
def test_a_submission_counts_once_however_many_checks_find_the_mistake(row, outcomes, message):
    square, twice = (KnownMistake("double", says, says) for says in ("that is the square", "twice"))
    failed = [row(name, outcomes(*[Status.FAILED] * 4, message=message)) for name in "ab"]
    right = row("c", [replace(check, message=message) for check in outcomes(*[Status.PASSED] * 4)])
    counts = how_common([twice, square], [*failed, right])
    assert list(counts.items()) == [(square, 2), (twice, 0)]
    assert how_common([KnownMistake("other task", "x", "that is the square")], failed).popitem()[1] == 0
