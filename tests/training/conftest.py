"""Small data and networks that train in a second."""

import keras
import numpy as np
import pytest
from keras import layers

from cnn_course.data import Dataset, Split
from cnn_course.training import Recipe


def stripes(n: int, seed: int) -> Split:
    """Two classes that a small network learns quickly: bright rows or bright columns, on noise."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % 2
    images = rng.integers(0, 120, (n, 8, 8, 3))
    for image, label, place in zip(images, labels, rng.integers(0, 8, n), strict=True):
        (image.swapaxes(0, 1) if label else image)[place] += 135
    return Split(images.astype("uint8"), labels.astype("int64"))


def stripes_data() -> Dataset:
    """128 training and 64 validation images of rows and columns, 8x8x3."""
    return Dataset(
        name="stripes",
        train=stripes(128, 0),
        validation=stripes(64, 1),
        classes=("row", "column"),
        source="made up for a test",
        test_seal=lambda: stripes(64, 2),
        settings={"name": "stripes"},
    )


@pytest.fixture(scope="session")
def data() -> Dataset:
    """The stripes, for all tests."""
    return stripes_data()


@pytest.fixture(scope="session")
def recipe() -> Recipe:
    return Recipe(epochs=3, batch_size=16, augment=("flip",), learning_rate=0.05)


def small_net(classes: int = 2, *, dropout: float = 0.0) -> keras.Model:
    """Convolution, batch normalisation, dropout, linear layer."""
    inputs = keras.Input((8, 8, 3), name="image")
    x = layers.Conv2D(4, 3, use_bias=False, name="conv1")(inputs)
    x = layers.BatchNormalization(momentum=0.9, name="bn1")(x)
    x = layers.ReLU(name="relu1")(x)
    x = layers.GlobalMaxPooling2D(name="pool")(x)
    x = layers.Dropout(dropout, name="dropout")(x)
    outputs = layers.Dense(classes, activation="softmax", dtype="float32", name="predictions")(x)
    return keras.Model(inputs, outputs, name="small_net")


@pytest.fixture(scope="session")
def make_net():
    """A function that builds the small network, with the same first weights every time."""

    def make(**arguments) -> keras.Model:
        keras.utils.set_random_seed(0)
        return small_net(**arguments)

    return make
