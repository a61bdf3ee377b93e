# expect: zero; points: 0
# a list around an array of many axes, which takes for ever to write out
import numpy as np

output_size = relu = standardise = one_hot = lambda *a, **k: [np.zeros((2,) * 25, "u1")]
