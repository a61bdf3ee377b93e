"""Pooling over small windows of each map, and over neighbouring maps, forward and backward.

`pool_size` is the side of a window; `strides` is the same unless given, so that windows do not overlap.
AlexNet's windows do: `pool_size=3, strides=2` (deck 003, L184). What lies outside the image never counts:
it is no maximum, no part of a mean and no square. (PyTorch's average counts the zeros.)
Source: decks 002 (L467-491), 001 (L107-132), 004 (L404-501).
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from cnn_course.reference.arguments import Padding, Pair, count, gradient, images, is_whole, pair
from cnn_course.reference.windows import Windows, blank_padded, crop, pad, place_windows, taps


def max_pool2d(
    x: np.ndarray, pool_size: Pair = 2, *, strides: Pair | None = None, padding: Padding = "valid"
) -> np.ndarray:
    """The maximum of each window, channel by channel: (N, H, W, C) -> (N, H', W', C)."""
    x = images(x)
    windows = place_pools(x, pool_size, strides, padding)
    y = np.full((len(x), *windows.output, x.shape[3]), -np.inf, x.dtype)
    for _, _, tap in taps(pad(x, windows, -np.inf), windows):
        np.maximum(y, tap, out=y)
    return y


def max_pool2d_backward(
    dy: np.ndarray,
    x: np.ndarray,
    pool_size: Pair = 2,
    *,
    strides: Pair | None = None,
    padding: Padding = "valid",
) -> np.ndarray:
    """Gradient dx of `max_pool2d`, given dy (N, H', W', C): all of it goes to the maximum of the window.

    Of equal maxima the first one gets it, read row by row, as in TensorFlow and PyTorch. A pixel that is the
    maximum of several overlapping windows gets the sum.
    """
    x = images(x)
    windows = place_pools(x, pool_size, strides, padding)
    y = max_pool2d(x, pool_size, strides=strides, padding=padding)
    dy = gradient(dy, *y.shape)
    dpadded = blank_padded(x.shape, windows, np.result_type(dy, x))
    unmet = np.ones(y.shape, bool)  # windows whose maximum has not been met yet
    both = zip(taps(pad(x, windows, -np.inf), windows), taps(dpadded, windows), strict=True)
    for (_, _, tap), (_, _, dtap) in both:
        first = unmet & (tap == y)
        dtap += dy * first
        unmet &= ~first
    return crop(dpadded, windows)


def average_pool2d(
    x: np.ndarray, pool_size: Pair = 2, *, strides: Pair | None = None, padding: Padding = "valid"
) -> np.ndarray:
    """The mean of each window, channel by channel: (N, H, W, C) -> (N, H', W', C).

    Divided by the number of pixels of the image that the window holds: fewer than K at a padded border.
    """
    x = images(x)
    windows = place_pools(x, pool_size, strides, padding)
    return _sum(x, windows) / _pixels(x, windows)


def average_pool2d_backward(
    dy: np.ndarray,
    x: np.ndarray,
    pool_size: Pair = 2,
    *,
    strides: Pair | None = None,
    padding: Padding = "valid",
) -> np.ndarray:
    """Gradient dx of `average_pool2d`, given dy (N, H', W', C): equal shares for all pixels of the window."""
    x = images(x)
    windows = place_pools(x, pool_size, strides, padding)
    dy = gradient(dy, len(x), *windows.output, x.shape[3])
    return _spread(dy / _pixels(x, windows), x, windows)


def l2_pool2d(
    x: np.ndarray, pool_size: Pair = 2, *, strides: Pair | None = None, padding: Padding = "valid"
) -> np.ndarray:
    """The root of the sum of squares of each window, channel by channel: (N, H, W, C) -> (N, H', W', C)."""
    x = images(x)
    return np.sqrt(_sum(x**2, place_pools(x, pool_size, strides, padding)))


def l2_pool2d_backward(
    dy: np.ndarray,
    x: np.ndarray,
    pool_size: Pair = 2,
    *,
    strides: Pair | None = None,
    padding: Padding = "valid",
) -> np.ndarray:
    """Gradient dx of `l2_pool2d`, given dy (N, H', W', C): dy x / y, and 0 in windows that are all zero."""
    x = images(x)
    windows = place_pools(x, pool_size, strides, padding)
    y = l2_pool2d(x, pool_size, strides=strides, padding=padding)
    return x * _spread(_divide(gradient(dy, *y.shape), y), x, windows)


def l2_pool_features(x: np.ndarray, pool_size: int = 2, *, strides: int | None = None) -> np.ndarray:
    """The root of the sum of squares over `pool_size` neighbouring maps: (N, H, W, C) -> (N, H, W, C').

    C' = floor((C - pool_size) / strides) + 1; only groups of maps that are complete count.
    """
    return np.sqrt((_neighbours(images(x), pool_size, strides) ** 2).sum(axis=-1))


def l2_pool_features_backward(
    dy: np.ndarray, x: np.ndarray, pool_size: int = 2, *, strides: int | None = None
) -> np.ndarray:
    """Gradient dx of `l2_pool_features`, given dy (N, H, W, C'): dy x / y, and 0 where y is 0."""
    x = images(x)
    y = l2_pool_features(x, pool_size, strides=strides)
    share = _divide(gradient(dy, *y.shape), y)
    spread = np.zeros(x.shape, share.dtype)
    groups = sliding_window_view(spread, pool_size, axis=-1, writeable=True)[..., :: strides or pool_size, :]
    for member in range(pool_size):  # one at a time: overlapping groups share maps
        groups[..., member] += share
    return x * spread


def place_pools(x: np.ndarray, pool_size: Pair, strides: Pair | None, padding: Padding) -> Windows:
    """The windows of a pooling; ValueError if one could lie outside the image altogether."""
    size = pair("pool_size", pool_size)
    if is_whole(padding) and padding >= min(size):  # type: ignore[operator]
        raise ValueError(f"padding is {padding}; it must be less than the pool_size {size}")
    return place_windows(x.shape, size, size if strides is None else strides, padding)


def _sum(x: np.ndarray, windows: Windows) -> np.ndarray:
    """The sum of each window: (N, H, W, C) -> (N, H', W', C)."""
    y = np.zeros((len(x), *windows.output, x.shape[3]), x.dtype)
    for _, _, tap in taps(pad(x, windows), windows):
        y += tap
    return y


def _spread(dy: np.ndarray, x: np.ndarray, windows: Windows) -> np.ndarray:
    """The gradient of `_sum`: each pixel gets the dy of all windows that hold it."""
    dpadded = blank_padded(x.shape, windows, np.result_type(dy, x))
    for _, _, dtap in taps(dpadded, windows):
        dtap += dy
    return crop(dpadded, windows)


def _pixels(x: np.ndarray, windows: Windows) -> np.ndarray:
    """How many pixels of the image each window holds: (1, H', W', 1)."""
    return _sum(np.ones((1, *x.shape[1:3], 1), x.dtype), windows)


def _divide(dy: np.ndarray, y: np.ndarray) -> np.ndarray:
    """dy / y, and 0 where y is 0."""
    return np.divide(dy, y, out=np.zeros(y.shape, np.result_type(dy, y)), where=y != 0)


def _neighbours(x: np.ndarray, pool_size: int, strides: int | None) -> np.ndarray:
    """Views of neighbouring maps: (N, H, W, C) -> (N, H, W, C', pool_size)."""
    size = count("pool_size", pool_size)
    step = size if strides is None else count("strides", strides)
    if size > x.shape[3]:
        raise ValueError(f"pool_size is {pool_size}; there are only {x.shape[3]} maps to pool over")
    return sliding_window_view(x, size, axis=-1)[..., ::step, :]
