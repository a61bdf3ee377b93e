"""The other side of `evaluator.py`: has networks run in a process of their own, up to a limit."""

import atexit
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from functools import cache
from threading import Lock
from typing import Any

import numpy as np

from cnn_course.grading.crossing.caps import Caps
from cnn_course.grading.crossing.codec import decode, encode
from cnn_course.grading.crossing.frames import Broken, Channel
from cnn_course.grading.submission import BadAnswer, CannotJudge, OutOfTime
from cnn_course.grading.wording import in_one_line

PROGRAM = "cnn_course.grading.claimed.evaluator"
# Of a message: what the largest network that is checked needs.
MOST = Caps(nodes=1_000_000, arrays=10_000, blobs=4 << 30, header=64 << 20)
MEMORY = 6 << 30  # bytes: the largest network that is checked, its weights three times over
START_SECONDS, SECONDS = 180.0, 120.0
QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1", "KERAS_BACKEND": "tensorflow"}


def predict(config: dict[str, Any], weights: Sequence[np.ndarray], x: Any) -> Any:
    """What a network makes of x: here if Keras is here already, as while learning, or else elsewhere."""
    if "keras" not in sys.modules:
        return evaluator().predict(config, weights, x)
    from cnn_course.grading.claimed import rebuild

    return rebuild.predict(json.dumps(config), weights, x)


class Unable(Exception):
    """The process says that it cannot do what it is asked."""


@cache
def evaluator() -> "Evaluator":
    """The one of this process."""
    return Evaluator()


class Evaluator:
    """A process that holds Keras. It is started when it is first needed, and again when it was lost."""

    def __init__(self, seconds: float = SECONDS, memory: int = MEMORY) -> None:
        self.seconds, self.memory = seconds, memory
        self.process: subprocess.Popen[bytes] | None = None
        self.channel: Channel | None = None
        self.lock = Lock()
        atexit.register(self.close)

    def predict(
        self, config: dict[str, Any], weights: Sequence[np.ndarray], x: Any, seconds: float | None = None
    ) -> Any:
        """What a network makes of the batch x, in so many seconds or as many as usual.

        OutOfTime if it takes longer, BadAnswer if it cannot be run or is too large.
        """
        seconds = self.seconds if seconds is None else min(seconds, self.seconds)
        tree, blobs = encode([list(weights), x], most=MOST)
        question = {"op": "predict", "network": json.dumps(config), "given": tree}
        try:
            return self._answer(question, blobs, seconds)
        except Broken as problem:
            runs = f"to be run for {len(x):,} inputs"
            if problem.kind == "timeout":
                raise OutOfTime(f"the network took longer than {seconds:.3g} seconds {runs}") from None
            raise BadAnswer(f"the network is too large {runs}") from None
        except Unable as problem:
            raise BadAnswer(f"the network cannot be run: {problem}") from None

    def build(self, asked: str) -> str:
        """JSON of the network that is asked for as `expected.built_here` is; CannotJudge if there is none."""
        try:
            return self._answer({"op": "build", "asked": asked}, [], self.seconds)
        except (Broken, Unable) as problem:
            raise CannotJudge(f"the network {asked} could not be built: {problem}") from None

    def close(self) -> None:
        """End the process, if there is one."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            assert self.process.stdin is not None
            assert self.process.stdout is not None
            self.process.stdin.close()
            self.process.stdout.close()
        self.process = self.channel = None

    def _answer(self, question: dict[str, Any], blobs: list[bytes], seconds: float) -> Any:
        """Broken if none comes. A process that is lost after it has answered others is asked once more."""
        with self.lock:
            if self.process is not None:
                try:
                    return self._asked(question, blobs, seconds)
                except Broken as problem:
                    if problem.kind == "timeout":
                        raise
            return self._asked(question, blobs, seconds)

    def _asked(self, question: dict[str, Any], blobs: list[bytes], seconds: float) -> Any:
        channel = self.channel or self._started()
        deadline = time.monotonic() + seconds
        try:
            channel.send(question, blobs, deadline, MOST)
            answer, came = channel.receive(deadline, MOST)
        except BaseException:
            self.close()
            raise
        if "problem" in answer:
            raise Unable(in_one_line(answer["problem"]))
        return decode(answer["value"], came, most=MOST)

    def _started(self) -> Channel:
        """-P: a file beside which the grader was started must not pass for a module of Python's."""
        words = [sys.executable, "-P", "-m", PROGRAM, str(self.memory)]
        with tempfile.TemporaryFile() as said:
            self.process = subprocess.Popen(
                words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, env={**os.environ, **QUIET}
            )
            assert self.process.stdin is not None
            assert self.process.stdout is not None
            self.channel = Channel(self.process.stdout.fileno(), self.process.stdin.fileno())
            try:
                self.channel.receive(time.monotonic() + START_SECONDS)
            except Broken as problem:
                self.close()
                said.seek(0)
                last = said.read().decode(errors="replace").strip().splitlines()[-1:]
                raise CannotJudge(f"networks cannot be run here: {''.join(last) or problem}") from None
        return self.channel
