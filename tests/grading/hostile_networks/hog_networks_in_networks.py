# expect: zero; points: 0
# a network that holds one twice that holds one twice that holds one twice
import keras
from keras import layers


def doubled(depth):
    image = keras.Input((16, 16, 3))
    x = image
    inner = doubled(depth - 1) if depth else layers.ReLU()
    return keras.Model(image, inner(inner(x)))


def build(filters=8, classes=10):
    return doubled(14)


def block(x, filters):
    return doubled(14)(x)
