# expect: partial|crash; points: 0|1|2
# replaces encode, so that any answer becomes 5
import gc
import types

for found in gc.get_objects():
    if isinstance(found, dict) and "encode" in found and isinstance(found.get("encode"), types.FunctionType):
        found["encode"] = lambda *a, **k: ({"i": "5"}, [])

def output_size(w, f, s=1, p=0):
    return -1


def relu(x):
    return None


def standardise(x):
    return None


def one_hot(labels, classes):
    return None
