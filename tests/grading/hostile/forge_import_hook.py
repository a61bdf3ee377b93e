# expect: zero|crash; points: 0
# an import hook that replaces NumPy inside
import sys


class Hook:
    def find_spec(self, name, *a):
        return None


sys.meta_path.insert(0, Hook())
sys.modules["numpy"] = Hook()

def output_size(w, f, s=1, p=0):
    return -1


def relu(x):
    return None


def standardise(x):
    return None


def one_hot(labels, classes):
    return None
