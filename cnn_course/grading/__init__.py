"""Checks of what students write: the same test files while learning and while grading.

An exercise's tests are plain pytest functions over the fixture `submission`, through which they call what
the student wrote: `submission.conv2d(x, kernel)`. Marks say which task a check belongs to, what it is worth
and which hint helps:

    @pytest.mark.task("conv2d")
    @pytest.mark.points(2)
    @pytest.mark.hint("Count how often the window fits.")
    def test_output_has_the_values_of_the_slide(submission):
        expect.close(submission.conv2d(IMAGE, KERNEL), ANSWER, "conv2d of the slide's example")

`run.py` runs a test file and returns outcomes. While learning, `submission` calls the student's notebook or
module in this process (`in_process.py`): with a time limit, without input, keeping what is printed. What
crosses between the two sides is plain data (`values.py`, `keras_values.py`), so that the same tests can judge
code that runs elsewhere.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cnn_course.grading import expect
    from cnn_course.grading.known import alternative, mistake, question
    from cnn_course.grading.values import network

__all__ = ["alternative", "expect", "mistake", "network", "question"]


def __getattr__(name: str) -> Any:
    """What tests import from here, when they do: what runs a class of submissions needs no NumPy."""
    if name == "expect":
        return import_module("cnn_course.grading.expect")
    if name == "network":
        return import_module("cnn_course.grading.values").network
    if name in __all__:
        return getattr(import_module("cnn_course.grading.known"), name)
    raise AttributeError(f"module 'cnn_course.grading' has no attribute {name!r}")
