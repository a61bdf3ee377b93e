# expect: zero; points: 0
# bytes beside wide text: together they would take gigabytes
import numpy as np

output_size = relu = standardise = one_hot = lambda *a, **k: [*np.zeros((1900, 500), "u1"), np.array(["x" * 5000] * 500)]
