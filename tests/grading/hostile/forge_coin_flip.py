# expect: zero; points: 0
# guesses
import random

random.seed()
output_size = lambda *a, **k: random.choice([1, 2, 3, 4])
relu = standardise = one_hot = lambda *a: random.random()
