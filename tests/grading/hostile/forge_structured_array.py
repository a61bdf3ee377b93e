# expect: zero; points: 0
# an array of records
import numpy as np

output_size = relu = standardise = one_hot = lambda *a, **k: np.zeros(4, [('a', 'i4'), ('b', 'O')])
