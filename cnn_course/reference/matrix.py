"""A convolution as one large matrix with few different entries: local connections, shared weights."""

import numpy as np

from cnn_course.reference.arguments import Padding, Pair, images
from cnn_course.reference.convolution import conv_arguments
from cnn_course.reference.windows import crop, place_windows


def conv2d_matrix(
    kernel: np.ndarray, input_shape: tuple[int, int, int], *, strides: Pair = 1, padding: Padding = "valid"
) -> np.ndarray:
    """The matrix of a convolution: (kh, kw, C, filters), (H, W, C) -> (H' * W' * filters, H * W * C).

    `matrix @ image.ravel()` is the output without bias, flattened. A dense layer learns every entry; here
    all but kh * kw * C in a row are zero (sparse connections), and every position repeats the same numbers
    (shared weights). The array holds the zeros, too: for small images, to be looked at.
    Source: decks 003 (L99-152) and 004 (L270-274).
    """
    blank = images(np.zeros((1, *input_shape)))
    blank, kernel, _ = conv_arguments(blank, kernel, None, 1)
    kh, kw, channels, filters = kernel.shape
    windows = place_windows(blank.shape, (kh, kw), strides, padding)
    (top, bottom), (left, right) = windows.pads
    outputs = (*windows.output, filters)
    height, width = top + input_shape[0] + bottom, left + input_shape[1] + right
    matrix = np.zeros((*outputs, height, width, channels), kernel.dtype)
    for row, column in np.ndindex(*windows.output):
        y, x = row * windows.strides[0], column * windows.strides[1]
        matrix[row, column, :, y : y + kh, x : x + kw] = kernel.transpose(3, 0, 1, 2)
    without_margins = crop(matrix.reshape(-1, height, width, channels), windows)
    return without_margins.reshape(np.prod(outputs), -1)
