# expect: zero; points: 0
# a dict whose items never end
class Evil(dict):
    def items(self):
        while True:
            yield 1, 1


output_size = relu = standardise = one_hot = lambda *a, **k: Evil()
