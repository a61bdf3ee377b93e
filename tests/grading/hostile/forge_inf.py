# expect: zero; points: 0
# infinity as an answer
import numpy as np

output_size = lambda *a, **k: float("inf")
relu = standardise = lambda x: np.full(x.shape, np.inf)
one_hot = lambda labels, classes: np.full((len(labels), classes), -np.inf)
