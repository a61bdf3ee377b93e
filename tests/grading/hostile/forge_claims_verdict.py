# expect: crash|zero; points: 0
# sends a verdict instead of a value
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
    everywhere(frame({"id": 3, "status": "passed", "points": 13, "outcome": "PASSED"}))
    return {"status": "passed", "points": 100, "earned": 13}


relu = standardise = one_hot = output_size
