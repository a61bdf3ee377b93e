"""A network that a process claims to hold, as a `Network` whose sizes follow from its layers.

What the process says of its weights is compared with what our own formulas make of the configuration, and its
numbers are checked when they come. What the network answers to images it never says itself: our own process
builds it again and runs it (`asking.py`).
"""

import re
from collections.abc import Callable, Iterator
from itertools import zip_longest
from math import prod
from typing import Any

import numpy as np

from cnn_course.analysis.graph.values import shown
from cnn_course.analysis.graph.weights import Measured, Weight, measured
from cnn_course.grading.claimed import asking
from cnn_course.grading.claimed.vetting import readable, vet
from cnn_course.grading.submission import BadAnswer, OutOfTime
from cnn_course.grading.values import Network, distinct

MOST_PARAMETERS = 200_000_000
KEYS = ("config", "shapes", "trainable", "input_shape", "output_shape")
WHOLE = ("count",)  # weights of Keras's that are no floats

Ask = Callable[..., Any]


def claimed_network(claim: Any, ask: Ask, run: Ask | None = None) -> Network:
    """The network of a claim {"config", "shapes", "trainable", "input_shape", "output_shape"}.

    `ask(question, *arguments)` has the process answer that holds it; only its weights are asked for, and
    "model". `run`: as in `network_of`. BadAnswer, in one line, for what cannot be checked or does not agree
    with itself.
    """
    if type(claim) is not dict or any(key not in claim for key in KEYS):
        raise BadAnswer("the network's description is not complete")
    config, sizes = checked(claim["config"])
    _compare(claim, sizes)
    return network_of(config, sizes, ask, run)


def checked(network: Any) -> tuple[dict[str, Any], Measured]:
    """A claimed configuration, freed of what is not read, and the sizes that follow from it."""
    vet(network)
    with readable():
        sizes = measured(network["config"])
    parameters = sum(prod(weight.shape) for weight in sizes.weights)
    if parameters > MOST_PARAMETERS:
        raise BadAnswer(
            f"the network has {_number(parameters)} parameters; at most {MOST_PARAMETERS:,} are checked"
        )
    return {key: network[key] for key in ("module", "class_name", "config")}, sizes


def network_of(config: dict[str, Any], sizes: Measured, ask: Ask, run: Ask | None = None) -> Network:
    """The network of a checked configuration; `ask` gives its weights.

    `run(config, weights, x)` gives what it makes of x; if left out, the evaluator does.
    """
    names = distinct(weight.path for weight in sizes.weights)
    weights = dict(zip(names, sizes.weights, strict=True))
    return Network(
        config=config,
        shapes={path: weight.shape for path, weight in weights.items()},
        trainable=frozenset(path for path, weight in weights.items() if weight.trainable),
        input_shape=sizes.input_shape,
        output_shape=sizes.output_shape,
        ask=Checked(config, weights, ask, run or _run_elsewhere),
    )


class Checked:
    """Answers for a network: its weights as they come, checked, and what it predicts with them."""

    def __init__(self, config: dict[str, Any], weights: dict[str, Weight], ask: Ask, run: Ask) -> None:
        self.config, self.weights, self.ask, self.run = config, weights, ask, run
        self.too_slow = ""

    def __call__(self, question: str, *arguments: Any) -> Any:
        if question == "weights":
            return self._checked(self.ask("weights"))
        if question == "predict":
            return self._predicted(*arguments)
        return self.ask(question, *arguments)

    def _predicted(self, x: Any) -> Any:
        if self.too_slow:
            raise OutOfTime(f"{self.too_slow}, and was not run again")
        try:
            return self.run(self.config, self("weights"), x)
        except OutOfTime as problem:
            self.too_slow = str(problem)
            raise

    @property
    def handle(self) -> int:
        """The number of the network where it lives."""
        return self.ask.handle  # type: ignore[attr-defined]

    def _checked(self, arrays: Any) -> list[np.ndarray]:
        """Arrays of the shapes that the layers need, of finite floats."""
        if type(arrays) is not list or len(arrays) != len(self.weights):
            raise BadAnswer(f"the network's weights did not come as {len(self.weights)} arrays")
        for (path, weight), array in zip(self.weights.items(), arrays, strict=True):
            if type(array) is not np.ndarray or array.shape != weight.shape:
                came = array.shape if type(array) is np.ndarray else "no array"
                raise BadAnswer(f"the weight {path} came as {came}; its layer needs {weight.shape}")
            if array.dtype.kind != "f" and not (path.endswith(WHOLE) and array.dtype.kind in "iu"):
                raise BadAnswer(f"the weight {path} came as {array.dtype.name}; weights are floats")
            if not np.isfinite(array).all():
                bad = array[~np.isfinite(array)][0]
                raise BadAnswer(f"the weight {path} holds {bad}; every number must be finite")
        return arrays


