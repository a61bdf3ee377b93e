"""Where the windows of a convolution or a pooling lie, and what they see.

Everything spatial slides a window over a padded map. There are two ways to look at that, and both avoid
Python loops over pixels. *Columns* (`im2col`): each window becomes a row of a matrix, so that a convolution
is one matrix product (deck 002, L934-939). *Taps*: entry (i, j) of all windows at once is the map itself,
shifted and strided, so that a pooling is a maximum of kh * kw shifted maps.
"""

from collections.abc import Iterator
from math import prod
from typing import Any, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from cnn_course.reference.arguments import Padding, Pair, count, images, is_whole, pair, shaped

# Columns of about this many bytes are made, used and thrown away before the next ones, so that they stay in
# the processor's cache and a batch of any size needs little memory. Much smaller blocks would be many small
# matrix products, whose threads wait for each other.
BLOCK_BYTES = 2**22


class Windows(NamedTuple):
    """Where the windows lie on a map; each pair is (down, across)."""

    size: tuple[int, int]
    strides: tuple[int, int]
    dilation_rate: tuple[int, int]
    pads: tuple[tuple[int, int], tuple[int, int]]  # ((top, bottom), (left, right))
    output: tuple[int, int]


def conv_output_size(
    size: int, kernel_size: int, *, strides: int = 1, padding: Padding = "valid", dilation_rate: int = 1
) -> int:
    """How many windows fit side by side: floor((W + pads - F') / S) + 1, where F' = (F - 1) * dilation + 1.

    `size` is one side of the map in pixels. With padding P on both sides pads = 2 P; with "same" the result
    is ceil(W / S). Raises ValueError if not even one window fits.
    Source: decks 003 (L42-71, L530-543), 002 (L141-159); the division there is always exact.
    """
    _check(size, kernel_size, strides, dilation_rate)
    before, after = _pads(size, kernel_size, strides, padding, dilation_rate)
    reach = (kernel_size - 1) * dilation_rate + 1
    if before + size + after < reach:
        raise ValueError(
            f"a window of {reach} pixels does not fit into {size} with padding {padding!r}; "
            f"the size must be at least {reach - before - after}"
        )
    return (before + size + after - reach) // strides + 1


