# expect: zero; points: 0
# a tuple that is equal to everything
class Always(tuple):
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __lt__(self, other): return False
    def __gt__(self, other): return False
    def __hash__(self): return 0


output_size = relu = standardise = one_hot = lambda *a, **k: Always()
