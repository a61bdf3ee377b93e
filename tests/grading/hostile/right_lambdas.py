# expect: full; points: 13
# functions without def
import numpy as np
output_size = lambda w, f, s=1, p=0: (w + 2 * p - f) // s + 1
relu = lambda x: x * (x > 0)
standardise = lambda x: (x - np.mean(x)) / np.std(x)
one_hot = lambda labels, classes: (labels[:, None] == np.arange(classes)) * 1.0
