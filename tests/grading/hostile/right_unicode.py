# expect: full; points: 13
# umlauts and other alphabets
import numpy as np


def output_size(w, f, s=1, p=0):
    return (w - f + 2 * p) // s + 1


def relu(x):
    größe = np.maximum(x, 0)  # 活性化
    return größe


def standardise(x):
    return (x - x.mean()) / x.std()


def one_hot(labels, classes):
    return np.eye(classes)[labels]
