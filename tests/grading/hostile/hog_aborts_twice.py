# expect: crash; points: 4|7
# crashes in two tasks: the third box is not given
import numpy as np


def output_size(w, f, s=1, p=0):
    return (w - f + 2 * p) // s + 1


def relu(x):
    import os
    os.abort()


def standardise(x):
    import os
    os.abort()


def one_hot(labels, classes):
    return np.eye(classes)[labels]
