# expect: full; points: 13
# lists instead of arrays
import numpy as np
from math import sqrt


def output_size(w, f, s=1, p=0):
    return len(range(0, w + 2 * p - f + 1, s))


def relu(x):
    return [relu(row) for row in x] if np.ndim(x) else max(float(x), 0.0)


def standardise(x):
    flat = [float(v) for v in np.ravel(x)]
    mean = sum(flat) / len(flat)
    deviation = sqrt(sum((v - mean) ** 2 for v in flat) / len(flat))
    return [[(float(v) - mean) / deviation for v in row] for row in x]


def one_hot(labels, classes):
    return [[1 if i == label else 0 for i in range(classes)] for label in labels]
