# expect: memory|crash|partial|timeout; points: 10
# fills shared memory
import numpy as np


def output_size(w, f, s=1, p=0):
    return (w - f + 2 * p) // s + 1


def relu(x):
    import mmap
    hog = mmap.mmap(-1, 8 << 30)
    for i in range(0, 8 << 30, 4096):
        hog[i] = 1


def standardise(x):
    return (x - x.mean()) / x.std()


def one_hot(labels, classes):
    return np.eye(classes)[labels]
