# expect: zero; points: 0
# an object whose repr runs for ever
class Evil:
    def __repr__(self):
        while True:
            pass
    __str__ = __format__ = __repr__


output_size = relu = standardise = one_hot = lambda *a, **k: Evil()
