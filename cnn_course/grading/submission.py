"""What a test sees of a student's work: functions by name, and the ways in which a call ends badly."""

from collections.abc import Callable
from functools import partial
from typing import Any

Call = Callable[[str, str, tuple[Any, ...], dict[str, Any]], Any]
YOURS = "your code"  # in messages about a scenario, whose name means nothing to students


class NotAttempted(Exception):
    """The task is still its stub, or there is nothing of that name."""


class StudentError(Exception):
    """The student's own code raised; the message names the error and the student's own line.

    `kinds`: the names of the error's class and of those above it, such as "JSONDecodeError", "ValueError".
    """

    def __init__(self, message: str, *kinds: str) -> None:
        super().__init__(message)
        self.kinds = kinds


class OutOfTime(StudentError):
    """A call took longer than a check may take."""


class BadAnswer(StudentError):
    """Nothing was raised, but what the call gave, or did to its arguments, cannot count as an answer."""


class CannotJudge(RuntimeError):
    """A check needs what is not to be had here, such as images: this says nothing of the student's work."""


class Submission:
    """A student's work: `submission.conv2d(x)` calls what the student wrote under that name.

    `call(kind, name, args, kwargs)` does the work, wherever the student's code lives:

    - "function" calls the function of that name,
    - "block" applies it to an input of the shape args[0] and returns the network,
    - "scenario" runs the exercise's own function of that name beside the student's code,
    - "begin" says that a check begins, with args[0] seconds for each of its calls (None: as usual),
    - "printed" returns what the student's code has printed since then.

    It raises `NotAttempted` or `StudentError`, and returns plain values: numbers, text, lists, dicts, arrays,
    `Network`s. Arguments are such values too, or networks to build.
    """

    def __init__(self, call: Call) -> None:
        self._call = call
        self._watched = False

    def on_input(self, name: str, input_shape: tuple[int, ...], *args: Any, **kwargs: Any) -> Any:
        """The network that the student's block `name` makes of an input of that shape."""
        return self._call("block", name, (input_shape, *args), kwargs)

    def scenario(self, name: str, *args: Any, **kwargs: Any) -> Any:
        """What the function `name` of the exercise's scenarios.py makes of the student's work."""
        self._watched = True
        return self._call("scenario", name, args, kwargs)

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("_"):
            raise AttributeError(name)
        return partial(self._called, name)

    def _called(self, name: str, /, *args: Any, **kwargs: Any) -> Any:
        return self._call("function", name, args, kwargs)


def begin_check(submission: Submission, seconds: float | None = None) -> None:
    """Set the random numbers and the clock for the next check."""
    submission._watched = False
    submission._call("begin", "", (seconds,), {})


def printed(submission: Submission) -> str:
    """What the student's code has printed in this check."""
    return submission._call("printed", "", (), {})


def was_watched(submission: Submission) -> bool:
    """Whether this check ran a scenario: code of the exercise's that shares a process with the student's."""
    return submission._watched
