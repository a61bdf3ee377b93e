"""One step of training: new weights from weights and gradients. Nothing is changed in place.

Weights keep their type, whatever the type of a learning rate: float32 stays float32.
Gradient descent decks 003 (L340-362), 002 (L763-769), 004 (L736); Adam deck 002 (L1302).
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from cnn_course.reference.arguments import floats

Arrays = Sequence[np.ndarray]


def sgd(weights: Arrays, gradients: Arrays, *, learning_rate: float) -> list[np.ndarray]:
    """w - learning_rate * dw for each array."""
    weights = [floats(w) for w in weights]
    gradients = _like(weights, "gradients", gradients)
    return _typed([w - learning_rate * dw for w, dw in zip(weights, gradients, strict=True)], weights)


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
    weights = [floats(w) for w in weights]
    gradients = _like(weights, "gradients", gradients)
    velocities = _zeros(weights) if velocities is None else _like(weights, "velocities", velocities)
    moved = [momentum * v - learning_rate * dw for v, dw in zip(velocities, gradients, strict=True)]
    steps = moved
    if nesterov:
        steps = [momentum * v - learning_rate * dw for v, dw in zip(moved, gradients, strict=True)]
    new = [w + step for w, step in zip(weights, steps, strict=True)]
    return _typed(new, weights), _typed(moved, weights)


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
    weights = [floats(w) for w in weights]
    gradients = _like(weights, "gradients", gradients)
    moments = Moments(0, _zeros(weights), _zeros(weights)) if moments is None else moments
    steps = moments.steps + 1
    first, second = (_like(weights, "moments", remembered) for remembered in moments[1:])
    first = [beta_1 * m + (1 - beta_1) * dw for m, dw in zip(first, gradients, strict=True)]
    second = [beta_2 * v + (1 - beta_2) * dw**2 for v, dw in zip(second, gradients, strict=True)]
    rate = learning_rate * np.sqrt(1 - beta_2**steps) / (1 - beta_1**steps)
    moved = [w - rate * m / (np.sqrt(v) + epsilon) for w, m, v in zip(weights, first, second, strict=True)]
    return _typed(moved, weights), Moments(steps, _typed(first, weights), _typed(second, weights))


def _like(weights: Arrays, name: str, arrays: Arrays) -> list[np.ndarray]:
    """`arrays` as NumPy has them; ValueError unless there is one for each weight, of its shape."""
    came, needed = [np.shape(a) for a in arrays], [w.shape for w in weights]
    if came != needed:
        raise ValueError(f"{name} have the shapes {came}; they must be {needed}, like the weights")
    return [np.asarray(a) for a in arrays]


def _typed(arrays: Arrays, weights: Arrays) -> list[np.ndarray]:
    """`arrays` in the types of the weights."""
    return [a.astype(w.dtype, copy=False) for a, w in zip(arrays, weights, strict=True)]


def _zeros(weights: Arrays) -> list[np.ndarray]:
    return [np.zeros_like(w) for w in weights]
