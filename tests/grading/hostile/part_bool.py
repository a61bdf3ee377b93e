# expect: partial; points: 9
# a bool is no size
import numpy as np


def output_size(w, f, s=1, p=0):
    return True


def relu(x):
    return np.maximum(x, 0)


def standardise(x):
    return (x - x.mean()) / x.std()


def one_hot(labels, classes):
    return np.eye(classes)[labels]
