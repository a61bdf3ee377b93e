"""The solution."""

import keras
from keras import layers


def build(filters=8, classes=10):
    image = keras.Input((16, 16, 3))
    x = layers.Conv2D(filters, 3, activation="relu")(image)
    x = layers.MaxPooling2D(2)(x)
    x = layers.Flatten()(x)
    return keras.Model(image, layers.Dense(classes, activation="softmax")(x))


def block(x, filters):
    x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization()(x)
    return layers.Activation("relu")(x)
