"""Convolution by hand. Write your answers here; `cnn-course check 03` looks at them."""


import keras
import numpy as np
from keras import layers


def conv_output_size(w, f, s=1, p=0, d=1, strict=False):
    """The number of places where a window fits on one side of an image.

    w: pixels of the side. f: of the filter. s: stride. p: zeros on each side. d: dilation. A step that does
    not fit is left out; with `strict`, ValueError if the steps do not end exactly at the border.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def conv2d_loops(x, w, b, stride=1, pad=0, dilation=1):
    """Convolution, window by window: (N, H, W, C), filters (k, k, C, F), biases (F,) -> (N, H', W', F).

    pad: zeros on each of the four sides. dilation: how many pixels the taps of a filter are apart.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def im2col(x, k, stride=1, pad=0):
    """The windows of one image as columns: (H, W, C) -> (k * k * C, H' * W').

    Within a column: row, then column, then channel. The columns: windows row by row.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def conv2d_gemm(x, w, b, stride=1, pad=0):
    """The same as conv2d_loops (without dilation), as a matrix product for each image."""
    # YOUR CODE HERE
    raise NotImplementedError()


def conv_params(k, cin, cout, groups=1, bias=True):
    """The parameters of cout filters k x k on cin channels; ValueError if groups does not divide both."""
    # YOUR CODE HERE
    raise NotImplementedError()


def conv_macs(shape, k, cout, padding="same", bias=True):
    """The multiply-adds of cout filters k x k, stride 1, on an image of `shape` (height, width, channels).

    padding: "same" keeps the size, "valid" adds no margin. bias: count adding it as one more for each output.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def locally_connected_params(shape, k, cout, bias=True):
    """The parameters of a layer with cout filters k x k (and biases) of its own at each place, no padding.

    shape: of the image, (height, width, channels).
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def build_conv_net(input_shape=(32, 32, 3), classes=10, filters=32, kernel_size=5):
    """A Keras model: a convolution with ReLU that keeps the size, the mean of each map, dense, softmax."""
    # YOUR CODE HERE
    raise NotImplementedError()
