# expect: zero; points: 0
# an object that calls itself an array and changes its mind
import numpy as np


class Duck:
    count = 0
    shape, dtype, ndim = (2, 2), np.dtype("f8"), 2

    def __array__(self, *a, **k):
        Duck.count += 1
        return np.full((2, 2), Duck.count)

    def tolist(self):
        return [[0, 2], [0, 3]]

    def __float__(self):
        return 5.0

    def __int__(self):
        return 5

    def __index__(self):
        return 5


output_size = relu = standardise = one_hot = lambda *a, **k: Duck()