def same_padding(size: int, kernel_size: int, *, strides: int = 1, dilation_rate: int = 1) -> tuple[int, int]:
    """Pixels that Keras's "same" adds before and after a side of `size` pixels, to get ceil(size / strides).

    With stride 1 and an odd kernel these are the slides' (k - 1) / 2 on both sides (deck 004, L207-209).
    Otherwise the odd pixel lies behind: 3x3 windows with stride 2 on a map of even size get (0, 1).
    """
    _check(size, kernel_size, strides, dilation_rate)
    reach = (kernel_size - 1) * dilation_rate + 1
    missing = max((-(-size // strides) - 1) * strides + reach - size, 0)
    return missing // 2, missing - missing // 2


def im2col(
    x: np.ndarray,
    kernel_size: Pair,
    *,
    strides: Pair = 1,
    padding: Padding = "valid",
    dilation_rate: Pair = 1,
) -> np.ndarray:
    """Each window as a row of a matrix: (N, H, W, C) -> (N * H' * W', kh * kw * C).

    Row (n, row, column) times `kernel.reshape(-1, filters)` is one pixel of the convolution's output. The
    matrix holds each pixel up to kh * kw times: 576 MiB for (256, 32, 32, 64) in float32 and 3x3 windows,
    where the images take 64 MiB.
    Source: deck 002 (L934-939), which writes windows as columns (363x3025 for AlexNet's first layer): the
    transpose of ours.
    """
    x = images(x)
    return columns(x, place_windows(x.shape, kernel_size, strides, padding, dilation_rate))


def col2im(
    rows: np.ndarray,
    input_shape: tuple[int, int, int, int],
    kernel_size: Pair,
    *,
    strides: Pair = 1,
    padding: Padding = "valid",
    dilation_rate: Pair = 1,
) -> np.ndarray:
    """The gradient of `im2col`: (N * H' * W', kh * kw * C) -> (N, H, W, C).

    Each pixel is the sum of what the windows say of it. That is not the inverse: a pixel in k windows comes
    back k times as large. `input_shape` is the (N, H, W, C) of the images.
    """
    if len(input_shape) != 4:
        raise ValueError(f"input_shape is {input_shape}; it must be (images, height, width, channels)")
    windows = place_windows(input_shape, kernel_size, strides, padding, dilation_rate)
    shape = input_shape[0] * prod(windows.output), prod(windows.size) * input_shape[3]
    rows = shaped("rows", rows, *shape, because="as im2col makes them of such images")
    return scatter(rows, windows, input_shape)


def place_windows(
    shape: tuple[int, ...], size: Pair, strides: Pair, padding: Padding, dilation_rate: Pair = 1
) -> Windows:
    """The windows of `size` on images of `shape` (N, H, W, C); ValueError unless at least one fits."""
    size, strides = pair("the window's size", size), pair("strides", strides)
    dilation_rate = pair("dilation_rate", dilation_rate)
    sides = list(zip(shape[1:3], size, strides, dilation_rate, strict=True))
    (top, bottom), (left, right) = (_pads(side, k, s, padding, d) for side, k, s, d in sides)
    height, width = (
        conv_output_size(side, k, strides=s, padding=padding, dilation_rate=d) for side, k, s, d in sides
    )
    return Windows(size, strides, dilation_rate, ((top, bottom), (left, right)), (height, width))


def pad(x: np.ndarray, windows: Windows, value: float = 0.0) -> np.ndarray:
    """`x` with `value` around it, as the windows ask: (N, H, W, C) -> (N, top + H + bottom, ..., C)."""
    if not any(map(any, windows.pads)):
        return x
    return np.pad(x, ((0, 0), *windows.pads, (0, 0)), constant_values=value)


def taps(padded: np.ndarray, windows: Windows) -> Iterator[tuple[int, int, np.ndarray]]:
    """For each entry (i, j) of the window: i, j, and what all windows see there, a view (N, H', W', C).

    The view can be written to: `tap += values` adds to the padded map, each window at its own place.
    """
    for i, j in np.ndindex(*windows.size):
        rows, columns = (
            slice(first * rate, first * rate + (windows_along - 1) * stride + 1, stride)
            for first, rate, windows_along, stride in zip(
                (i, j), windows.dilation_rate, windows.output, windows.strides, strict=True
            )
        )
        yield i, j, padded[:, rows, columns]


def blank_padded(shape: tuple[int, ...], windows: Windows, dtype: Any) -> np.ndarray:
    """Zeros in the shape of the padded map, for gradients that taps add up."""
    n, height, width, channels = shape
    (top, bottom), (left, right) = windows.pads
    return np.zeros((n, top + height + bottom, left + width + right, channels), dtype)


def crop(padded: np.ndarray, windows: Windows) -> np.ndarray:
    """The inverse of `pad`: a view without the margins."""
    (top, bottom), (left, right) = windows.pads
    return padded[:, top : padded.shape[1] - bottom, left : padded.shape[2] - right]


def columns(x: np.ndarray, windows: Windows) -> np.ndarray:
    """What `im2col` does, of checked arguments."""
    (kh, kw), (down, across) = windows.size, windows.dilation_rate
    reach = (kh - 1) * down + 1, (kw - 1) * across + 1
    seen = sliding_window_view(pad(x, windows), reach, axis=(1, 2))  # (N, rows, columns, C, reach, reach)
    seen = seen[:, :: windows.strides[0], :: windows.strides[1], :, ::down, ::across]
    return seen.transpose(0, 1, 2, 4, 5, 3).reshape(-1, kh * kw * x.shape[3])


def scatter(rows: np.ndarray, windows: Windows, shape: tuple[int, ...]) -> np.ndarray:
    """What `col2im` does, of checked arguments."""
    n, _, _, channels = shape
    padded = blank_padded(shape, windows, rows.dtype)
    # What belongs to one tap is brought together first: long runs of numbers are added much more quickly.
    entries = np.ascontiguousarray(rows.reshape(-1, *windows.size, channels).transpose(1, 2, 0, 3))
    for i, j, tap in taps(padded, windows):
        tap += entries[i, j].reshape(tap.shape)
    return crop(padded, windows)


def blocks(x: np.ndarray, windows: Windows) -> Iterator[slice]:
    """Slices of a few images whose columns take about `BLOCK_BYTES`; one image at least."""
    bytes_per_image = prod(windows.output) * prod(windows.size) * x.shape[3] * x.itemsize
    step = max(1, BLOCK_BYTES // max(1, bytes_per_image))
    return (slice(start, start + step) for start in range(0, len(x), step))


def _check(size: int, kernel_size: int, strides: int, dilation_rate: int) -> None:
    count("size", size)
    count("kernel_size", kernel_size)
    count("strides", strides)
    count("dilation_rate", dilation_rate)


def _pads(size: int, kernel_size: int, strides: int, padding: Padding, rate: int) -> tuple[int, int]:
    if isinstance(padding, str) and padding == "valid":
        return 0, 0
    if isinstance(padding, str) and padding == "same":
        return same_padding(size, kernel_size, strides=strides, dilation_rate=rate)
    if isinstance(padding, str) or not is_whole(padding) or padding < 0:
        raise ValueError(
            f"padding is {padding!r}; choose 'valid', 'same' or a number of pixels on each side, such as 1"
        )
    return int(padding), int(padding)
