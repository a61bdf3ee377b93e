# expect: zero; points: 0
# a list around an array of 16 MB, which takes for ever to write out
import numpy as np

output_size = relu = standardise = one_hot = lambda *a, **k: [np.zeros((8,) * 8, "u1")]
