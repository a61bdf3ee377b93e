"""What authors know of an exercise beside its checks: mistakes, alternatives, questions.

    @mistake("conv2d", says="flipped")        a wrong answer, and a phrase of the message that it must earn
    def turns_the_kernel(x, kernel): ...

    @alternative("conv2d")                     another right answer, which must earn every point
    def by_einsum(x, kernel): ...

    @question("How many parameters has it?")   asked before the student computes it
    def parameters():
        return 760, {750: "you forgot the biases"}

Each stays the function that it is; what is known is kept in its attribute `known`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True)
class Mistake:
    """A known wrong answer to `task`; the message it earns contains `says`."""

    task: str
    says: str


@dataclass(frozen=True)
class Alternative:
    """Another right answer to `task`."""

    task: str


@dataclass(frozen=True)
class Question:
    """What is asked; the function returns the answer and what led to typical wrong ones."""

    text: str


def mistake(task: str, *, says: str) -> Callable[[Function], Function]:
    """Mark a function as a known wrong answer to `task`."""
    return _known(Mistake(task, says))


def alternative(task: str) -> Callable[[Function], Function]:
    """Mark a function as another right answer to `task`."""
    return _known(Alternative(task))


def question(text: str) -> Callable[[Function], Function]:
    """Mark a function () -> (answer, {wrong answer: what led to it}) as a predict-first question."""
    return _known(Question(text))


def _known(fact: Any) -> Callable[[Function], Function]:
    def mark(function: Function) -> Function:
        function.known = fact  # type: ignore[attr-defined]
        return function

    return mark
