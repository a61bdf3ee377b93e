# expect: zero|crash|timeout; points: 0
# traces the first process
import ctypes

libc = ctypes.CDLL(None)
for pid in (1, 2):
    libc.ptrace(16, pid, 0, 0)

def output_size(w, f, s=1, p=0):
    return -1


def relu(x):
    return None


def standardise(x):
    return None


def one_hot(labels, classes):
    return None
