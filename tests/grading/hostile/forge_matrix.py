# expect: zero; points: 0
# a matrix multiplies where arrays do not
import numpy as np

relu = standardise = lambda x: np.matrix(np.zeros((2, 2)))
one_hot = lambda l, c: np.matrix(np.zeros((len(l), c)))
output_size = lambda *a, **k: np.matrix(5)
