"""The locally connected layer: a convolution that shares no weights. Source: deck 002 (L163-177)."""

from typing import Any

import numpy as np

from cnn_course.reference.arguments import Padding, Pair, array_of, gradient, images, shaped
from cnn_course.reference.windows import Windows, columns, place_windows, scatter


def locally_connected2d(
    x: np.ndarray,
    kernel: np.ndarray,
    bias: np.ndarray | None = None,
    *,
    strides: Pair = 1,
    padding: Padding = "valid",
) -> np.ndarray:
    """Filters of its own at each position: (N, H, W, C) -> (N, H', W', filters).

    `kernel` is (H', W', kh, kw, C, filters), `bias` (H', W', filters).

    y[n, h, w, f] = sum over i, j, c of x[n, S h + i - P, S w + j - P, c] kernel[h, w, i, j, c, f]
    + bias[h, w, f], with strides S and P zeros around the image.
    """
    x, kernel, windows = _arguments(x, kernel, strides, padding)
    y = np.swapaxes(_by_position(x, windows) @ _as_matrices(kernel), 0, 1)
    y = y.reshape(len(x), *windows.output, kernel.shape[5])
    if bias is None:
        return y
    return y + shaped("bias", bias, *y.shape[1:], because="one number for each position and filter")


def locally_connected2d_backward(
    dy: np.ndarray, x: np.ndarray, kernel: np.ndarray, *, strides: Pair = 1, padding: Padding = "valid"
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gradients (dx, dkernel, dbias) of `locally_connected2d`, given dy (N, H', W', filters).

    Those of the convolution, with one matrix for each position instead of one for all.
    """
    x, kernel, windows = _arguments(x, kernel, strides, padding)
    filters = kernel.shape[5]
    dy = gradient(dy, len(x), *windows.output, filters)
    dy_by_position = np.swapaxes(dy.reshape(len(x), -1, filters), 0, 1)
    dkernel = np.swapaxes(_by_position(x, windows), 1, 2) @ dy_by_position
    dcolumns = np.swapaxes(dy_by_position @ np.swapaxes(_as_matrices(kernel), 1, 2), 0, 1)
    return scatter(dcolumns, windows, x.shape), dkernel.reshape(kernel.shape), dy.sum(axis=0)


def _by_position(x: np.ndarray, windows: Windows) -> np.ndarray:
    """The columns of all images, position by position: (H' * W', N, kh * kw * C)."""
    seen = columns(x, windows)
    return np.swapaxes(seen.reshape(len(x), -1, seen.shape[1]), 0, 1)


def _as_matrices(kernel: np.ndarray) -> np.ndarray:
    """(H', W', kh, kw, C, filters) -> (H' * W', kh * kw * C, filters)."""
    height, width, kh, kw, channels, filters = kernel.shape
    return kernel.reshape(height * width, kh * kw * channels, filters)


def _arguments(
    x: Any, kernel: Any, strides: Pair, padding: Padding
) -> tuple[np.ndarray, np.ndarray, Windows]:
    x = images(x)
    axes = ("rows", "columns", "height", "width", "channels", "filters")
    kernel = array_of("kernel", kernel, *axes)
    windows = place_windows(x.shape, kernel.shape[2:4], strides, padding)
    fitting = (*windows.output, *kernel.shape[2:4], x.shape[3], kernel.shape[5])
    kernel = shaped("kernel", kernel, *fitting, because=f"({', '.join(axes)}) for images {x.shape[1:]}")
    return x, kernel, windows
