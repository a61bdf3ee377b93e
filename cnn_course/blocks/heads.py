"""From the last maps to the classes (decks 000, L92-115; 003, L794-814; 004, L547-595)."""

from collections.abc import Sequence

import keras
from keras import layers

from cnn_course.blocks.convolution import conv_relu


def classifier(x: keras.KerasTensor, classes: int, *, name: str = "predictions") -> keras.KerasTensor:
    """The last linear layer of every network, with softmax: (N, D) -> (N, classes) probabilities.

    It computes in float32 also under mixed precision, where float16 would round small probabilities to 0.
    """
    return layers.Dense(int(classes), activation="softmax", dtype="float32", name=name)(x)


def dense_layers(
    x: keras.KerasTensor, units: int, *, dropout: float, names: Sequence[str] = ("fc1", "fc2")
) -> keras.KerasTensor:
    """Flatten, then per name `units` ReLU units with dropout: (N, H, W, C) -> (N, units)."""
    x = layers.Flatten(name="flatten")(x)
    for name in names:
        x = layers.Dense(units, activation="relu", kernel_initializer="he_normal", name=name)(x)
        x = layers.Dropout(dropout, name=f"{name}_dropout")(x)
    return x


def class_maps(x: keras.KerasTensor, classes: int) -> keras.KerasTensor:
    """A classifier without a dense layer: (N, H, W, C) -> (N, classes) probabilities.

    A 1x1 convolution with ReLU makes one map per class; the mean of each map is its class's score. Softmax
    in float32, as in `classifier`. Source: Lin et al., "Network In Network", 2014, section 3.2.
    """
    x = conv_relu(x, int(classes), 1, name="classes")
    x = layers.GlobalAveragePooling2D(name="gap")(x)
    return layers.Softmax(dtype="float32", name="predictions")(x)
