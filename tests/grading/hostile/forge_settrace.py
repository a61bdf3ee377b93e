# expect: zero|timeout|crash; points: 0
# traces what the program inside does and changes its locals
import sys


def tracer(frame, event, arg):
    for name in ("result", "value", "answer"):
        if name in frame.f_locals:
            frame.f_locals[name] = 5
    return tracer


sys.settrace(tracer)

def output_size(w, f, s=1, p=0):
    return -1


def relu(x):
    return None


def standardise(x):
    return None


def one_hot(labels, classes):
    return None
