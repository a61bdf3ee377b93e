"""From the last maps to the scores: flatten, global pooling, dense.

Source: decks 004 (L547-595), 000 (L92-115), 003 (L794-814).
"""

from typing import Any

import numpy as np

from cnn_course.reference.arguments import array_of, bias_of, gradient, images


def flatten(x: np.ndarray) -> np.ndarray:
    """Each image as one vector, row by row: (N, H, W, C) -> (N, H * W * C)."""
    x = images(x)
    return x.reshape(len(x), -1)


def flatten_backward(dy: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Gradient dx of `flatten`, given dy (N, H * W * C): the same numbers as maps again."""
    x = images(x)
    return gradient(dy, len(x), x[0].size).reshape(x.shape)


def global_average_pool(x: np.ndarray) -> np.ndarray:
    """The mean of each map: (N, H, W, C) -> (N, C)."""
    return images(x).mean(axis=(1, 2))


def global_average_pool_backward(dy: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Gradient dx of `global_average_pool`, given dy (N, C): every pixel gets dy / (H * W)."""
    x = images(x)
    n, height, width, channels = x.shape
    dy = gradient(dy, n, channels)
    return np.broadcast_to(dy[:, None, None] / (height * width), x.shape).astype(np.result_type(dy, x))


def global_max_pool(x: np.ndarray) -> np.ndarray:
    """The maximum of each map: (N, H, W, C) -> (N, C)."""
    return images(x).max(axis=(1, 2))


def global_max_pool_backward(dy: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Gradient dx of `global_max_pool`, given dy (N, C): all of it goes to the maximum.

    Of equal maxima the first one gets it, read row by row. Keras shares it among them.
    """
    x = images(x)
    n, height, width, channels = x.shape
    dy = gradient(dy, n, channels)
    dx = np.zeros((n, height * width, channels), np.result_type(dy, x))
    first = x.reshape(dx.shape).argmax(axis=1)
    np.put_along_axis(dx, first[:, None], dy[:, None], axis=1)
    return dx.reshape(x.shape)


def dense(x: np.ndarray, kernel: np.ndarray, bias: np.ndarray | None = None) -> np.ndarray:
    """Scores of a linear layer, y = x K + b: (N, D) * (D, units) + (units,) -> (N, units).

    Source: deck 004 (L37-54), where images are columns: scores = W x + b with W = K^T.
    """
    x, kernel = _dense_arguments(x, kernel)
    bias = bias_of(bias, kernel.shape[1])
    y = x @ kernel
    return y if bias is None else y + bias


def dense_backward(
    dy: np.ndarray, x: np.ndarray, kernel: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gradients (dx, dkernel, dbias) of `dense`, given dy (N, units): dy K^T, x^T dy, the sum of dy."""
    x, kernel = _dense_arguments(x, kernel)
    dy = gradient(dy, len(x), kernel.shape[1])
    return dy @ kernel.T, x.T @ dy, dy.sum(axis=0)


def _dense_arguments(x: Any, kernel: Any) -> tuple[np.ndarray, np.ndarray]:
    x, kernel = array_of("x", x, "images", "features"), array_of("kernel", kernel, "features", "units")
    if kernel.shape[0] != x.shape[1]:
        raise ValueError(f"kernel has shape {kernel.shape}; {x.shape[1]} features need ({x.shape[1]}, units)")
    return x, kernel
