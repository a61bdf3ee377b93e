"""Linear templates. Made from lesson.py by `cnn-course dev build`: edit that."""


import keras
import numpy as np
from keras import layers


def channel_stats(x):
    """The mean and the standard deviation of each channel: images (N, H, W, C) -> (C,), (C,)."""
    # BEGIN SOLUTION
    return x.mean(axis=(0, 1, 2)), x.std(axis=(0, 1, 2))
    # END SOLUTION


def standardize(x, mean, std):
    """(x - mean) / std for each channel, as a new array: (N, H, W, C), (C,), (C,) -> (N, H, W, C).

    A channel whose std is 0 is only centred.
    """
    # BEGIN SOLUTION
    return (x - mean) / np.where(std > 0, std, 1)
    # END SOLUTION


def softmax(z):
    """Probabilities from scores, row by row: (N, classes) -> (N, classes). Right also for scores of 1000."""
    # BEGIN SOLUTION
    powers = np.exp(z - z.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
    # END SOLUTION


def cross_entropy(p, y):
    """The mean over the images of -ln(probability of the true class): a number.

    p: probabilities (N, classes). y: the number of each image's true class, (N,). Probabilities of the
    other classes do not matter; they may be 0.
    """
    # BEGIN SOLUTION
    return -np.log(p[np.arange(len(y)), y]).mean()
    # END SOLUTION


def build_linear(input_shape=(32, 32, 3), classes=10):
    """A Keras model from images of `input_shape` to probabilities: all pixels to each class, and softmax."""
    # BEGIN SOLUTION
    image = keras.Input(input_shape)
    scores = layers.Dense(classes, activation="softmax")(layers.Flatten()(image))
    return keras.Model(image, scores, name="linear")
    # END SOLUTION


def class_templates(model):
    """The weights of each class of a linear model as an image: a NumPy array (classes, H, W, C)."""
    # BEGIN SOLUTION
    kernel = model.get_weights()[0]
    return np.moveaxis(kernel.reshape(*model.input_shape[1:], -1), -1, 0)
    # END SOLUTION
