# expect: zero|timeout|memory; points: 0
# a list of ten million
output_size = relu = standardise = one_hot = lambda *a, **k: [0] * 10_000_000
