# expect: partial|crash; points: 10
# a file of a terabyte that takes no room
import numpy as np


def output_size(w, f, s=1, p=0):
    return (w - f + 2 * p) // s + 1


def relu(x):
    with open('sparse', 'wb') as file:
        file.truncate(1 << 40)
    return None


def standardise(x):
    return (x - x.mean()) / x.std()


def one_hot(labels, classes):
    return np.eye(classes)[labels]
