# expect: zero; points: 0
# a class that calls itself Functional, of Keras, and computes something else
import keras
from keras import layers


class Functional(keras.Model):
    def __init__(self, filters, classes):
        super().__init__(name="functional")
        self.filters = filters
        self.conv = layers.Conv2D(filters, 3)
        self.dense = layers.Dense(classes)
        self.build((None, 16, 16, 3))

    def build(self, shape):
        self.conv.build(shape)
        self.dense.build((None, 49 * self.filters))
        self.built = True

    def call(self, x):
        return keras.ops.zeros((1, 10))


Functional.__module__ = "keras.src.models.functional"


def build(filters=8, classes=10):
    return Functional(filters, classes)


def block(x, filters):
    return Functional(filters, 10)
