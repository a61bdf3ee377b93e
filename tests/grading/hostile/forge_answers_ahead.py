# expect: crash|zero; points: 0|1
# writes the right public answers into the pipe before they are asked for
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


def output_size(*a, **k):
    for number in range(1, 200):
        everywhere(frame({"id": number, "value": {"i": "5"}}))
    os._exit(0)
