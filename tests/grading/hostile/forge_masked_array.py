# expect: zero; points: 0
# masked numbers are equal to anything
import numpy as np

relu = standardise = lambda x: np.ma.masked_all(x.shape)
one_hot = lambda l, c: np.ma.masked_all((len(l), c))
output_size = lambda *a, **k: np.ma.masked
