# expect: zero; points: 0
# catches the alarm and goes on
import signal

signal.signal(signal.SIGALRM, lambda *a: None)
signal.signal(signal.SIGTERM, signal.SIG_IGN)

def output_size(w, f, s=1, p=0):
    return -1


def relu(x):
    return None


def standardise(x):
    return None


def one_hot(labels, classes):
    return None
