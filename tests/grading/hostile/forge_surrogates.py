# expect: zero; points: 0
# text that is no text
output_size = relu = standardise = one_hot = lambda *a, **k: '\ud800' * 1000
