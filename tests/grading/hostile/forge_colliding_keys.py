# expect: zero|timeout|crash; points: 0
# a dict whose keys collide
output_size = relu = standardise = one_hot = lambda *a, **k: {i * (2**61 - 1): 0 for i in range(20_000)}
