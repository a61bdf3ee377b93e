"""Questions that are asked before the student computes the answer."""

from collections.abc import Callable
from numbers import Real
from typing import Any

from cnn_course.grading.known import Question

ROUNDED = 0.01  # a prediction of 2.3 is right where the answer is 2.303


def questions(names: dict[str, Any]) -> dict[str, Callable[[], Any]]:
    """The functions among `names` that are marked as questions."""
    return {
        name: thing for name, thing in names.items() if isinstance(getattr(thing, "known", None), Question)
    }


def judged(question: Callable[[], Any], answer: Any) -> tuple[bool, str]:
    """Whether an answer is right, and what the student is told. The right one is not given away."""
    right, wrong = question()
    said = _plain(answer)
    if said == _plain(right):
        return True, f"{answer!r} is right."
    for other, why in wrong.items():
        if said == _plain(other):
            return False, f"{answer!r} is not it; {why}."
    if _is_number(said) and isinstance(right, float) and abs(said - right) <= ROUNDED * abs(right):
        return True, f"{answer!r} is right: {right:.6g}."
    return False, f"{answer!r} is not it. {_nearness(said, right)}".rstrip()


def _nearness(said: Any, right: Any) -> str:
    """In which way an answer misses: its kind, its length, or whether it is too large."""
    right = _plain(right)
    if _is_number(right):
        return (
            f"It is too {'large' if said > right else 'small'}."
            if _is_number(said)
            else "A number is asked for."
        )
    if isinstance(right, list):
        if not isinstance(said, list):
            return f"{len(right)} values are asked for, in brackets."
        return f"{len(right)} values are asked for." if len(said) != len(right) else ""
    return ""


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)


def _plain(value: Any) -> Any:
    """Tuples as lists, NumPy's numbers and arrays as Python's, text without case."""
    value = value.tolist() if hasattr(value, "tolist") else value
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value.strip().casefold() if isinstance(value, str) else value
