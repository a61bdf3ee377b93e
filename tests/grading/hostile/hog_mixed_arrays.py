# expect: zero; points: 0
# arrays of bytes and one of complex numbers: together they would take sixteen times as much
import numpy as np

output_size = relu = standardise = one_hot = lambda *a, **k: [*np.zeros((1900, 60_000), "u1"), np.zeros(60_000, "c16")]
