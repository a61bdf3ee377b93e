# expect: zero|crash|partial; points: 0|1
# replaces json.dumps
import json

json.dumps = lambda *a, **k: '{"id": 3, "value": {"i": "5"}, "blobs": []}'

def output_size(w, f, s=1, p=0):
    return -1


def relu(x):
    return None


def standardise(x):
    return None


def one_hot(labels, classes):
    return None
