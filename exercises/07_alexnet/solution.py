"""AlexNet. Made from lesson.py by `cnn-course dev build`: edit that."""


import keras
import numpy as np
from keras import layers

from cnn_course.layers import LocalResponseNormalization


def local_response_norm(x, radius=2, bias=2.0, alpha=1e-4, beta=0.75):
    """Divide every number of `x` by the strength of its neighbours on the maps beside it.

    x: an array (..., C), the last axis holds the maps; it stays as it is. `radius` maps on either side count,
    `bias` is the formula's k. Returns an array of the same shape.
    """
    # BEGIN SOLUTION
    squares = np.square(np.asarray(x, dtype=float))
    maps = squares.shape[-1]
    sums = [squares[..., max(c - radius, 0) : c + radius + 1].sum(axis=-1) for c in range(maps)]
    return x / (bias + alpha * np.stack(sums, axis=-1)) ** beta
    # END SOLUTION


def volumes(model):
    """The volume behind each layer: a list of (name, shape), one per layer of `model.layers`.

    A shape is a tuple without the batch: (height, width, channels), or (units,).
    """
    # BEGIN SOLUTION
    return [(layer.name, tuple(layer.output.shape[1:])) for layer in model.layers]
    # END SOLUTION


def build_alexnet(input_shape=(227, 227, 3), classes=1000, groups=1):
    """AlexNet as in the table above; returns a Keras model with probabilities as output.

    `groups`: into how many towers convolutions 2, 4 and 5 are split.
    """
    # BEGIN SOLUTION
    image = keras.Input(input_shape)
    x = layers.Conv2D(96, 11, strides=4, activation="relu", name="conv1")(image)
    x = layers.MaxPooling2D(3, strides=2, name="pool1")(x)
    x = LocalResponseNormalization(name="norm1")(x)
    x = layers.Conv2D(256, 5, padding="same", groups=groups, activation="relu", name="conv2")(x)
    x = layers.MaxPooling2D(3, strides=2, name="pool2")(x)
    x = LocalResponseNormalization(name="norm2")(x)
    x = layers.Conv2D(384, 3, padding="same", activation="relu", name="conv3")(x)
    x = layers.Conv2D(384, 3, padding="same", groups=groups, activation="relu", name="conv4")(x)
    x = layers.Conv2D(256, 3, padding="same", groups=groups, activation="relu", name="conv5")(x)
    x = layers.MaxPooling2D(3, strides=2, name="pool3")(x)
    x = layers.Flatten()(x)
    for name in ("fc6", "fc7"):
        x = layers.Dense(4096, activation="relu", name=name)(x)
        x = layers.Dropout(0.5)(x)
    return keras.Model(image, layers.Dense(classes, activation="softmax", name="fc8")(x))
    # END SOLUTION


def build_alexnet_cifar(classes=10):
    """The small AlexNet for 32x32x3 images, as in the table above."""

    # BEGIN SOLUTION
    def conv(filters, kernel_size):
        return layers.Conv2D(
            filters, kernel_size, padding="same", activation="relu", kernel_initializer="he_normal"
        )

    image = keras.Input((32, 32, 3))
    x = conv(48, 5)(image)
    x = layers.MaxPooling2D(3, strides=2)(x)
    x = LocalResponseNormalization()(x)
    x = conv(128, 5)(x)
    x = layers.MaxPooling2D(3, strides=2)(x)
    x = LocalResponseNormalization()(x)
    for filters in (192, 192, 128):
        x = conv(filters, 3)(x)
    x = layers.MaxPooling2D(3, strides=2)(x)
    x = layers.Flatten()(x)
    for _ in range(2):
        x = layers.Dense(512, activation="relu", kernel_initializer="he_normal")(x)
        x = layers.Dropout(0.5)(x)
    return keras.Model(image, layers.Dense(classes, activation="softmax")(x))
    # END SOLUTION
