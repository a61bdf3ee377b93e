"""Pooling and heads. Write your answers here; `cnn-course check 04` looks at them."""


import keras
import numpy as np


def pool2d(x, k=2, s=2, mode="max"):
    """Pool every map of a batch by windows of k x k in steps of s: (n, h, w, c) -> (n, h', w', c).

    `mode` is "max", "average" or "l2"; anything else raises a ValueError.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def l2_pool_features(x, n=2):
    """The root of the sum of squares of n neighbouring maps: (N, h, w, c) -> (N, h, w, c // n).

    Maps 0 to n - 1 are the first group, n to 2n - 1 the second, and so on; a group that is not full is left
    out.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def conv_pool_patch(K, P):
    """Side of the input patch that one unit sees after a K x K convolution (stride 1) and P x P pooling."""
    # YOUR CODE HERE
    raise NotImplementedError()


def global_average_pool(x):
    """The mean of every map of every image: (n, h, w, c) -> (n, c)."""
    # YOUR CODE HERE
    raise NotImplementedError()


def head_parameters(map_shape, classes, head):
    """Parameters of the linear layer (with biases) behind maps of shape (m, l, d).

    `head` is "flatten" or "gap"; anything else raises a ValueError.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def build_downsampling_net(kind, head="gap", input_shape=(32, 32, 3), classes=10):
    """Three convolutions with 32, 64, 128 filters, each shrunk by `kind`, then `head` and softmax.

    `kind` is "max", "average", "overlapping" or "strided"; `head` is "gap" or "flatten".
    Call the model f"{kind}_{head}": TensorBoard lists its runs under that name.
    """
    # YOUR CODE HERE
    raise NotImplementedError()
