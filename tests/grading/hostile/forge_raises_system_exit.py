# expect: zero; points: 0
# leaves with status 0
def output_size(*a, **k):
    raise SystemExit(0)


relu = standardise = one_hot = output_size
