"""The program in a box: runs the code of one submission and answers calls over a pipe.

What it answers is no more than what a submission claims: its code shares this process and may do to it what
it likes. Nothing here decides anything, and there is nothing here to steal.

    python -I start.py FOLDER numpy keras

FOLDER holds this program's code; the rest are modules to import before the submission comes.
"""

import gc
import math
import os
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from cnn_course.grading.box.own_package import hand_out
from cnn_course.grading.crossing.caps import LARGE
from cnn_course.grading.crossing.codec import decode, encode
from cnn_course.grading.crossing.frames import Channel
from cnn_course.grading.in_process import InProcess
from cnn_course.grading.jail.confine import confine
from cnn_course.grading.reading import read_student_file
from cnn_course.grading.student_error import told
from cnn_course.grading.submission import BadAnswer, NotAttempted, OutOfTime, StudentError
from cnn_course.grading.values import Network

FOREVER = math.inf  # it is the other side that keeps time
RAISED = (NotAttempted, OutOfTime, BadAnswer, StudentError)  # the first that fits is its name on the pipe


def main() -> None:
    channel = _own_streams()
    confine()
    for module in sys.argv[1:]:
        import_module(module)
    channel.send({"id": 0, "value": "ready"}, [], FOREVER)
    Inside(channel).serve()


def _own_streams() -> Channel:
    """The pipes that this process began with; its standard streams become the log, and nothing to read."""
    channel = Channel(os.dup(0), os.dup(1))
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    return channel


class Inside:
    """Answers one message after the other about the one submission that it is given."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        self.work = InProcess({}, {})
        self.networks: dict[int, Network] = {}  # of this check; those of earlier ones only take up memory
        self.handles = 0

    def serve(self) -> None:
        while True:
            message, blobs = self.channel.receive(FOREVER, LARGE)
            answer, arrays = self._answer(message, blobs)
            try:
                self.channel.send({"id": message["id"], **answer}, arrays, FOREVER, LARGE)
            except ValueError as problem:  # nothing of it was sent
                self.channel.send({"id": message["id"], **_unusable(message, problem)}, [], FOREVER)

    def _answer(self, message: dict[str, Any], blobs: list[Any]) -> tuple[dict[str, Any], list[Any]]:
        try:
            act: Callable[..., Any] = {"load": self._load, "call": self._call}[message["op"]]
            value = act(message, blobs)
            try:
                tree, arrays = encode(value, self._handle, most=LARGE)
            except (ValueError, TypeError) as problem:
                return _unusable(message, problem), []
            return {"value": tree}, list(arrays)
        except BaseException as problem:  # exit() and Ctrl-C of the submission's own among them
            return _told(message, problem), []

    def _load(self, message: dict[str, Any], _: list[Any]) -> dict[str, list[str]]:
        """Run the submission's file; its defined names, and a line for each statement that failed."""
        scenarios = _scenarios(message["scenarios"])
        hand_out(message["course_names"])
        path = Path(message["name"])
        path.write_text(message["source"], "utf-8")
        read = read_student_file(path.absolute())
        self.work = InProcess(read.namespace, scenarios)
        return {"problems": read.problems}

    def _call(self, message: dict[str, Any], blobs: list[Any]) -> Any:
        kind, name = message["kind"], message["name"]
        args, kwargs = decode(message["arguments"], blobs, self._network, builds=True, most=LARGE)
        self.work.seconds = message["seconds"]
        if kind == "begin" and self.networks:
            self.networks.clear()
            gc.collect()  # models hold themselves in circles, and an AlexNet takes 250 MB
        if kind == "ask":
            network, *arguments = args
            return network.ask(name, *arguments)
        return self.work(kind, name, tuple(args), kwargs)

    def _handle(self, network: Network) -> int:
        self.handles += 1
        self.networks[self.handles] = network
        return self.handles

    def _network(self, handle: int, _: Any) -> Network:
        return self.networks[handle]


def _scenarios(text: str | None) -> dict[str, Any]:
    """The functions of the exercise's scenarios.py."""
    names: dict[str, Any] = {"__name__": "scenarios"}
    exec(compile(text or "", "scenarios.py", "exec"), names)
    return names


def _told(message: dict[str, Any], problem: BaseException) -> dict[str, Any]:
    for kind in RAISED:
        if isinstance(problem, kind):
            kinds = list(getattr(problem, "kinds", ()))
            return {"raised": kind.__name__, "message": str(problem), "kinds": kinds}
    return {"raised": "StudentError", "message": told(message.get("name", ""), problem), "kinds": []}


def _unusable(message: dict[str, Any], problem: Exception) -> dict[str, Any]:
    """The answer to a call whose value cannot cross."""
    said = f"what {message.get('name', '')} gave cannot be used: {problem}"
    return {"raised": "BadAnswer", "message": said, "kinds": []}
