# expect: zero|memory|crash; points: 0
# an array of a petabyte that takes no room
import numpy as np

output_size = relu = standardise = one_hot = lambda *a, **k: np.broadcast_to(np.float64(5), (10**5, 10**5, 10**5))
