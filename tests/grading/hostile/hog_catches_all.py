# expect: timeout; points: 10
# catches every exception and goes on
import numpy as np


def output_size(w, f, s=1, p=0):
    return (w - f + 2 * p) // s + 1


def relu(x):
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass


def standardise(x):
    return (x - x.mean()) / x.std()


def one_hot(labels, classes):
    return np.eye(classes)[labels]
