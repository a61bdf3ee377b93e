# expect: zero; points: 0
# an object that claims another class
import numpy as np


class Evil:
    __class__ = np.ndarray
    shape = (2, 2)
    def __eq__(self, other):
        return True


output_size = relu = standardise = one_hot = lambda *a, **k: Evil()
