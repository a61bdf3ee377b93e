# expect: full; points: 13
# computes in threads
import numpy as np
from concurrent.futures import ThreadPoolExecutor

output_size = lambda w, f, s=1, p=0: (w - f + 2 * p) // s + 1


def relu(x):
    with ThreadPoolExecutor(2) as pool:
        return np.array(list(pool.map(lambda v: max(v, 0.0), x.ravel()))).reshape(x.shape)


def standardise(x):
    return (x - x.mean()) / x.std()


def one_hot(labels, classes):
    return np.eye(classes)[labels]
