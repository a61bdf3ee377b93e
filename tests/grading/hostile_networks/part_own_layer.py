# expect: partial; points: 4
# a layer of one's own, whose code cannot be checked
import keras
from keras import layers


class Rectified(layers.Layer):
    def call(self, x):
        return keras.ops.maximum(x, 0)


def build(filters=8, classes=10):
    image = keras.Input((16, 16, 3))
    x = layers.MaxPooling2D(2)(layers.Conv2D(filters, 3, activation="relu")(image))
    return keras.Model(image, layers.Dense(classes, activation="softmax")(layers.Flatten()(x)))


def block(x, filters):
    x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
    return Rectified()(layers.BatchNormalization()(x))
