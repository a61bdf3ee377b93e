# expect: zero; points: 0
# a list in a list in a list
deep = []
for _ in range(100_000):
    deep = [deep]

output_size = relu = standardise = one_hot = lambda *a, **k: deep
