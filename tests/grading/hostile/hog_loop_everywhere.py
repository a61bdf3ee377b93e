# expect: timeout; points: 0
# never ends in any task
def output_size(*a, **k):
    while True:
        pass


relu = standardise = one_hot = output_size
