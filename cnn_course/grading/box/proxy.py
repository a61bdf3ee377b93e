"""A submission that lives in a box: every call goes through the pipe and comes back as a plain value.

What comes back is checked before anything looks at it: the form by `crossing`, networks by `claimed`. A box
that is late, dies or sends anything else is killed. A fresh one takes up the checks that are left, and a call
that cost a box is not tried again: a hang or a crash in one task costs no points in another.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, NoReturn

import numpy as np

from cnn_course.grading.box.opening import OpenBox
from cnn_course.grading.claimed.asking import evaluator
from cnn_course.grading.claimed.network import claimed_network
from cnn_course.grading.crossing.caps import LARGE
from cnn_course.grading.crossing.codec import decode, encode
from cnn_course.grading.crossing.frames import Broken
from cnn_course.grading.expected import config_of
from cnn_course.grading.jail.limits import Limits
from cnn_course.grading.submission import (
    YOURS,
    BadAnswer,
    CannotJudge,
    NotAttempted,
    OutOfTime,
    StudentError,
)
from cnn_course.grading.values import Network, NetworkToBuild

FILE = "the file"  # the call that loads it

GRACE = 3.0  # seconds between the box's own time limit, which can name a line, and the end of the box
BOXES = 4  # that one submission may use up
SCENARIOS_TAKE = 6  # times as long as a call: some train
KINDS_SHOWN = 10
RAISED = {kind.__name__: kind for kind in (NotAttempted, StudentError, OutOfTime, BadAnswer)}


class Boxed:
    """A `Call` that boxes answer. `start()` gives a new box that is ready; `load` is what it loads."""

    def __init__(self, start: Callable[[], OpenBox], load: dict[str, Any], limits: Limits) -> None:
        self.start, self.load, self.limits = start, load, limits
        self.end = time.monotonic() + limits.total_seconds
        self.box: OpenBox | None = None
        self.boxes = self.messages = self.runs = 0
        self.seconds: float | None = None
        self.begun = False  # whether the box knows of this check
        self.fatal: dict[str, str] = {}  # what cost a box, and how
        self.problems: list[str] = []
        self.limit = self.limit_says = self.log = ""

    def __call__(self, kind: str, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if kind == "begin":
            self.seconds, self.begun = args[0], False
            return None
        if kind == "printed":
            return self._printed()
        said = YOURS if kind == "scenario" else name
        self._refuse_what_is_over(said, f"{kind} {name}")
        self._open()
        if not self.begun:
            self._ask_box("begin", "", [None], {}, self.limits.call_seconds, "the program")
            self.begun = True
        self.runs += 1
        return self._ask_box(kind, name, list(args), kwargs, self._patience(kind), said)

    def close(self) -> None:
        if self.box is not None:
            self.box.kill()
            self.log += self.box.log

    def _patience(self, kind: str) -> float:
        return self.seconds or self.limits.call_seconds * (SCENARIOS_TAKE if kind == "scenario" else 1)

    def _refuse_what_is_over(self, said: str, call: str) -> None:
        """Fail the check without running anything, if it would end like one before or comes too late."""
        if FILE in self.fatal:
            raise StudentError(f"{said} was not run: {FILE} {self.fatal[FILE]}")
        if call in self.fatal:
            raise StudentError(f"{said} was not run again: it {self.fatal[call]}")
        if time.monotonic() >= self.end:
            raise OutOfTime(f"{said} was not run: the time for all checks was used up before")
        if self.boxes == BOXES and self.box is not None and self.box.ended():
            raise StudentError(f"{said} was not run: the program had to be stopped {BOXES} times before")

    def _open(self) -> None:
        """See to it that there is a box in which the submission is loaded."""
        if self.box is not None and not self.box.ended():
            return
        self.close()
        self.boxes += 1
        self.box, self.begun = self._started(), False
        loaded = self._exchange(FILE, FILE, {"op": "load", **self.load}, [], self.limits.load_seconds)
        self.problems = _lines(loaded)

    def _started(self) -> OpenBox:
        """A new box. CannotJudge if none can be made, which says nothing of the submission."""
        try:
            return self.start()
        except (RuntimeError, OSError) as problem:
            raise CannotJudge(str(problem)) from None

    def _ask_box(
        self, kind: str, name: str, args: list[Any], kwargs: dict[str, Any], seconds: float, said: str
    ) -> Any:
        """The box's answer to one call; `said`: what messages call it."""
        tree, blobs = encode(_buildable([args, kwargs]), _handle, claims=False, most=LARGE)
        message = {"op": "call", "kind": kind, "name": name, "arguments": tree, "seconds": seconds}
        return self._exchange(said, f"{kind} {name}", message, blobs, seconds)

    def _exchange(
        self, said: str, call: str, message: dict[str, Any], blobs: list[Any], seconds: float
    ) -> Any:
        """Send one message, wait for its answer, and make a value of it."""
        assert self.box is not None
        self.messages += 1
        deadline = min(time.monotonic() + seconds + GRACE, self.end)
        try:
            if self.box.speaks():
                raise Broken("it spoke before it was asked", "garbage")
            self.box.channel.send({"id": self.messages, **message}, blobs, deadline, LARGE)
            answer, came = self.box.channel.receive(deadline, LARGE)
            if type(answer.get("id")) is not int or answer["id"] != self.messages:
                raise Broken("it answers another question", "garbage")
        except Broken as problem:
            self._lost(said, call, problem, seconds)
        if "raised" in answer:
            raise self._raised(said, answer, seconds)
        try:
            return decode(answer.get("value"), came, self._claimed, most=LARGE)
        except ValueError as problem:
            raise BadAnswer(f"what {said} gave cannot be used: {problem}") from None

    def _lost(self, said: str, call: str, problem: Broken, seconds: float) -> NoReturn:
        """The box did not answer as it should: end it, and say why."""
        assert self.box is not None
        reason = self.box.ended(soon=problem.kind == "closed")
        if reason != "memory":
            reason = "timeout" if problem.kind == "timeout" else "crash"
        self.box.kill()
        what = self._how(reason, problem.kind, seconds)
        self.fatal[call] = what
        self._hit(reason, f"{said} {what}")
        raise (OutOfTime if reason == "timeout" else StudentError)(f"{said} {what}")

    def _how(self, reason: str, kind: str, seconds: float) -> str:
        """How a call lost its box, as the end of a sentence."""
        if reason == "memory":
            return f"took more than {self.limits.memory / 2**30:.3g} GB of memory and was stopped"
        if kind == "timeout":
            whole = time.monotonic() >= self.end
            spent = (
                f"{self.limits.total_seconds:g} seconds for all checks" if whole else f"{seconds:g} seconds"
            )
            return f"was stopped after {spent}; does a loop never end?"
        if kind == "closed":
            return "ended the whole program: did it crash, or call exit?"
        return "wrote into the pipe that carries its answers"

    def _hit(self, limit: str, says: str) -> None:
        """Note the first limit that the submission ran into."""
        if not self.limit:
            self.limit, self.limit_says = limit, says

    def _raised(self, said: str, answer: dict[str, Any], seconds: float) -> Exception:
        """What a box says was raised. A reason for the whole submission is in our own words: all pages show
        it, and a hidden check would tell its inputs in the box's.
        """
        message, kinds = str(answer.get("message"))[:1000], answer.get("kinds")
        kind = RAISED.get(str(answer["raised"]), StudentError)
        if kind is OutOfTime:
            self._hit("timeout", f"{said} took longer than {seconds:g} seconds; does a loop never end?")
        if not issubclass(kind, StudentError) or kind is not StudentError:
            return kind(message)
        names = [str(item)[:100] for item in kinds[:KINDS_SHOWN]] if isinstance(kinds, list) else []
        return StudentError(message, *names)

    def _claimed(self, handle: int, claim: Any) -> Network:
        return claimed_network(claim, _Ask(self, self.boxes, handle), self._run_network)

    def _run_network(self, config: dict[str, Any], weights: list[np.ndarray], x: Any) -> Any:
        """What a network makes of x, in a process of our own; it takes of the submission's time."""
        left = self.end - time.monotonic()
        if left <= 0:
            raise OutOfTime("the network was not run: the time for all checks was used up before")
        try:
            return evaluator().predict(config, weights, x, left)
        except OutOfTime as problem:
            self._hit("timeout", str(problem))
            raise

    def _printed(self) -> str:
        if self.box is None or not self.begun or self.box.ended():
            return ""
        try:
            text = self._ask_box("printed", "", [], {}, self.limits.call_seconds, "the program")
        except (StudentError, BadAnswer):
            return ""
        return text if isinstance(text, str) else ""


