"""One step of training: new weights from weights and gradients. Nothing is changed in place.

Gradient descent decks 003 (L340-362), 002 (L763-769), 004 (L736); Adam deck 002 (L1302).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

Arrays = Sequence[np.ndarray]


def sgd(weights: Arrays, gradients: Arrays, *, learning_rate: float) -> list[np.ndarray]:
    """w - learning_rate * dw for each array."""
    _check(weights, gradients)
    return [w - learning_rate * dw for w, dw in zip(weights, gradients, strict=True)]


def momentum_sgd(
    weights: Arrays,
    gradients: Arrays,
    velocities: Arrays | None = None,
    *,
    learning_rate: float,
    momentum: float = 0.9,
    nesterov: bool = False,
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Weights that keep going: v = momentum v - learning_rate dw, then w + v; returns (weights, velocities).

    `nesterov` looks ahead: w + momentum v - learning_rate dw. Velocities start at 0 (None). As in Keras the
    learning rate is inside the velocity, so a new rate tells on new gradients only.
    """
    _check(weights, gradients)
    velocities = [np.zeros_like(w) for w in weights] if velocities is None else velocities
    moved = [momentum * v - learning_rate * dw for v, dw in zip(velocities, gradients, strict=True)]
    steps = moved
    if nesterov:
        steps = [momentum * v - learning_rate * dw for v, dw in zip(moved, gradients, strict=True)]
    return [w + step for w, step in zip(weights, steps, strict=True)], moved


class Moments(NamedTuple):
    """What Adam remembers: the number of steps, and running means of gradients and of their squares."""

    steps: int
    first: list[np.ndarray]
    second: list[np.ndarray]


def adam(
    weights: Arrays,
    gradients: Arrays,
    moments: Moments | None = None,
    *,
    learning_rate: float = 1e-3,
    beta_1: float = 0.9,
    beta_2: float = 0.999,
    epsilon: float = 1e-7,
) -> tuple[list[np.ndarray], Moments]:
    """Steps of about the learning rate in every direction; returns (weights, moments), None to begin with.

    m and v are running means of dw and dw**2; with their start at 0 made good, the step is
    learning_rate m / (sqrt(v) + epsilon). Source: Kingma and Ba, "Adam", ICLR 2015; epsilon as in Keras,
    which adds it before the correction of v.
    """
    _check(weights, gradients)
    if moments is None:
        moments = Moments(0, [np.zeros_like(w) for w in weights], [np.zeros_like(w) for w in weights])
    steps = moments.steps + 1
    first = [beta_1 * m + (1 - beta_1) * dw for m, dw in zip(moments.first, gradients, strict=True)]
    second = [beta_2 * v + (1 - beta_2) * dw**2 for v, dw in zip(moments.second, gradients, strict=True)]
    rate = learning_rate * np.sqrt(1 - beta_2**steps) / (1 - beta_1**steps)
    moved = [
        (w - rate * m / (np.sqrt(v) + epsilon)).astype(w.dtype)
        for w, m, v in zip(weights, first, second, strict=True)
    ]
    return moved, Moments(steps, first, second)


def _check(weights: Arrays, gradients: Arrays) -> None:
    if [np.shape(w) for w in weights] != [np.shape(dw) for dw in gradients]:
        raise ValueError(
            f"gradients have the shapes {[np.shape(dw) for dw in gradients]}; "
            f"they must be {[np.shape(w) for w in weights]}, like the weights"
        )
