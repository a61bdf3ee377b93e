# expect: zero; points: 0
# a number of a million digits
output_size = relu = standardise = one_hot = lambda *a, **k: 10 ** 1_000_000
