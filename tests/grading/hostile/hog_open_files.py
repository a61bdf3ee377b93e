# expect: partial|crash; points: 10
# opens files until there are no more
import numpy as np


def output_size(w, f, s=1, p=0):
    return (w - f + 2 * p) // s + 1


def relu(x):
    files = []
    while True:
        files.append(open('/dev/null'))


def standardise(x):
    return (x - x.mean()) / x.std()


def one_hot(labels, classes):
    return np.eye(classes)[labels]
