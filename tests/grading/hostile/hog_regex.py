# expect: timeout; points: 10
# a regular expression that backtracks for ever
import numpy as np


def output_size(w, f, s=1, p=0):
    return (w - f + 2 * p) // s + 1


def relu(x):
    import re
    return re.match('(a+)+$', 'a' * 60 + 'b')


def standardise(x):
    return (x - x.mean()) / x.std()


def one_hot(labels, classes):
    return np.eye(classes)[labels]
