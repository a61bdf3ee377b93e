# expect: zero; points: 0
# claims as many layers as can be claimed, each of which takes what the two before it gave
import sys

import keras  # noqa: F401

frame = sys._getframe()
while not hasattr(frame.f_locals.get("self"), "networks"):
    frame = frame.f_back
inside = type(frame.f_locals["self"])
answer, encode = inside._answer, inside._answer.__globals__["encode"]
most = inside._answer.__globals__["LARGE"]


def tell(self, message, blobs):
    if message.get("name") not in ("build", "block"):
        return answer(self, message, blobs)
    return {"value": {"n": 1, "claim": encode(CLAIM, most=most)[0]}}, []


inside._answer = tell


def tensor(name):
    config = {"shape": [None, 16, 16, 3], "dtype": "float32", "keras_history": [name, 0, 0]}
    return {"class_name": "__keras_tensor__", "config": config}


def layer(kind, name, config, *sources):
    calls = [{"args": [[tensor(source) for source in sources]], "kwargs": {}}] if sources else []
    entry = {"module": "keras.layers", "class_name": kind, "registered_name": None, "name": name}
    return {**entry, "config": {"name": name, **config}, "inbound_nodes": calls}


image = layer("InputLayer", "r0", {"batch_shape": [None, 16, 16, 3], "dtype": "float32"})
layers = [image, *(layer("Add", f"r{n + 1}", {}, f"r{n}", f"r{max(0, n - 1)}") for n in range(700))]
whole = {"name": "f", "layers": layers, "input_layers": [["r0", 0, 0]], "output_layers": [["r700", 0, 0]]}
CLAIM = {
    "config": {"module": "keras", "class_name": "Functional", "registered_name": "Functional", "config": whole},
    "shapes": [],
    "trainable": [],
    "input_shape": (None, 16, 16, 3),
    "output_shape": (None, 16, 16, 3),
}
