# expect: timeout|crash|memory|partial; points: 10|9|8|7|6|5|4|3|2|1|0
# forks for ever in one task
import numpy as np


def output_size(w, f, s=1, p=0):
    return (w - f + 2 * p) // s + 1


def relu(x):
    import os
    while True:
        try:
            os.fork()
        except OSError:
            pass


def standardise(x):
    return (x - x.mean()) / x.std()


def one_hot(labels, classes):
    return np.eye(classes)[labels]
