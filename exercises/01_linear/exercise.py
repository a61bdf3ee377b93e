"""Linear templates. Write your answers here; `cnn-course check 01` looks at them."""


import keras
import numpy as np
from keras import layers


def channel_stats(x):
    """The mean and the standard deviation of each channel: images (N, H, W, C) -> (C,), (C,)."""
    # YOUR CODE HERE
    raise NotImplementedError()


def standardize(x, mean, std):
    """(x - mean) / std for each channel, as a new array: (N, H, W, C), (C,), (C,) -> (N, H, W, C).

    A channel whose std is 0 is only centred.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def softmax(z):
    """Probabilities from scores, row by row: (N, classes) -> (N, classes). Right also for scores of 1000."""
    # YOUR CODE HERE
    raise NotImplementedError()


def cross_entropy(p, y):
    """The mean over the images of -ln(probability of the true class): a number.

    p: probabilities (N, classes). y: the number of each image's true class, (N,). Probabilities of the
    other classes do not matter; they may be 0.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def build_linear(input_shape=(32, 32, 3), classes=10):
    """A Keras model from images of `input_shape` to probabilities: all pixels to each class, and softmax."""
    # YOUR CODE HERE
    raise NotImplementedError()


def class_templates(model):
    """The weights of each class of a linear model as an image: a NumPy array (classes, H, W, C)."""
    # YOUR CODE HERE
    raise NotImplementedError()
