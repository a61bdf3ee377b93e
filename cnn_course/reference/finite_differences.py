"""Gradients by trial: change one number a little and see what the result does.

The check for every backward pass, a reader's own included:

    dy = random.normal(size=y.shape)
    gradients = conv2d_backward(dy, x, kernel, strides=2)
    for worst in gradient_check(lambda *arrays: conv2d(*arrays, strides=2), [x, kernel, bias], gradients, dy):
        print(worst)
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from cnn_course.reference.arguments import count


class Difference(NamedTuple):
    """The entry in which a gradient is furthest from finite differences."""

    array: int  # which array, counted from 0
    entry: tuple[int, ...]
    given: float
    numeric: float
    error: float  # relative to the largest entry of the gradient

    def __str__(self) -> str:
        return (
            f"array {self.array}, entry {self.entry}: the gradient given is {self.given:.6g}, "
            f"finite differences say {self.numeric:.6g}, relative error {self.error:.0e}"
        )


def gradient_check(
    f: Callable[..., Any],
    arrays: Sequence[np.ndarray],
    gradients: Sequence[np.ndarray] | np.ndarray,
    dy: np.ndarray | float = 1.0,
    *,
    step: float = 1e-5,
    most: int = 300,
) -> list[Difference]:
    """For each array the worst entry of its gradient, beside central differences of `f(*arrays)`.

    `gradients` are those of sum(dy * f(*arrays)), in the order of the arrays, as a backward pass returns them
    for this dy; for a loss, which is one number, dy is 1. Everything is computed in float64. Of an array with
    more than `most` entries, so many are tried, chosen by chance but always the same.

    Right gradients have errors below 1e-6, wrong ones mostly above 1e-2. Around a kink (two nearly equal
    maxima, ReLU near 0) right gradients look wrong, too: keep such entries further apart than `step`.
    The error of an entry is relative to the largest entry of its gradient, for rounding alone makes small
    entries beside large ones inexact; gradients below 1e-3 throughout count as if their largest were 1e-3.
    """
    if isinstance(gradients, np.ndarray):
        gradients = [gradients]
    if len(gradients) != len(arrays):
        raise ValueError(
            f"{len(gradients)} gradients came for {len(arrays)} arrays; each array needs its own"
        )
    for index, (array, given) in enumerate(zip(arrays, gradients, strict=True)):
        if np.shape(given) != np.shape(array):
            raise ValueError(
                f"gradient {index} has shape {np.shape(given)}; it must be {np.shape(array)}, like its array"
            )
    loss, arrays = _loss(f, arrays, dy)
    most = count("most", most)
    return [
        _worst(loss, index, array, np.asarray(given, np.float64), step, most)
        for index, (array, given) in enumerate(zip(arrays, gradients, strict=True))
    ]


def numeric_gradients(
    f: Callable[..., Any],
    arrays: Sequence[np.ndarray],
    dy: np.ndarray | float = 1.0,
    *,
    step: float = 1e-5,
) -> list[np.ndarray]:
    """Gradients of sum(dy * f(*arrays)) by central differences: (L(a + step) - L(a - step)) / (2 step).

    Each entry of each array costs two calls of `f`.
    """
    loss, arrays = _loss(f, arrays, dy)
    gradients = [np.empty(array.shape) for array in arrays]
    for array, gradient in zip(arrays, gradients, strict=True):
        for entry in np.ndindex(*array.shape):
            gradient[entry] = _slope(loss, array, entry, step)
    return gradients


def _loss(
    f: Callable[..., Any], arrays: Sequence[np.ndarray], dy: np.ndarray | float
) -> tuple[Callable[[], float], list[np.ndarray]]:
    """The number to differentiate, as a function of copies of the arrays, and these copies."""
    copies = [np.array(array, np.float64) for array in arrays]
    shape = np.shape(f(*copies))
    if np.shape(dy) != shape:
        raise ValueError(f"dy has shape {np.shape(dy)}; it must be {shape}, like the result of f")
    return lambda: float(np.sum(dy * f(*copies))), copies


def _slope(loss: Callable[[], float], array: np.ndarray, entry: tuple[int, ...], step: float) -> float:
    value = array[entry]
    array[entry] = value + step
    above = loss()
    array[entry] = value - step
    below = loss()
    array[entry] = value
    return (above - below) / (2 * step)


def _worst(
    loss: Callable[[], float], index: int, array: np.ndarray, given: np.ndarray, step: float, most: int
) -> Difference:
    places = np.arange(array.size)
    if array.size > most:
        places = np.random.default_rng(0).choice(array.size, most, replace=False)
    entries = [tuple(map(int, np.unravel_index(place, array.shape))) for place in places]
    claims = np.array([given[entry] for entry in entries])
    slopes = np.array([_slope(loss, array, entry, step) for entry in entries])
    scale = max(np.nanmax(np.abs(array), initial=1e-3) for array in (given, slopes))
    errors = np.abs(claims - slopes) / scale
    worst = int(np.argmax(errors))  # a NaN counts as the largest
    return Difference(index, entries[worst], float(claims[worst]), float(slopes[worst]), float(errors[worst]))
