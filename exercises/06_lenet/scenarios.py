"""Networks to count, made where the student's code runs; `count` hands one to a student's function."""

from functools import cache

import keras
from keras import layers


def count(student, function, name, **options):
    """What the student's `function` says of the network called `name` below."""
    return getattr(student, function)(NETWORKS[name](), **options)


def padded():
    """The side of the map stays 8 and then halves: output places are not input places."""
    return keras.Sequential(
        [
            keras.Input((8, 8, 2)),
            layers.Conv2D(3, 3, padding="same", name="same"),
            layers.Conv2D(5, 3, strides=2, padding="same", use_bias=False, name="half"),
        ]
    )


def grouped():
    image = keras.Input((6, 6, 4))
    return keras.Model(image, layers.Conv2D(8, 3, groups=2, name="grouped")(image))


def separable():
    """Deck 001, L689-718: 8 maps to 4, of 32x32."""
    image = keras.Input((32, 32, 8))
    return keras.Model(image, layers.SeparableConv2D(4, 3, padding="same", name="separable")(image))


def depthwise():
    image = keras.Input((6, 6, 4))
    x = layers.DepthwiseConv2D(3, depth_multiplier=2, name="depthwise")(image)
    return keras.Model(image, x)


def normalised():
    """Convolution, batch normalisation, ReLU, dropout, flattening and softmax, each a layer."""
    image = keras.Input((4, 4, 3))
    x = layers.Conv2D(6, 3, use_bias=False, name="conv")(image)
    x = layers.BatchNormalization(name="bn")(x)
    x = layers.ReLU(name="relu")(x)
    x = layers.Dropout(0.5, name="dropout")(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(5, name="scores")(x)
    return keras.Model(image, layers.Softmax(name="softmax")(x))


def in_a_row():
    """The same without a separate input layer among its layers."""
    return keras.Sequential(
        [
            keras.Input((10, 6, 1)),
            layers.Conv2D(4, 3, activation="relu", name="conv"),
            layers.MaxPooling2D(2, name="pool"),
            layers.Flatten(name="flatten"),
            layers.Dense(7, activation="softmax", name="scores"),
        ]
    )


@cache  # 277 MB
def vgg16():
    """Configuration D on 224x224; half precision and zeros, for its weights only have to be there."""
    plain = {"dtype": "float16", "kernel_initializer": "zeros", "activation": "relu"}
    model = keras.Sequential([keras.Input((224, 224, 3))])
    for convolutions, filters in ((2, 64), (2, 128), (3, 256), (3, 512), (3, 512)):
        for _ in range(convolutions):
            model.add(layers.Conv2D(filters, 3, padding="same", **plain))
        model.add(layers.MaxPooling2D(2))
    model.add(layers.Flatten())
    for units in (4096, 4096, 1000):
        model.add(layers.Dense(units, **plain))
    return model


NETWORKS = {
    "padded": padded,
    "grouped": grouped,
    "separable": separable,
    "depthwise": depthwise,
    "normalised": normalised,
    "in a row": in_a_row,
    "vgg16": vgg16,
}
