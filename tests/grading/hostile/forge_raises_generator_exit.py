# expect: zero; points: 0
# leaves by GeneratorExit
def output_size(*a, **k):
    raise GeneratorExit


relu = standardise = one_hot = output_size
