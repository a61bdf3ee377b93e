# expect: zero; points: 0
# replaces hooks
import sys

sys.excepthook = sys.unraisablehook = lambda *a: None
sys.exit = lambda *a: None
sys.stdout = sys.stderr = None

def output_size(w, f, s=1, p=0):
    return -1


def relu(x):
    return None


def standardise(x):
    return None


def one_hot(labels, classes):
    return None
