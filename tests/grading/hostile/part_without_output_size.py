# expect: partial; points: 9
# output_size is missing
import numpy as np


def relu(x):
    return np.maximum(x, 0)


def standardise(x):
    return (x - x.mean()) / x.std()


def one_hot(labels, classes):
    return np.eye(classes)[labels]
