# expect: zero; points: 0
# an array of objects that run code
import numpy as np


class Bomb:
    def __reduce__(self):
        return eval, ("1/0",)
    def __eq__(self, other):
        return True


output_size = relu = standardise = lambda *a, **k: np.array([Bomb()] * 4, object).reshape(2, 2)
one_hot = lambda labels, classes: np.full((len(labels), classes), Bomb(), object)
