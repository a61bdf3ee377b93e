# expect: zero; points: 0
# an array whose comparisons are always true
import numpy as np


class Always(np.ndarray):
    def __eq__(self, other):
        return np.ones(self.shape, bool)

    def __sub__(self, other):
        return np.zeros(self.shape)

    def __array_ufunc__(self, ufunc, method, *inputs, **kwargs):
        return np.True_

    def __array_function__(self, func, types, args, kwargs):
        return True

    def all(self, *a, **k):
        return True

    def any(self, *a, **k):
        return False


def relu(x):
    return np.zeros(x.shape).view(Always)


standardise = relu


def output_size(*a, **k):
    return np.zeros((), int).view(Always)


def one_hot(labels, classes):
    return np.zeros((len(labels), classes)).view(Always)
