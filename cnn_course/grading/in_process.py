"""A submission in this process: the namespace of a notebook, or of a module that was read from a file."""

import inspect
import random
import sys
from collections.abc import Callable, Mapping
from functools import partial
from types import SimpleNamespace
from typing import Any

import numpy as np

from cnn_course.grading.keras_values import answer, from_student, on_input, to_student
from cnn_course.grading.quiet import Printed, kept
from cnn_course.grading.student_error import is_authors, is_stub, own_place, told, where
from cnn_course.grading.submission import (
    YOURS,
    BadAnswer,
    NotAttempted,
    OutOfTime,
    StudentError,
    Submission,
)
from cnn_course.grading.time_limit import TimeUp, time_limit
from cnn_course.grading.values import Foreign

PLAIN = (np.ndarray, list, tuple, dict, str, int, float)
CALL_SECONDS, SCENARIO_SECONDS = 20.0, 120.0


def in_process(
    namespace: Mapping[str, Any], scenarios: Mapping[str, Callable[..., Any]] | None = None
) -> Submission:
    """What the names in `namespace` do, called here and now; `scenarios` are those of the exercise."""
    return Submission(InProcess(namespace, scenarios or {}))


class InProcess:
    """The side of a submission where the student's code runs."""

    def __init__(self, namespace: Mapping[str, Any], scenarios: Mapping[str, Callable[..., Any]]) -> None:
        self.namespace, self.scenarios = namespace, scenarios
        self.printed_text = Printed()
        self.seconds: float | None = None
        self.late: set[str] = set()

    def __call__(self, kind: str, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        return getattr(self, kind)(name, *args, **kwargs)

    def begin(self, _: str, seconds: float | None) -> None:
        self.printed_text, self.seconds = Printed(), seconds
        random.seed(0)
        np.random.seed(0)
        if "keras" in sys.modules:
            sys.modules["keras"].utils.set_random_seed(0)

    def printed(self, _: str) -> str:
        return self.printed_text.text

    def function(self, name: str, /, *args: Any, **kwargs: Any) -> Any:
        function = _found(self.namespace, name)
        given, named = to_student(args), to_student(kwargs)
        result = self._run(name, function, given, named)
        for argument in _changed(function, args, kwargs, given, named):
            raise BadAnswer(f"{name} changed its argument {argument}; work on a copy")
        return result

    def block(self, name: str, /, *args: Any, **kwargs: Any) -> Any:
        import keras  # noqa: F401  (before the clock runs)

        function = partial(on_input, _found(self.namespace, name))
        return self._run(name, function, to_student(args), to_student(kwargs))

    def scenario(self, name: str, /, *args: Any, **kwargs: Any) -> Any:
        function = partial(self.scenarios[name], _Student(self.namespace))
        arguments = to_student(args), to_student(kwargs)
        return self._run(name, function, *arguments, said=YOURS, seconds=SCENARIO_SECONDS)

    def _run(
        self,
        name: str,
        function: Callable[..., Any],
        args: Any,
        kwargs: Any,
        *,
        said: str = "",
        seconds: float = CALL_SECONDS,
    ) -> Any:
        """Call the function on its guard, and make what it returns plain; `said`: its name in messages."""
        said, seconds = said or name, self.seconds or seconds
        if name in self.late:
            raise OutOfTime(f"{said} was not run again: an earlier call took too long")
        try:
            with kept(self.printed_text), time_limit(seconds):
                return from_student(function(*args, **kwargs), partial(self._ask, said))
        except (KeyboardInterrupt, NotAttempted, BadAnswer):
            raise
        except TimeUp as problem:
            self.late.add(name)
            place = where(problem).rstrip(":")  # in line 3: while True
            reason = f"{said} took longer than {seconds:g} seconds{place}; does a loop never end?"
            raise OutOfTime(reason) from None
        except BaseException as problem:
            raise _judged(said, problem) from problem

    def _ask(self, name: str, model: Any, question: str, *arguments: Any) -> Any:
        """What a network of the student's answers; its layers may be the student's too."""
        if question == "model":
            return model
        return self._run(f"the network of {name}", answer, (model, question, *arguments), {})


class _Student(SimpleNamespace):
    """The student's names as a scenario sees them."""

    def __init__(self, namespace: Mapping[str, Any]) -> None:
        self._namespace = namespace

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return _found(self._namespace, name)


def _found(namespace: Mapping[str, Any], name: str) -> Callable[..., Any]:
    if name not in namespace:
        raise NotAttempted(f"{name} is not defined yet: run the cell that defines it")
    if not callable(namespace[name]):
        raise BadAnswer(
            f"{name} is {Foreign(type(namespace[name]).__name__)!r} here; it should be a function"
        )
    return namespace[name]


def _judged(name: str, problem: BaseException) -> Exception:
    """What the student is told about an exception in a call of `name`."""
    if isinstance(problem, NotImplementedError) and is_stub(problem):
        stub = getattr(own_place(problem), "function", name)
        if stub == name or name == YOURS:
            return NotAttempted(f"{stub} is still to be written")
        return NotAttempted(f"{name} calls {stub}, which is still to be written")
    if isinstance(problem, AssertionError) and is_authors(problem):
        return BadAnswer(str(problem))
    return StudentError(told(name, problem), *(kind.__name__ for kind in type(problem).__mro__))


def _changed(function: Callable[..., Any], args: Any, kwargs: Any, given: Any, named: Any) -> list[str]:
    """The names of arguments that the call has changed."""
    changed = [
        i for i, (before, after) in enumerate(zip(args, given, strict=True)) if not _same(before, after)
    ]
    names = _parameters(function)
    return [names[i] if i < len(names) else f"number {i + 1}" for i in changed] + [
        key for key in kwargs if not _same(kwargs[key], named[key])
    ]


def _parameters(function: Callable[..., Any]) -> list[str]:
    try:
        return list(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return []


def _same(before: Any, after: Any) -> bool:
    """Whether a plain value is as it was. Networks, which became models, are not looked at."""
    if type(before) is not type(after):
        return not isinstance(before, PLAIN)
    if isinstance(before, np.ndarray):
        return (
            before.shape == after.shape
            and before.dtype == after.dtype
            and before.tobytes() == after.tobytes()
        )
    if isinstance(before, list | tuple):
        return len(before) == len(after) and all(map(_same, before, after))
    if isinstance(before, dict):
        return before.keys() == after.keys() and all(_same(before[key], after[key]) for key in before)
    return bool(before is after or before == after)
