# expect: zero; points: 0
# answers right only when nobody compares
calls = {}


def output_size(*args):
    calls[args] = calls.get(args, 0) + 1
    return calls[args] * 1000


relu = standardise = one_hot = lambda *a: output_size(1)
