"""Convolution as the slides draw it, one window after the other: for reading and for stepping through.

`conv2d_loops` gives the same numbers as `conv2d`, several hundred times slower.
Source: decks 004 (L80-243) and 003 (L36-141).
"""

import numpy as np

from cnn_course.reference.arguments import Padding, Pair, gradient
from cnn_course.reference.convolution import conv_arguments
from cnn_course.reference.windows import Windows, blank_padded, crop, pad, place_windows


def conv2d_loops(
    x: np.ndarray,
    kernel: np.ndarray,
    bias: np.ndarray | None = None,
    *,
    strides: Pair = 1,
    padding: Padding = "valid",
    dilation_rate: Pair = 1,
    groups: int = 1,
) -> np.ndarray:
    """Convolution, see `conv2d`: (N, H, W, C) * (kh, kw, C / groups, filters) -> (N, H', W', filters)."""
    x, kernel, bias = conv_arguments(x, kernel, bias, groups)
    if bias is None:
        bias = np.zeros(kernel.shape[3], kernel.dtype)
    windows = place_windows(x.shape, kernel.shape[:2], strides, padding, dilation_rate)
    padded = pad(x, windows)
    y = np.empty((len(x), *windows.output, kernel.shape[3]), np.result_type(x, kernel, bias))
    for n, row, column, f in np.ndindex(*y.shape):
        seen = (n, *_window(windows, row, column), _channels(kernel, groups, f))
        y[n, row, column, f] = np.sum(padded[seen] * kernel[:, :, :, f]) + bias[f]
    return y


def conv2d_loops_backward(
    dy: np.ndarray,
    x: np.ndarray,
    kernel: np.ndarray,
    *,
    strides: Pair = 1,
    padding: Padding = "valid",
    dilation_rate: Pair = 1,
    groups: int = 1,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gradients (dx, dkernel, dbias) of `conv2d_loops`, given dy (N, H', W', filters).

    Each output was a product of a window and a filter, so its dy goes to the window as often as the filter
    says, and to the filter as often as the window says.
    """
    x, kernel, _ = conv_arguments(x, kernel, None, groups)
    windows = place_windows(x.shape, kernel.shape[:2], strides, padding, dilation_rate)
    dy = gradient(dy, len(x), *windows.output, kernel.shape[3])
    padded = pad(x, windows)
    dtype = np.result_type(dy, x, kernel)
    dpadded = blank_padded(x.shape, windows, dtype)
    dkernel, dbias = np.zeros(kernel.shape, dtype), np.zeros(kernel.shape[3], dtype)
    for n, row, column, f in np.ndindex(*dy.shape):
        seen = (n, *_window(windows, row, column), _channels(kernel, groups, f))
        dpadded[seen] += dy[n, row, column, f] * kernel[:, :, :, f]
        dkernel[:, :, :, f] += dy[n, row, column, f] * padded[seen]
        dbias[f] += dy[n, row, column, f]
    return crop(dpadded, windows), dkernel, dbias


def _window(windows: Windows, row: int, column: int) -> tuple[slice, slice]:
    """The rows and columns of the padded map under the window of output pixel (row, column)."""
    (kh, kw), (down, across) = windows.size, windows.dilation_rate
    top, left = row * windows.strides[0], column * windows.strides[1]
    return slice(top, top + (kh - 1) * down + 1, down), slice(left, left + (kw - 1) * across + 1, across)


def _channels(kernel: np.ndarray, groups: int, f: int) -> slice:
    """The channels that filter `f` sees: all of them, or those of its group."""
    width = kernel.shape[2]
    group = f // (kernel.shape[3] // groups)
    return slice(group * width, (group + 1) * width)
