# expect: zero; points: 0
# a list that lies about its length
class Evil(list):
    def __len__(self):
        return 2
    def __iter__(self):
        while True:
            yield 0


output_size = relu = standardise = one_hot = lambda *a, **k: Evil([1])
