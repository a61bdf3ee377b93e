# expect: zero; points: 0
# claims a network of more weights than there are atoms in the sea
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


def layer(kind, **config):
    entry = {"module": "keras.layers", "class_name": kind, "registered_name": None}
    return {**entry, "config": {"name": kind, **config}}


MANY = 2**20
CLAIM = {
    "config": {
        "module": "keras",
        "class_name": "Sequential",
        "config": {
            "name": "s",
            "layers": [
                layer("InputLayer", batch_shape=[None, MANY]),
                *(layer("Dense", units=MANY, use_bias=False) | {"name": f"d{n}"} for n in range(500)),
            ],
        },
    },
    "shapes": [[f"s/d{n}/kernel", [MANY, MANY]] for n in range(500)],
    "trainable": [f"s/d{n}/kernel" for n in range(500)],
    "input_shape": (None, MANY),
    "output_shape": (None, MANY),
}
