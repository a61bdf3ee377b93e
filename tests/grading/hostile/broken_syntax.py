# expect: zero; points: 0
# no Python
def relu(x)
    return x
