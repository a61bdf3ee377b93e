# expect: zero; points: 0
# a list that contains itself
loop = []
loop.append(loop)

output_size = relu = standardise = one_hot = lambda *a, **k: loop
