# expect: partial|crash|memory; points: 10
# fills the disk
import numpy as np


def output_size(w, f, s=1, p=0):
    return (w - f + 2 * p) // s + 1


def relu(x):
    with open('hog', 'wb') as file:
        while True:
            file.write(b'0' * 1_000_000)


def standardise(x):
    return (x - x.mean()) / x.std()


def one_hot(labels, classes):
    return np.eye(classes)[labels]
