# expect: crash|zero; points: 0|1
# writes answers into every open descriptor
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


for number in range(1, 40):
    everywhere(frame({"id": number, "value": {"i": "5"}}))
