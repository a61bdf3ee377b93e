# expect: zero; points: 0
# networks that do not know their input, a class in place of a network, a tensor
import keras
from keras import layers


def build(filters=8, classes=10):
    if filters == 8:
        return keras.Sequential([layers.Conv2D(filters, 3), layers.Flatten(), layers.Dense(classes)])
    return keras.Sequential


def block(x, filters):
    return layers.Conv2D(filters, 3, padding="same") if filters == 5 else keras.ops.zeros((1, 6, 6, 4))
