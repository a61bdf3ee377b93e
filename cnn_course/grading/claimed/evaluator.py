"""The program that runs networks for whoever judges them, so that those need no Keras and outlive them.

    python -P -m cnn_course.grading.claimed.evaluator BYTES

It answers on its standard output what it is asked on its standard input, in messages of `crossing`:

    {"op": "predict", "network": JSON, "given": [weights, x]}      {"value": what the network makes of x}
    {"op": "build", "asked": JSON of builder and arguments}        {"value": JSON of the network}

or {"problem": one line}. BYTES: how much memory it may take. It ends when nobody asks any more.
"""

import ctypes
import math
import os
import resource
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from cnn_course.grading.claimed.asking import MOST
from cnn_course.grading.crossing.codec import decode, encode
from cnn_course.grading.crossing.frames import Broken, Channel

THREADS = 2
DIES_WITH_PARENT = 1  # PR_SET_PDEATHSIG
LONGEST_PROBLEM = 300


def main(memory: int) -> None:
    _confine(memory)
    channel = _channel()
    import tensorflow as tf

    import cnn_course.grading.claimed.rebuild  # noqa: F401  (takes seconds, before the clock of a question runs)

    tf.config.threading.set_intra_op_parallelism_threads(THREADS)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    channel.send({"ready": True}, [], math.inf)
    while True:
        try:
            asked, blobs = channel.receive(math.inf, MOST)
        except Broken:
            return
        channel.send(*_answer(asked, blobs), math.inf, MOST)


def _confine(memory: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one who asks
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(DIES_WITH_PARENT, signal.SIGKILL)
    for limit, most in ((resource.RLIMIT_DATA, memory), (resource.RLIMIT_CORE, 0)):
        hard = resource.getrlimit(limit)[1]
        with suppress(ValueError, OSError):  # macOS knows the one and does not set it
            resource.setrlimit(limit, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _channel() -> Channel:
    """Questions and answers; whatever prints here does not speak to the one who asks."""
    channel = Channel(os.dup(0), os.dup(1))
    nothing = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1):
        os.dup2(nothing, fd)
    return channel


def _answer(asked: dict[str, Any], blobs: list[bytearray]) -> tuple[dict[str, Any], list[bytes]]:
    try:
        value, made = encode(ANSWERS[asked.pop("op")](blobs, **asked), most=MOST)
        return {"value": value}, made
    except Exception as problem:  # of Keras or TensorFlow, whatever a network brings them to
        line = (str(problem).strip().splitlines() or [""])[0]
        return {"problem": f"{type(problem).__name__}: {line[:LONGEST_PROBLEM]}"}, []


def _predicted(blobs: list[bytearray], network: str, given: Any) -> Any:
    from cnn_course.grading.claimed.rebuild import predict

    weights, x = decode(given, blobs, most=MOST)
    return predict(network, weights, x)


def _built(blobs: list[bytearray], asked: str) -> Any:
    from cnn_course.grading.expected import built_here

    return built_here(asked)


ANSWERS: dict[str, Callable[..., Any]] = {"predict": _predicted, "build": _built}


if __name__ == "__main__":
    main(int(sys.argv[1]))
