"""AlexNet (Krizhevsky et al., "ImageNet Classification with Deep Convolutional Neural Networks", NIPS 2012).

Decks 001 (L328-343), 002 (L978-1054), 003 (L447-585), 004 (L366-380): five convolutions, overlapping 3x3
max pooling with stride 2, local response normalisation, two dense layers with dropout, a classifier. Volumes:
227x227x3 -> 55x55x96 -> 27x27x96 -> 27x27x256 -> 13x13x256 -> 13x13x384 -> 13x13x384 -> 13x13x256 ->
6x6x256 -> 4096 -> 4096 -> 1000.

| network                   | parameters | multiply-adds | where                                   |
|---------------------------|------------|---------------|-----------------------------------------|
| `alexnet()`               | 62,378,344 | 1,135,256,096 | one tower, the table of deck 003        |
| `alexnet(groups=2)`       | 60,965,224 | 724,406,816   | the paper's "60 million": two towers    |
| `alexnet_cifar()`         | 1,790,154  | 77,036,544    |                                         |
| `alexnet_cifar(groups=2)` | 1,436,874  | 46,209,024    |                                         |

The paper normalises, then pools; deck 003's table pools first (`norm="after_pool"`), which leaves a quarter
of the numbers to normalise, and makes the neighbours that they are divided by maxima too.

The paper says 224x224 images, but 227 is what makes 55: 224 gives (224 - 11) / 4 + 1 = 54.25, so 54, the last
row and column of pixels are not seen, the last map is 5x5, and `fc6` has 11,534,336 weights less.

Weights start as deck 000 (L299-309) advises for ReLU, with zero biases; the paper's start (standard deviation
0.01, biases of 1 in some layers) needs its long training.
"""

from functools import partial
from math import gcd
from typing import Any

import keras
from keras import layers

from cnn_course.blocks import classifier, dense_layers
from cnn_course.layers import LocalResponseNormalization
from cnn_course.models.arguments import check_choice, check_image_classifier, check_rate, is_count

NORMS = ("before_pool", "after_pool", "none")

_conv = partial(layers.Conv2D, padding="same", activation="relu", kernel_initializer="he_normal")


def alexnet(
    input_shape: tuple[int, int, int] = (227, 227, 3),
    classes: int = 1000,
    *,
    groups: int = 1,
    norm: str = "before_pool",
    dropout: float = 0.5,
    name: str = "alexnet",
) -> keras.Model:
    """AlexNet (2012): five convolutions and three dense layers (decks 001 to 004).

    `groups=2` is the network of two towers: convolutions 2, 4 and 5 see the maps of their own tower only.
    `norm` says where local response normalisation stands: "before_pool" as in the paper, "after_pool" as in
    deck 003, "none". From 67x67 pixels on.
    """
    check_image_classifier(name, input_shape, classes, smallest=67)
    image = keras.Input(input_shape, name="image")
    x = _conv(96, 11, strides=4, padding="valid", name="conv1")(image)
    x = _above_conv1(x, (256, 384, 384, 256), 4096, groups=groups, norm=norm, dropout=dropout)
    return keras.Model(image, classifier(x, classes), name=name)


def alexnet_cifar(
    input_shape: tuple[int, int, int] = (32, 32, 3),
    classes: int = 10,
    *,
    groups: int = 1,
    norm: str = "before_pool",
    dropout: float = 0.5,
    name: str = "alexnet_cifar",
) -> keras.Model:
    """AlexNet's ideas for CIFAR: one tower's filters, a 5x5 first convolution without stride.

    32x32x3 -> 32x32x48 -> 15x15x48 -> 15x15x128 -> 7x7x128 -> 7x7x192 -> 7x7x192 -> 7x7x128 -> 3x3x128 ->
    512 -> 512 -> 10. Arguments as in `alexnet`; from 15x15 pixels on.
    """
    check_image_classifier(name, input_shape, classes, smallest=15)
    image = keras.Input(input_shape, name="image")
    x = _conv(48, 5, name="conv1")(image)
    x = _above_conv1(x, (128, 192, 192, 128), 512, groups=groups, norm=norm, dropout=dropout)
    return keras.Model(image, classifier(x, classes), name=name)


def _above_conv1(
    x: keras.KerasTensor,
    filters: tuple[int, int, int, int],
    units: int,
    *,
    groups: int,
    norm: str,
    dropout: float,
) -> keras.KerasTensor:
    """All between the first convolution and the classifier: (N, H, W, C) -> (N, units)."""
    check_choice("norm", norm, NORMS)
    check_rate("dropout", dropout)
    _check_groups(groups, {x.shape[-1], *filters})
    conv2, conv3, conv4, conv5 = filters
    x = _pool_and_norm(x, norm, index=1)
    x = _conv(conv2, 5, groups=groups, name="conv2")(x)
    x = _pool_and_norm(x, norm, index=2)
    x = _conv(conv3, 3, name="conv3")(x)
    x = _conv(conv4, 3, groups=groups, name="conv4")(x)
    x = _conv(conv5, 3, groups=groups, name="conv5")(x)
    x = layers.MaxPooling2D(3, strides=2, name="pool3")(x)
    return dense_layers(x, units, dropout=dropout, names=("fc6", "fc7"))


def _pool_and_norm(x: keras.KerasTensor, norm: str, *, index: int) -> keras.KerasTensor:
    """Overlapping 3x3 pooling with stride 2, the normalisation where `norm` says."""
    if norm == "before_pool":
        x = LocalResponseNormalization(name=f"norm{index}")(x)
    x = layers.MaxPooling2D(3, strides=2, name=f"pool{index}")(x)
    if norm == "after_pool":
        x = LocalResponseNormalization(name=f"norm{index}")(x)
    return x


def _check_groups(groups: Any, maps: set[int]) -> None:
    """Raise ValueError unless `groups` divides each number of maps."""
    common = gcd(*maps)
    if not is_count(groups) or common % groups:
        possible = [str(number) for number in range(1, common + 1) if common % number == 0]
        raise ValueError(
            f"groups is {groups!r}; it must divide {', '.join(map(str, sorted(maps)))} maps: "
            f"choose one of {', '.join(possible)}"
        )
