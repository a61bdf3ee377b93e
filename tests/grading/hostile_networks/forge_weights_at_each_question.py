# expect: partial; points: 1
# answers for the weights itself: as text, as bools, of another shape, endless
import sys

import keras
import numpy as np
from keras import layers

frame = sys._getframe()
while not hasattr(frame.f_locals.get("self"), "networks"):
    frame = frame.f_back
inside, answers = type(frame.f_locals["self"]), iter(
    [lambda a: a > 0, lambda a: a.astype("U"), lambda a: a[..., None], lambda a: a.astype("f8") * np.inf])
call = inside._call


def lie(self, message, blobs):
    value = call(self, message, blobs)
    return [next(answers, str)(array) for array in value] if message["name"] == "weights" else value


inside._call = lie


def block(x, filters):
    x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
    return layers.ReLU()(layers.BatchNormalization()(x))
