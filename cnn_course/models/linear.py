"""The linear classifier and the multilayer perceptron: what images get without convolution.

Deck 004 (L37-54, L334-346): the image as one vector of 32*32*3 = 3072 numbers; W is 10x3072 and b has
10 entries, so 30,730 parameters. Column i of the Keras kernel, reshaped to 32x32x3, is class i's template.
Deck 004 (L56-76): hidden layers between vector and scores. The decks give no size; with one hidden layer
of 100 units the network has 307,300 + 1,010 = 308,310 parameters.
"""

from collections.abc import Sequence

import keras
from keras import layers

from cnn_course.blocks import classifier
from cnn_course.models.arguments import check_activation, check_counts, check_image_classifier


def linear(
    input_shape: tuple[int, int, int] = (32, 32, 3), classes: int = 10, *, name: str = "linear"
) -> keras.Model:
    """Linear model on the flattened image: one template per class (deck 004)."""
    check_image_classifier(name, input_shape, classes)
    image = keras.Input(input_shape, name="image")
    x = layers.Flatten(name="flatten")(image)
    return keras.Model(image, classifier(x, classes), name=name)


def mlp(
    input_shape: tuple[int, int, int] = (32, 32, 3),
    classes: int = 10,
    *,
    hidden: Sequence[int] = (100,),
    activation: str = "relu",
    name: str = "mlp",
) -> keras.Model:
    """Multilayer perceptron on the flattened image, one dense layer per entry of `hidden` (deck 004)."""
    check_image_classifier(name, input_shape, classes)
    check_counts("hidden", hidden)
    check_activation("activation", activation)
    image = keras.Input(input_shape, name="image")
    x = layers.Flatten(name="flatten")(image)
    for index, units in enumerate(hidden, start=1):
        x = layers.Dense(units, activation=activation, name=f"hidden{index}")(x)
    return keras.Model(image, classifier(x, classes), name=name)
