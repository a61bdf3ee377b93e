"""Convolution as matrix products of columns (im2col + GEMM): quick enough to train with.

As everywhere in deep learning the filter is not flipped, so that this is what mathematicians call
cross-correlation. Source: decks 004 (L80-243), 003 (L36-141); columns deck 002 (L934-939); dilation deck 002
(L290-302); groups deck 002 (L304-326). `convolution_loops` is the same in slow motion.
"""

from typing import Any

import numpy as np

from cnn_course.reference.arguments import Padding, Pair, array_of, bias_of, count, gradient, images
from cnn_course.reference.windows import blocks, columns, place_windows, scatter


def conv2d(
    x: np.ndarray,
    kernel: np.ndarray,
    bias: np.ndarray | None = None,
    *,
    strides: Pair = 1,
    padding: Padding = "valid",
    dilation_rate: Pair = 1,
    groups: int = 1,
) -> np.ndarray:
    """Convolution: (N, H, W, C) * (kh, kw, C / groups, filters) + (filters,) -> (N, H', W', filters).

    y[n, h, w, f] = sum over i, j, c of x[n, S h + D i - P, S w + D j - P, c] kernel[i, j, c, f] + bias[f]
    with strides S, dilation D and P zeros around the image. With groups, the channels and the filters are
    split alike, and each part sees its own part only. H' and W': see `conv_output_size`.

    The columns of a few images at a time are made and used (`windows.BLOCK_BYTES`), so that a large batch
    needs no more memory than its images and outputs.
    """
    x, kernel, bias = conv_arguments(x, kernel, bias, groups)
    if groups > 1:
        options: dict[str, Any] = {"strides": strides, "padding": padding, "dilation_rate": dilation_rate}
        biases = [None] * groups if bias is None else np.split(bias, groups)
        parts = zip(np.split(x, groups, -1), np.split(kernel, groups, -1), biases, strict=True)
        return np.concatenate([conv2d(*part, **options) for part in parts], -1)
    windows = place_windows(x.shape, kernel.shape[:2], strides, padding, dilation_rate)
    matrix = kernel.reshape(-1, kernel.shape[3])
    bias = np.zeros(kernel.shape[3], kernel.dtype) if bias is None else bias
    y = np.empty((len(x), *windows.output, kernel.shape[3]), np.result_type(x, kernel, bias))
    for block in blocks(x, windows):
        np.matmul(columns(x[block], windows), matrix, out=y[block].reshape(-1, kernel.shape[3]))
        y[block] += bias
    return y


def conv2d_backward(
    dy: np.ndarray,
    x: np.ndarray,
    kernel: np.ndarray,
    *,
    strides: Pair = 1,
    padding: Padding = "valid",
    dilation_rate: Pair = 1,
    groups: int = 1,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gradients (dx, dkernel, dbias) of `conv2d`, given dy (N, H', W', filters).

    The forward pass is Y = X K with the columns X, so that dK = X^T dY. The columns' gradient is dY K^T, and
    `col2im` adds up what the windows say of each pixel. The bias is added everywhere: its gradient is the sum
    of dy.
    """
    x, kernel, _ = conv_arguments(x, kernel, None, groups)
    windows = place_windows(x.shape, kernel.shape[:2], strides, padding, dilation_rate)
    filters = kernel.shape[3]
    dy = gradient(dy, len(x), *windows.output, filters)
    if groups > 1:
        options: dict[str, Any] = {"strides": strides, "padding": padding, "dilation_rate": dilation_rate}
        parts = zip(*(np.split(array, groups, -1) for array in (dy, x, kernel)), strict=True)
        gradients = [conv2d_backward(*part, **options) for part in parts]
        dx, dkernel, dbias = (np.concatenate(pieces, -1) for pieces in zip(*gradients, strict=True))
        return dx, dkernel, dbias
    dtype = np.result_type(dy, x, kernel)
    matrix = kernel.reshape(-1, filters)
    dx, dmatrix = np.empty(x.shape, dtype), np.zeros(matrix.shape, dtype)
    for block in blocks(x, windows):
        dy_rows = dy[block].reshape(-1, filters)
        dmatrix += columns(x[block], windows).T @ dy_rows
        dx[block] = scatter(dy_rows @ matrix.T, windows, x[block].shape)
    return dx, dmatrix.reshape(kernel.shape), dy.sum(axis=(0, 1, 2))


def conv_arguments(
    x: Any, kernel: Any, bias: Any, groups: Any
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """x, kernel and bias as floats; ValueError unless they fit each other and the groups."""
    x, groups = images(x), count("groups", groups)
    kernel = array_of("kernel", kernel, "height", "width", "channels / groups", "filters")
    channels, filters = x.shape[3], kernel.shape[3]
    if channels % groups or filters % groups:
        raise ValueError(
            f"groups is {groups}; it must divide the {channels} channels and the {filters} filters"
        )
    if kernel.shape[2] != channels // groups:
        raise ValueError(
            f"kernel has shape {kernel.shape}; {channels} channels in {groups} group(s) "
            f"need (height, width, {channels // groups}, filters)"
        )
    return x, kernel, bias_of(bias, filters)
