# expect: full; points: 13
# decorated functions
import functools

import numpy as np


def noted(function):
    @functools.wraps(function)
    def call(*args, **kwargs):
        return function(*args, **kwargs)

    return call


@noted
def output_size(w, f, s=1, p=0):
    return (w - f + 2 * p) // s + 1


@noted
def relu(x):
    return np.maximum(x, 0)


@noted
def standardise(x):
    return (x - x.mean()) / x.std()


@noted
def one_hot(labels, classes):
    return np.eye(classes)[labels]
