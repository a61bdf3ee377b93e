# expect: crash|timeout|zero; points: 0
# a child of the child keeps the pipe and writes into it
import json
import os
import struct


def frame(message, blobs=()):
    header = json.dumps({**message, "blobs": [len(b) for b in blobs]}).encode()
    return struct.pack(">4sI", b"CNN1", len(header)) + header + b"".join(blobs)


def everywhere(data):
    for fd in range(1, 64):
        try:
            os.write(fd, data)
        except OSError:
            pass

def output_size(w, f, s=1, p=0):
    return -1


def relu(x):
    return None


def standardise(x):
    return None


def one_hot(labels, classes):
    return None


import time

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        while True:
            everywhere(frame({"id": 3, "value": {"i": "5"}}))
            time.sleep(0.01)
    os._exit(0)
