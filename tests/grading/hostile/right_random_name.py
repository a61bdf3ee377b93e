# expect: full; points: 13
# a module of one's own in the working folder has the name of a standard one
from pathlib import Path

Path('random.py').write_text('raise RuntimeError')
import numpy as np


def output_size(w, f, s=1, p=0):
    return (w - f + 2 * p) // s + 1


def relu(x):
    return np.maximum(x, 0)


def standardise(x):
    return (x - x.mean()) / x.std()


def one_hot(labels, classes):
    return np.eye(classes)[labels]
