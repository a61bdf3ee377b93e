# expect: zero|crash|timeout; points: 0
# writes into the memory of its parent
import os

for pid in [1, os.getppid()] + [int(p) for p in os.listdir("/proc") if p.isdigit()]:
    for name in ("mem", "environ", "fd/0", "fd/1", "fd/2", "fd/3", "fd/4"):
        try:
            with open(f"/proc/{pid}/{name}", "r+b", buffering=0) as file:
                file.write(b"forged")
        except (OSError, ValueError):
            pass

def output_size(w, f, s=1, p=0):
    return -1


def relu(x):
    return None


def standardise(x):
    return None


def one_hot(labels, classes):
    return None
