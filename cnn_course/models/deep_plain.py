"""A plain stack of convolutions, as deep as you like: does the signal arrive, do the gradients come back?

Deck 000 (L255-354): with depth, small or large local gradients multiply to nothing or to infinity; the cures
are ReLU, start weights that preserve the variance (He et al., "Delving Deep into Rectifiers", ICCV 2015) and
batch normalisation before the activation. Activations: decks 002 (L346-442) and 003 (L194-271). Every
convolution is 3x3 and keeps the map; activation and normalisation are layers of their own, so that each
signal can be looked at.

Variance of the last of 20 convolutions in units of the first one's, with 64 filters and pixels of mean 0 and
variance 1: about 0.5 to 0.9 for ReLU with `he_normal`, 3e-6 with `glorot_uniform`, 2e8 with a standard
deviation of 0.1.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import keras
from keras import layers

from cnn_course.blocks import BN_MOMENTUM, classifier
from cnn_course.models.arguments import check_choice, check_count, check_image_classifier, check_switch

ACTIVATIONS: dict[str, Callable[..., layers.Layer]] = {
    "sigmoid": partial(layers.Activation, "sigmoid"),
    "tanh": partial(layers.Activation, "tanh"),
    "relu": layers.ReLU,
    "leaky_relu": partial(layers.LeakyReLU, 0.01),  # deck 002; deck 003 has 0.1, Keras's own default is 0.3
    "prelu": partial(layers.PReLU, shared_axes=[1, 2]),  # one slope per channel
    "elu": layers.ELU,
    "linear": partial(layers.Activation, "linear"),
}
INITIALIZERS = (
    "he_normal",
    "he_uniform",
    "glorot_normal",
    "glorot_uniform",
    "lecun_normal",
    "lecun_uniform",
    "orthogonal",
)


def deep_plain(
    input_shape: tuple[int, int, int] = (32, 32, 3),
    classes: int = 10,
    *,
    depth: int = 20,
    filters: int = 64,
    activation: str = "relu",
    initializer: str | float = "he_normal",
    batch_norm: bool = False,
    name: str = "deep_plain",
) -> keras.Model:
    """Plain network of any depth to follow signals and gradients through (deck 000).

    `depth` counts the layers with weights: depth - 1 convolutions and the linear layer. `initializer` is the
    name of a Keras initialiser or a number, the standard deviation of a normal distribution.
    """
    check_image_classifier(name, input_shape, classes)
    check_count("depth", depth)
    check_count("filters", filters)
    check_choice("activation", activation, ACTIVATIONS)
    check_switch("batch_norm", batch_norm)
    image = keras.Input(input_shape, name="image")
    x = image
    for index in range(1, depth):
        x = layers.Conv2D(
            filters,
            3,
            padding="same",
            use_bias=not batch_norm,
            kernel_initializer=start_weights(initializer),
            name=f"conv{index}",
        )(x)
        if batch_norm:
            x = layers.BatchNormalization(momentum=BN_MOMENTUM, name=f"bn{index}")(x)
        x = ACTIVATIONS[activation](name=f"{activation}{index}")(x)
    x = layers.GlobalAveragePooling2D(name="gap")(x)
    return keras.Model(image, classifier(x, classes), name=name)


def start_weights(initializer: Any) -> keras.initializers.Initializer:
    """A new initialiser from its name or from a standard deviation; ValueError for anything else."""
    if isinstance(initializer, int | float) and not isinstance(initializer, bool) and initializer > 0:
        return keras.initializers.RandomNormal(stddev=initializer)
    if initializer not in INITIALIZERS:
        raise ValueError(
            f"initializer is {initializer!r}; choose a standard deviation above 0 "
            f"or one of {', '.join(map(repr, INITIALIZERS))}"
        )
    return keras.initializers.get(initializer)