def _run_elsewhere(config: dict[str, Any], weights: list[np.ndarray], x: Any) -> Any:
    """Never in the process that judges, whatever it has imported."""
    return asking.evaluator().predict(config, weights, x)


def _compare(claim: dict[str, Any], sizes: Measured) -> None:
    """Raise BadAnswer for the first thing that is said otherwise than it follows from the layers."""
    said = list(_said(claim))
    for ours, theirs in zip_longest(sizes.weights, said):
        if ours is None or theirs is None or not _agree(ours, theirs):
            raise BadAnswer(
                f"the network's weights are not those of its layers: {_told(theirs)} came, "
                f"{_told(ours)} was expected"
            )
    for key, due in (("input_shape", sizes.input_shape), ("output_shape", sizes.output_shape)):
        if not _fits(claim[key], due):
            raise BadAnswer(
                f"the network's {key} is said to be {_shape(claim[key])}; its layers make it {due}"
            )


def _said(claim: dict[str, Any]) -> Iterator[Weight]:
    shapes, trainable = claim["shapes"], claim["trainable"]
    if type(shapes) not in (list, tuple) or not _is_texts(trainable):
        raise BadAnswer("the network's description is not complete")
    trained = set(trainable)
    for entry in shapes:
        if type(entry) not in (list, tuple) or len(entry) != 2:
            raise BadAnswer("the network's description is not complete")
        path, shape = entry
        if type(path) is not str or not _is_shape(shape):
            raise BadAnswer("the network's description is not complete")
        yield Weight(path, tuple(shape), path in trained)


def _is_texts(value: Any) -> bool:
    return type(value) in (list, tuple) and all(type(item) is str for item in value)


def _is_shape(value: Any) -> bool:
    return type(value) in (list, tuple) and all(n is None or type(n) is int for n in value)


def _agree(ours: Weight, theirs: Weight) -> bool:
    """The layer before the last / may have been built under another name."""
    return _last(ours) == _last(theirs) and ours[1:] == theirs[1:]


def _last(weight: Weight) -> str:
    return re.sub(r"#\d+$", "", weight.path.rpartition("/")[2])


def _told(weight: Weight | None) -> str:
    if weight is None:
        return "nothing"
    frozen = "" if weight.trainable else ", not trained"
    return f"{shown(weight.path)[1:-1]} {_shape(weight.shape)}{frozen}"


def _fits(said: Any, due: Any) -> bool:
    """Sizes that are known on both sides are equal."""
    if isinstance(due, list):
        return type(said) in (list, tuple) and len(said) == len(due) and all(map(_fits, said, due))
    return (
        _is_shape(said)
        and len(said) == len(due)
        and all(a == b for a, b in zip(said, due, strict=True) if None not in (a, b))
    )


def _shape(shape: Any) -> str:
    return shown(str(tuple(shape)) if _is_shape(shape) else shape)[1:-1]


def _number(count: int) -> str:
    return f"{count:,}" if count < 10**12 else "more than a million million"
