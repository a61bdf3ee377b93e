"""Convolution by hand. Made from lesson.py by `cnn-course dev build`: edit that."""


import keras
import numpy as np
from keras import layers


def conv_output_size(w, f, s=1, p=0, d=1, strict=False):
    """The number of places where a window fits on one side of an image.

    w: pixels of the side. f: of the filter. s: stride. p: zeros on each side. d: dilation. A step that does
    not fit is left out; with `strict`, ValueError if the steps do not end exactly at the border.
    """
    # BEGIN SOLUTION
    room = w + 2 * p - (d * (f - 1) + 1)
    if strict and room % s:
        raise ValueError(f"steps of {s} do not fit into {room} pixels")
    return room // s + 1
    # END SOLUTION


def conv2d_loops(x, w, b, stride=1, pad=0, dilation=1):
    """Convolution, window by window: (N, H, W, C), filters (k, k, C, F), biases (F,) -> (N, H', W', F).

    pad: zeros on each of the four sides. dilation: how many pixels the taps of a filter are apart.
    """
    # BEGIN SOLUTION
    n, height, width, _ = x.shape
    k, filters = w.shape[0], w.shape[3]
    x = np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    rows, columns = (conv_output_size(side, k, stride, pad, dilation) for side in (height, width))
    reach = dilation * (k - 1) + 1
    y = np.empty((n, rows, columns, filters))
    for i, row, column, f in np.ndindex(*y.shape):
        top, left = row * stride, column * stride
        window = x[i, top : top + reach : dilation, left : left + reach : dilation]
        y[i, row, column, f] = np.sum(window * w[..., f]) + b[f]
    return y
    # END SOLUTION


def im2col(x, k, stride=1, pad=0):
    """The windows of one image as columns: (H, W, C) -> (k * k * C, H' * W').

    Within a column: row, then column, then channel. The columns: windows row by row.
    """
    # BEGIN SOLUTION
    height, width, _ = x.shape
    x = np.pad(x, ((pad, pad), (pad, pad), (0, 0)))
    tops = [row * stride for row in range(conv_output_size(height, k, stride, pad))]
    lefts = [column * stride for column in range(conv_output_size(width, k, stride, pad))]
    return np.stack([x[top : top + k, left : left + k].reshape(-1) for top in tops for left in lefts], axis=1)
    # END SOLUTION


def conv2d_gemm(x, w, b, stride=1, pad=0):
    """The same as conv2d_loops (without dilation), as a matrix product for each image."""
    # BEGIN SOLUTION
    _, height, width, _ = x.shape
    k, filters = w.shape[0], w.shape[3]
    rows, columns = (conv_output_size(side, k, stride, pad) for side in (height, width))
    matrix = w.reshape(-1, filters)
    images = [im2col(image, k, stride, pad).T @ matrix + b for image in x]
    return np.stack(images).reshape(len(x), rows, columns, filters)
    # END SOLUTION


def conv_params(k, cin, cout, groups=1, bias=True):
    """The parameters of cout filters k x k on cin channels; ValueError if groups does not divide both."""
    # BEGIN SOLUTION
    if cin % groups or cout % groups:
        raise ValueError(f"{groups} groups do not divide {cin} channels and {cout} filters")
    return (k * k * cin // groups + (1 if bias else 0)) * cout
    # END SOLUTION


def conv_macs(shape, k, cout, padding="same", bias=True):
    """The multiply-adds of cout filters k x k, stride 1, on an image of `shape` (height, width, channels).

    padding: "same" keeps the size, "valid" adds no margin. bias: count adding it as one more for each output.
    """
    # BEGIN SOLUTION
    height, width, channels = shape
    shrink = k - 1 if padding == "valid" else 0
    outputs = (height - shrink) * (width - shrink) * cout
    return outputs * (k * k * channels + (1 if bias else 0))
    # END SOLUTION


def locally_connected_params(shape, k, cout, bias=True):
    """The parameters of a layer with cout filters k x k (and biases) of its own at each place, no padding.

    shape: of the image, (height, width, channels).
    """
    # BEGIN SOLUTION
    height, width, channels = shape
    return (height - k + 1) * (width - k + 1) * conv_params(k, channels, cout, bias=bias)
    # END SOLUTION


def build_conv_net(input_shape=(32, 32, 3), classes=10, filters=32, kernel_size=5):
    """A Keras model: a convolution with ReLU that keeps the size, the mean of each map, dense, softmax."""
    # BEGIN SOLUTION
    image = keras.Input(input_shape)
    maps = layers.Conv2D(filters, kernel_size, padding="same", activation="relu")(image)
    means = layers.GlobalAveragePooling2D()(maps)
    scores = layers.Dense(classes, activation="softmax")(means)
    return keras.Model(image, scores, name="conv_net")
    # END SOLUTION
