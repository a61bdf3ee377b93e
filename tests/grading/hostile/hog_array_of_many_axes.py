# expect: zero; points: 0
# an array of 32 MB, of which lists would take 5 GB
import numpy as np

output_size = relu = standardise = one_hot = lambda *a, **k: np.zeros((2,) * 25, "u1")
