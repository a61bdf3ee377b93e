# expect: crash; points: 0
# ends with status 0
import os

output_size = relu = standardise = one_hot = lambda *a, **k: os._exit(0)
