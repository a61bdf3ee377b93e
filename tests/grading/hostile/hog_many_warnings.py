# expect: full|timeout|partial; points: 13|10
# warns a million times
import numpy as np


def output_size(w, f, s=1, p=0):
    return (w - f + 2 * p) // s + 1


def relu(x):
    import warnings
    for i in range(10**6):
        warnings.warn(f'{i}')
    return np.maximum(x, 0)


def standardise(x):
    return (x - x.mean()) / x.std()


def one_hot(labels, classes):
    return np.eye(classes)[labels]
