"""The activation functions of the lectures and their gradients; any shape, number by number.

Each gradient is that of the loss: `relu_backward(dy, x)` is dy times the slope at x. Decks 002 (L346-446) and
003 (L194-271).
"""

from typing import Any

import numpy as np

from cnn_course.reference.arguments import array_of, floats, shaped


def step(x: np.ndarray) -> np.ndarray:
    """The perceptron's answer: 1 where x > 0, else 0 (deck 002, L264-268). Its slope is 0 everywhere."""
    x = floats(x)
    return (x > 0).astype(x.dtype)


def sigmoid(x: np.ndarray) -> np.ndarray:
    """1 / (1 + exp(-x)), between 0 and 1; written so that exp never overflows (decks 002, 003)."""
    x = floats(x)
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + small), small / (1 + small))


def sigmoid_backward(dy: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Slope s (1 - s), at most 1/4: far from 0 the unit is saturated and the gradient vanishes."""
    s = sigmoid(x)
    return _like(dy, s) * s * (1 - s)


def tanh(x: np.ndarray) -> np.ndarray:
    """Between -1 and 1 and zero-centred: 2 sigmoid(2x) - 1 (decks 002, 003)."""
    return np.tanh(floats(x))


def tanh_backward(dy: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Slope 1 - tanh(x)**2: 1 at zero, nothing where saturated."""
    y = tanh(x)
    return _like(dy, y) * (1 - y**2)


def relu(x: np.ndarray) -> np.ndarray:
    """max(x, 0) (decks 002, L376-406; 003, L256-271)."""
    return np.maximum(floats(x), 0)


def relu_backward(dy: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Slope 1 where x > 0, else 0; at 0 it is taken to be 0, as TensorFlow does."""
    x = floats(x)
    return _like(dy, x) * (x > 0)


def leaky_relu(x: np.ndarray, *, slope: float) -> np.ndarray:
    """x where x > 0, else slope * x. Deck 002 has a slope of 0.01, deck 003 0.1, Keras 0.3 or 0.2: say it."""
    x = floats(x)
    return np.where(x > 0, x, slope * x)


def leaky_relu_backward(dy: np.ndarray, x: np.ndarray, *, slope: float) -> np.ndarray:
    """Slope 1 where x > 0, else `slope`: no unit dies."""
    x = floats(x)
    return _like(dy, x) * np.where(x > 0, 1, np.asarray(slope, x.dtype))


def prelu(x: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """Leaky ReLU whose slopes are learned: (..., C) with alpha (C,), one slope for each channel.

    Deck 002 (L430-434) writes max(alpha x, x), which is the same for slopes up to 1.
    """
    x, alpha = _with_slopes(x, alpha)
    return np.where(x > 0, x, alpha * x)


def prelu_backward(dy: np.ndarray, x: np.ndarray, alpha: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Gradients (dx, dalpha) of `prelu`: a channel's slope hears from all its negative numbers."""
    x, alpha = _with_slopes(x, alpha)
    dy = _like(dy, x)
    per_number = np.where(x > 0, 0, dy * x)
    return dy * np.where(x > 0, 1, alpha), per_number.sum(axis=tuple(range(x.ndim - 1)))


def elu(x: np.ndarray, *, alpha: float = 1.0) -> np.ndarray:
    """x where x > 0, else alpha (exp(x) - 1): nearly zero mean (decks 002, L436-442; 003, L231-233)."""
    x = floats(x)
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))


def elu_backward(dy: np.ndarray, x: np.ndarray, *, alpha: float = 1.0) -> np.ndarray:
    """Slope 1 where x > 0, else alpha exp(x)."""
    x = floats(x)
    return _like(dy, x) * np.where(x > 0, 1, alpha * np.exp(np.minimum(x, 0)))


def maxout(x: np.ndarray, kernel: np.ndarray, bias: np.ndarray) -> np.ndarray:
    """The largest of several affine maps: (N, D) -> (N, units).

    kernel is (pieces, D, units), bias (pieces, units): with two pieces twice the parameters of `dense`.
    Source: deck 003 (L227-229).
    """
    return _pieces(x, kernel, bias)[0].max(axis=0)


def maxout_backward(
    dy: np.ndarray, x: np.ndarray, kernel: np.ndarray, bias: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gradients (dx, dkernel, dbias) of `maxout`: only the largest piece learns; of equal ones the first."""
    scores, x, kernel = _pieces(x, kernel, bias)
    dy = shaped("dy", dy, *scores.shape[1:], because="like the output of the forward pass")
    dscores = np.where(np.arange(len(scores))[:, None, None] == scores.argmax(axis=0), dy, 0)
    dx = (dscores @ kernel.transpose(0, 2, 1)).sum(axis=0)
    return dx, x.T @ dscores, dscores.sum(axis=1)


def _pieces(x: Any, kernel: Any, bias: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The affine maps (pieces, N, units), and x and kernel as floats."""
    x = array_of("x", x, "images", "features")
    kernel = array_of("kernel", kernel, "pieces", "features", "units")
    pieces, features, units = kernel.shape
    if features != x.shape[1]:
        raise ValueError(
            f"kernel has shape {kernel.shape}; {x.shape[1]} features need (pieces, {x.shape[1]}, units)"
        )
    bias = shaped("bias", bias, pieces, units, because="one number for each piece of each unit")
    return x @ kernel + bias[:, None], x, kernel


def _with_slopes(x: Any, alpha: Any) -> tuple[np.ndarray, np.ndarray]:
    x = floats(x)
    return x, shaped("alpha", alpha, x.shape[-1], because="one slope for each channel")


def _like(dy: Any, x: np.ndarray) -> np.ndarray:
    return shaped("dy", dy, *x.shape, because="like the output of the forward pass")
