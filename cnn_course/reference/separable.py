"""Convolution with space and depth apart: depth-wise, 1x1, and both in a row.

Source: depth-wise deck 002 (L328-332); 1x1 deck 001 (L367-389); separable deck 001 (L661-718).
"""

from typing import Any

import numpy as np

from cnn_course.reference.arguments import Padding, Pair, array_of, bias_of, gradient, images
from cnn_course.reference.windows import blank_padded, crop, pad, place_windows, taps


def depthwise_conv2d(
    x: np.ndarray,
    kernel: np.ndarray,
    bias: np.ndarray | None = None,
    *,
    strides: Pair = 1,
    padding: Padding = "valid",
    dilation_rate: Pair = 1,
) -> np.ndarray:
    """M filters for each channel alone: (N, H, W, C) * (kh, kw, C, M) + (C * M,) -> (N, H', W', C * M).

    y[n, h, w, c M + m] = sum over i, j of x[n, S h + D i - P, S w + D j - P, c] kernel[i, j, c, m] + bias.
    M is Keras's `depth_multiplier`. A convolution with one group for each channel does the same.
    """
    x, kernel, bias = _depthwise_arguments(x, kernel, bias)
    windows = place_windows(x.shape, kernel.shape[:2], strides, padding, dilation_rate)
    padded = pad(x, windows)
    y = np.zeros((len(x), *windows.output, *kernel.shape[2:]), np.result_type(x, kernel))
    for i, j, tap in taps(padded, windows):
        y += tap[..., None] * kernel[i, j]
    y = y.reshape(*y.shape[:3], -1)
    return y if bias is None else y + bias


def depthwise_conv2d_backward(
    dy: np.ndarray,
    x: np.ndarray,
    kernel: np.ndarray,
    *,
    strides: Pair = 1,
    padding: Padding = "valid",
    dilation_rate: Pair = 1,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gradients (dx, dkernel, dbias) of `depthwise_conv2d`, given dy (N, H', W', C * M)."""
    x, kernel, _ = _depthwise_arguments(x, kernel, None)
    windows = place_windows(x.shape, kernel.shape[:2], strides, padding, dilation_rate)
    kh, kw, channels, multiplier = kernel.shape
    dy = gradient(dy, len(x), *windows.output, channels * multiplier)
    dbias = dy.sum(axis=(0, 1, 2))
    dy = dy.reshape(*dy.shape[:3], channels, multiplier)
    dtype = np.result_type(dy, x, kernel)
    dpadded, dkernel = blank_padded(x.shape, windows, dtype), np.empty(kernel.shape, dtype)
    both = zip(taps(pad(x, windows), windows), taps(dpadded, windows), strict=True)
    for (i, j, tap), (_, _, dtap) in both:
        dtap += np.einsum("nhwcm,cm->nhwc", dy, kernel[i, j])
        dkernel[i, j] = np.einsum("nhwcm,nhwc->cm", dy, tap)
    return crop(dpadded, windows), dkernel, dbias


def pointwise_conv2d(x: np.ndarray, kernel: np.ndarray, bias: np.ndarray | None = None) -> np.ndarray:
    """A dense layer at each pixel: (N, H, W, C) * (1, 1, C, filters) + (filters,) -> (N, H, W, filters)."""
    x, kernel = _pointwise_arguments(x, kernel)
    bias = bias_of(bias, kernel.shape[3])
    y = x @ kernel[0, 0]
    return y if bias is None else y + bias


def pointwise_conv2d_backward(
    dy: np.ndarray, x: np.ndarray, kernel: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gradients (dx, dkernel, dbias) of `pointwise_conv2d`, given dy (N, H, W, filters)."""
    x, kernel = _pointwise_arguments(x, kernel)
    dy = gradient(dy, *x.shape[:3], kernel.shape[3])
    dx = dy @ kernel[0, 0].T
    dkernel = x.reshape(-1, x.shape[3]).T @ dy.reshape(-1, dy.shape[3])
    return dx, dkernel[None, None], dy.sum(axis=(0, 1, 2))


def separable_conv2d(
    x: np.ndarray,
    depthwise_kernel: np.ndarray,
    pointwise_kernel: np.ndarray,
    bias: np.ndarray | None = None,
    *,
    strides: Pair = 1,
    padding: Padding = "valid",
    dilation_rate: Pair = 1,
) -> np.ndarray:
    """Depth-wise, then 1x1: (N, H, W, C) * (kh, kw, C, M) * (1, 1, C * M, filters) -> (N, H', W', filters).

    One bias at the end, and no activation between the two, as Keras's SeparableConv2D has it.
    """
    options: dict[str, Any] = {"strides": strides, "padding": padding, "dilation_rate": dilation_rate}
    return pointwise_conv2d(depthwise_conv2d(x, depthwise_kernel, **options), pointwise_kernel, bias)


def separable_conv2d_backward(
    dy: np.ndarray,
    x: np.ndarray,
    depthwise_kernel: np.ndarray,
    pointwise_kernel: np.ndarray,
    *,
    strides: Pair = 1,
    padding: Padding = "valid",
    dilation_rate: Pair = 1,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Gradients (dx, ddepthwise_kernel, dpointwise_kernel, dbias) of `separable_conv2d`, given dy."""
    options: dict[str, Any] = {"strides": strides, "padding": padding, "dilation_rate": dilation_rate}
    between = depthwise_conv2d(x, depthwise_kernel, **options)
    dbetween, dpointwise, dbias = pointwise_conv2d_backward(dy, between, pointwise_kernel)
    dx, ddepthwise, _ = depthwise_conv2d_backward(dbetween, x, depthwise_kernel, **options)
    return dx, ddepthwise, dpointwise, dbias


def _depthwise_arguments(x: Any, kernel: Any, bias: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    x = images(x)
    kernel = array_of("kernel", kernel, "height", "width", "channels", "depth_multiplier")
    if kernel.shape[2] != x.shape[3]:
        raise ValueError(
            f"kernel has shape {kernel.shape}; {x.shape[3]} channels "
            f"need (height, width, {x.shape[3]}, depth_multiplier)"
        )
    return x, kernel, bias_of(bias, kernel.shape[2] * kernel.shape[3])


def _pointwise_arguments(x: Any, kernel: Any) -> tuple[np.ndarray, np.ndarray]:
    x, kernel = images(x), array_of("kernel", kernel, "1", "1", "channels", "filters")
    if kernel.shape[:3] != (1, 1, x.shape[3]):
        raise ValueError(
            f"kernel has shape {kernel.shape}; {x.shape[3]} channels need (1, 1, {x.shape[3]}, filters)"
        )
    return x, kernel
