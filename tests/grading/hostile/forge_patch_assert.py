# expect: zero|crash; points: 0
# replaces what tests compare with
import builtins
import numpy as np

np.isclose = np.allclose = np.array_equal = lambda *a, **k: True
np.testing.assert_allclose = lambda *a, **k: None
builtins.all = builtins.any = builtins.isinstance = lambda *a, **k: True
builtins.AssertionError = type("AssertionError", (Exception,), {})

def output_size(w, f, s=1, p=0):
    return -1


def relu(x):
    return None


def standardise(x):
    return None


def one_hot(labels, classes):
    return None
