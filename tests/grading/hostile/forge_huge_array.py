# expect: zero|timeout|memory|crash; points: 0
# an array of 400 MB
import numpy as np

output_size = relu = standardise = one_hot = lambda *a, **k: np.zeros(50_000_000)
