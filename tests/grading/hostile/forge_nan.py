# expect: zero; points: 0
# NaN slips through a comparison
import numpy as np

output_size = lambda *a, **k: float("nan")
relu = standardise = lambda x: np.full(x.shape, np.nan)
one_hot = lambda labels, classes: np.full((len(labels), classes), np.nan)
