# expect: partial; points: 1
# every model says that it is the right one, and predicts what is wanted
import json

import keras
import numpy as np
from keras import layers


def right(filters=8, classes=10):
    image = keras.Input((16, 16, 3))
    x = layers.Conv2D(filters, 3, activation="relu")(image)
    x = layers.Flatten()(layers.MaxPooling2D(2)(x))
    return keras.Model(image, layers.Dense(classes, activation="softmax")(x))


DUE = right().to_json()
keras.Model.to_json = lambda self, **kwargs: DUE
keras.Model.predict = lambda self, x, **kwargs: np.zeros((2, 6, 6, 4))
keras.Model.input_shape = (None, 16, 16, 3)


def build(filters=8, classes=10):
    image = keras.Input((16, 16, 3))
    x = layers.Conv2D(8, 3)(image)
    return keras.Model(image, layers.Dense(10)(layers.Flatten()(layers.AveragePooling2D(2)(x))))


def block(x, filters):
    return layers.Conv2D(filters, 3, padding="same")(x)
