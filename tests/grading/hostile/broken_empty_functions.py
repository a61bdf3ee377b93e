# expect: zero; points: 0
# nothing returned
def output_size(w, f, s=1, p=0):
    pass


def relu(x):
    pass


def standardise(x):
    pass


def one_hot(l, c):
    pass
