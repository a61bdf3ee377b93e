# expect: crash|zero; points: 0
# an error whose text is code of its own
class Evil(Exception):
    def __str__(self):
        import os
        os._exit(0)


def output_size(*a, **k):
    raise Evil


relu = standardise = one_hot = output_size
