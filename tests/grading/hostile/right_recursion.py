# expect: full; points: 13
# calls itself
import numpy as np


def output_size(w, f, s=1, p=0):
    return 0 if w + 2 * p < f else 1 + output_size(w - s, f, s, p)


def relu(x):
    return np.array([relu(part) for part in x]) if np.ndim(x) else (x if x > 0 else 0.0)


def standardise(x):
    return (x - x.mean()) / x.std()


def one_hot(labels, classes):
    return np.array([[float(label == c) for c in range(classes)] for label in labels])
