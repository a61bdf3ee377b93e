# expect: zero; points: 0
# tabs and blanks mixed
def relu(x):
    if True:
        return x
