"""A small course with one exercise that keeps every promise and needs no framework."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cnn_course.lessons.generate import products, write
from cnn_course.lessons.lesson import read_lesson

FILES = {
    "lesson.py": '''\
# ---
# jupyter:
#   cnn_course:
#     title: Numbers
#     data: cifar10
#     decks:
#       - "deck 004 (L16-54)"
#     profiles:
#       cpu: {per_class: 50, epochs: 2}
# ---

# %% [markdown]
# # Numbers
#
# Two functions to write.

# %% tags=["module"]
import math

# %%
ex.predict("half_of_six", ...)

# %% task="mean"
def mean(values):
    """The mean of the values."""
    # BEGIN SOLUTION
    count = len(values)
    return math.fsum(values) / count
    # END SOLUTION

# %%
ex.check("mean")

# %% task="largest"
def largest(values):
    """The largest of the values."""
    ### BEGIN SOLUTION
    best = values[0]
    for value in values:
        best = value if value > best else best
    return best
    ### END SOLUTION

# %%
ex.check("largest")

# %% [markdown] tags=["instructor"]
# They should know about empty lists.
''',
    "test_public.py": """\
import pytest

from cnn_course.grading import expect


@pytest.mark.task("mean")
@pytest.mark.hint("Add, then divide.")
def test_the_mean_of_two(submission):
    expect.close(submission.mean([1, 2]), 1.5, "mean([1, 2])", wrong=[(3, "that is the sum")])


@pytest.mark.task("largest")
@pytest.mark.hint("Compare.")
def test_the_largest_of_three(submission):
    expect.equal(submission.largest([1, 3, 2]), 3, "largest([1, 3, 2])", wrong=[(2, "that is the last")])
""",
    "test_hidden.py": """\
import pytest

from cnn_course.grading import expect


@pytest.mark.task("largest")
@pytest.mark.points(2)
@pytest.mark.hint("What is the largest of numbers below 0?")
def test_negative_numbers_have_a_largest(submission):
    expect.equal(submission.largest([-2, -1]), -1, "largest([-2, -1])", wrong=[(0, "you began at 0")])
""",
    "mistakes.py": """\
from solution import largest as right

from cnn_course.grading import mistake


@mistake("mean", says="that is the sum")
def only_adds(values):
    return sum(values)


@mistake("largest", says="that is the last")
def takes_the_last(values):
    return values[-1]


@mistake("largest", says="you began at 0")
def begins_at_zero(values):
    return max(0, right(values))
""",
    "alternatives.py": """\
from cnn_course.grading import alternative


@alternative("largest")
def by_sorting(values):
    return sorted(values)[-1]
""",
    "questions.py": """\
from cnn_course.grading import question


@question("What is half of six?")
def half_of_six():
    return 6 / 2, {6 * 2: "that is twice six"}
""",
}


def make_course(course: Path) -> Path:
    """Write the exercise `90_numbers` and what is generated from it into a new course; returns its folder."""
    made = course / "exercises" / "90_numbers"
    made.mkdir(parents=True)
    for name, text in FILES.items():
        (made / name).write_text(text, "utf-8")
    write(products(read_lesson(made), course))
    return made


@pytest.fixture(scope="module")
def shared_folder(tmp_path_factory) -> Path:
    """The folder of the exercise `90_numbers` for tests that change nothing in it and run none of it."""
    return make_course(tmp_path_factory.mktemp("course"))


@pytest.fixture
def folder(tmp_path) -> Iterator[Path]:
    """The folder of the exercise `90_numbers` in a course of its own, everything generated."""
    made = make_course(tmp_path)
    before = set(sys.modules)
    yield made
    for name in (set(sys.modules) - before) & {
        "solution",
        "exercise",
        "mistakes",
        "alternatives",
        "questions",
    }:
        del sys.modules[name]


@pytest.fixture
def edit(folder) -> Callable[[str, str, str], None]:
    """A function that replaces a text in one of the exercise's files, and fails if it is not there."""

    def replace(file: str, old: str, new: str) -> None:
        path = folder / file
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new), "utf-8")

    return replace
