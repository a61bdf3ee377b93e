# expect: memory|crash|partial; points: 10
# fills its memory
import numpy as np


def output_size(w, f, s=1, p=0):
    return (w - f + 2 * p) // s + 1


def relu(x):
    hog = []
    while True:
        hog.append(bytearray(10_000_000))


def standardise(x):
    return (x - x.mean()) / x.std()


def one_hot(labels, classes):
    return np.eye(classes)[labels]
