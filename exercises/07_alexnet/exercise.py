"""AlexNet. Write your answers here; `cnn-course check 07` looks at them."""


import keras
import numpy as np
from keras import layers

from cnn_course.layers import LocalResponseNormalization


def local_response_norm(x, radius=2, bias=2.0, alpha=1e-4, beta=0.75):
    """Divide every number of `x` by the strength of its neighbours on the maps beside it.

    x: an array (..., C), the last axis holds the maps; it stays as it is. `radius` maps on either side count,
    `bias` is the formula's k. Returns an array of the same shape.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def volumes(model):
    """The volume behind each layer: a list of (name, shape), one per layer of `model.layers`.

    A shape is a tuple without the batch: (height, width, channels), or (units,).
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def build_alexnet(input_shape=(227, 227, 3), classes=1000, groups=1):
    """AlexNet as in the table above; returns a Keras model with probabilities as output.

    `groups`: into how many towers convolutions 2, 4 and 5 are split.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def build_alexnet_cifar(classes=10):
    """The small AlexNet for 32x32x3 images, as in the table above."""

    # YOUR CODE HERE
    raise NotImplementedError()
