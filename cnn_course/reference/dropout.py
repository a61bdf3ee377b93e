"""Dropout, in the classic form and the one that every framework has (decks 001, L850-874; 002, L793-797).

A mask says which numbers stay. Classic dropout leaves them as they are and multiplies by 1 - rate after
training; inverted dropout divides by 1 - rate while training, so that nothing is left to do afterwards. The
expectation is the same.
"""

import numpy as np

from cnn_course.reference.arguments import floats, gradient, shaped

MODES = ("inverted", "classic")


def dropout_mask(shape: tuple[int, ...], rate: float, rng: np.random.Generator) -> np.ndarray:
    """1 for numbers that stay and 0 for those that go; each goes with the probability `rate`."""
    return (rng.random(shape) >= _checked(rate)).astype(np.float32)


def dropout(x: np.ndarray, mask: np.ndarray, *, rate: float, mode: str = "inverted") -> np.ndarray:
    """x with what the mask drops set to 0, while training; same shape. `mode` is in `MODES`."""
    x = floats(x)
    return x * (_masked(x, mask) * _scale(rate, mode, training=True)).astype(x.dtype)


def dropout_backward(
    dy: np.ndarray, x: np.ndarray, mask: np.ndarray, *, rate: float, mode: str = "inverted"
) -> np.ndarray:
    """Gradient dx of `dropout`: what was dropped hears nothing."""
    return dropout(gradient(dy, *np.shape(x)), mask, rate=rate, mode=mode)


def dropout_inference(x: np.ndarray, *, rate: float, mode: str = "inverted") -> np.ndarray:
    """x as it leaves the layer after training: times 1 - rate if classic, itself if inverted."""
    x = floats(x)
    return x * np.asarray(_scale(rate, mode, training=False), x.dtype)


def _scale(rate: float, mode: str, *, training: bool) -> float:
    rate = _checked(rate)
    if mode not in MODES:
        raise ValueError(f"mode is {mode!r}; choose one of {', '.join(map(repr, MODES))}")
    if mode == "inverted":
        return 1 / (1 - rate) if training else 1.0
    return 1.0 if training else 1 - rate


def _checked(rate: float) -> float:
    if not 0 <= rate < 1:
        raise ValueError(f"rate is {rate!r}; it is the share that is dropped, from 0 to below 1")
    return rate


def _masked(x: np.ndarray, mask: np.ndarray) -> np.ndarray:
    return shaped("mask", mask, *x.shape, because="one number for each number of x")
