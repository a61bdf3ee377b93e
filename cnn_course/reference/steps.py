"""A convolution or a pooling as a list of its steps, one for each output pixel: to print, draw and animate.

Source: the step-by-step pictures of deck 004 (L120-241 and L404-501).
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from cnn_course.reference.arguments import Padding, Pair, array_of, images
from cnn_course.reference.convolution import conv_arguments
from cnn_course.reference.pooling import place_pools
from cnn_course.reference.windows import Windows, pad, place_windows


class Step(NamedTuple):
    """One position of a window on one image, and the number that comes of it."""

    output: tuple[int, int]  # row and column of the number
    value: float
    window: np.ndarray  # what the window sees: (kh, kw, C)
    corner: tuple[int, int]  # row and column of the window's first pixel on the padded image
    padded: np.ndarray  # the padded image: (top + H + bottom, left + W + right, C)
    pads: tuple[tuple[int, int], tuple[int, int]]  # its margins: ((top, bottom), (left, right))
    operation: str  # "convolution", or what pools: "max", "mean"
    kernel: np.ndarray | None = None  # (kh, kw, C); None in a pooling
    bias: float = 0.0

    @property
    def products(self) -> np.ndarray | None:
        """What a convolution adds up, with the bias, to the value: (kh, kw, C)."""
        return None if self.kernel is None else self.window * self.kernel


def conv2d_steps(
    image: np.ndarray,
    kernel: np.ndarray,
    bias: float = 0.0,
    *,
    strides: Pair = 1,
    padding: Padding = "valid",
) -> list[Step]:
    """The steps of one filter: an image (H, W, C), a filter (kh, kw, C) and its bias -> H' * W' steps.

    Row by row; the values are those of `conv2d`.
    """
    image = array_of("image", image, "height", "width", "channels")
    kernel = array_of("kernel", kernel, "height", "width", "channels")
    x, _, _ = conv_arguments(image[None], kernel[..., None], None, 1)
    windows = place_windows(x.shape, kernel.shape[:2], strides, padding)
    padded = pad(x, windows)[0]
    return [
        Step(
            output,
            float(np.sum(window * kernel) + bias),
            window,
            corner,
            padded,
            windows.pads,
            "convolution",
            kernel,
            float(bias),
        )
        for output, corner, window in _positions(padded, windows)
    ]


def pool2d_steps(
    image: np.ndarray,
    pool_size: Pair = 2,
    *,
    pool: Callable[[np.ndarray], Any] = np.max,
    strides: Pair | None = None,
) -> list[Step]:
    """The steps of a pooling of one map (H, W, 1) by `pool`, such as np.max or np.mean -> H' * W' steps."""
    x = images(array_of("image", image, "height", "width", "1")[None])
    if x.shape[3] != 1:
        raise ValueError(f"image has {x.shape[3]} channels; each is pooled alone: give one, image[:, :, :1]")
    windows = place_pools(x, pool_size, strides, "valid")
    return [
        Step(output, float(pool(window)), window, corner, x[0], windows.pads, pool.__name__)
        for output, corner, window in _positions(x[0], windows)
    ]


def _positions(
    padded: np.ndarray, windows: Windows
) -> Iterator[tuple[tuple[int, int], tuple[int, int], np.ndarray]]:
    """Output pixel, the window's first pixel, and what the window sees, row by row."""
    (kh, kw), (down, across) = windows.size, windows.strides
    for row, column in np.ndindex(*windows.output):
        top, left = row * down, column * across
        yield (row, column), (top, left), padded[top : top + kh, left : left + kw]
