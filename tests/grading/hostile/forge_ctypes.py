# expect: crash; points: 0
# writes into its own memory
import ctypes

ctypes.memset(0, 1, 10_000_000)

def output_size(w, f, s=1, p=0):
    return -1


def relu(x):
    return None


def standardise(x):
    return None


def one_hot(labels, classes):
    return None
