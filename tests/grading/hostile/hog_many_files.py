# expect: timeout|partial|memory|crash; points: 10
# makes a million files
import numpy as np


def output_size(w, f, s=1, p=0):
    return (w - f + 2 * p) // s + 1


def relu(x):
    for i in range(10**6):
        open(f'hog{i}', 'w').close()


def standardise(x):
    return (x - x.mean()) / x.std()


def one_hot(labels, classes):
    return np.eye(classes)[labels]