class _Ask:
    """Asks a network in a box; `handle` is its number there.

    For its weights only once, until the submission's code has run again: they cannot differ honestly, and a
    box that gave others for every question could answer each as it likes.
    """

    def __init__(self, boxed: Boxed, box: int, handle: int) -> None:
        self.boxed, self.box, self.handle = boxed, box, handle
        self.weights: tuple[int, Any] = (-1, None)  # after so many runs of the code

    def __call__(self, question: str, *arguments: Any) -> Any:
        if question != "weights":
            return self._asked(question, *arguments)
        if self.weights[0] != self.boxed.runs:
            self.weights = self.boxed.runs, _sealed(self._asked("weights"))
        return self.weights[1]

    def _asked(self, question: str, *arguments: Any) -> Any:
        if self.box != self.boxed.boxes or self.boxed.box is None or self.boxed.box.ended():
            raise BadAnswer("the network is gone: the program that built it had to be stopped")
        network = Network({}, {}, frozenset(), None, None, self)  # crosses as its number
        seconds = self.boxed._patience("ask")
        return self.boxed._ask_box("ask", question, [network, *arguments], {}, seconds, "the network")


def _sealed(arrays: Any) -> Any:
    """A list of arrays that nobody can change."""
    for array in arrays if type(arrays) is list else ():
        if type(array) is np.ndarray:
            array.flags.writeable = False
    return arrays


def _handle(network: Any) -> int:
    return network.ask.handle


def _buildable(value: Any) -> Any:
    """The value with networks that are named after a builder as configurations: a box has no builders."""
    if isinstance(value, list | tuple):
        return type(value)(map(_buildable, value))
    if isinstance(value, dict):
        return {key: _buildable(item) for key, item in value.items()}
    if isinstance(value, NetworkToBuild) and value.builder is not None:
        return replace(value, builder=None, arguments={}, config=config_of(value))
    return value


def _lines(loaded: Any) -> list[str]:
    """The lines about statements that failed, as far as they are lines."""
    lines = loaded.get("problems") if isinstance(loaded, dict) else None
    return [line[:500] for line in lines if type(line) is str] if type(lines) is list else []
