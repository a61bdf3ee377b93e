"""MobileNetV2 (Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks", CVPR 2018).

Deck 001 (L728-744) prints the table of the paper that `ROWS` holds; stem, last convolution, pooling and
classifier stand around it. A row is n bottlenecks with c channels, expanded t-fold inside; the first of
them has stride s, the others 1. 17 bottlenecks; 3,538,984 parameters, 3,504,872 trainable; 300,774,272
multiply-adds for one 224x224 image. The slide does not say that the activation is ReLU6.

Stride 2 pads as Keras does ("same"), in whose backend the authors' code is written: a map of even size gets
its zeros at the bottom and right.
"""

from collections.abc import Sequence
from math import inf
from typing import Any

import keras
from keras import layers

from cnn_course.blocks import classifier, conv_bn, inverted_residual
from cnn_course.models.arguments import check_choice, check_image_classifier, is_count

Row = tuple[int, int, int, int]

ROWS: tuple[Row, ...] = (  # t, c, n, s
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)
CIFAR_ROWS = (ROWS[0], (6, 24, 2, 1), *ROWS[2:])  # with a stem of stride 1: 32x32 pixels become 4x4


def dense_classifier(x: keras.KerasTensor, classes: int) -> keras.KerasTensor:
    """Average each channel, then the linear classifier: (N, H, W, C) -> (N, classes) probabilities."""
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    return classifier(x, classes)


def conv_classifier(x: keras.KerasTensor, classes: int) -> keras.KerasTensor:
    """The same numbers as the slide's table has it: 1x1 convolution of the 1x1 map, one filter per class."""
    x = layers.GlobalAveragePooling2D(keepdims=True, name="pool")(x)
    x = layers.Conv2D(int(classes), 1, dtype="float32", name="scores")(x)
    x = layers.Flatten(name="flatten")(x)
    return layers.Softmax(dtype="float32", name="predictions")(x)


HEADS = {"dense": dense_classifier, "conv": conv_classifier}


def mobile_network(
    input_shape: tuple[int, int, int],
    classes: int,
    *,
    rows: Sequence[Row] = ROWS,
    stem_filters: int = 32,
    stem_strides: int = 2,
    last_filters: int = 1280,
    alpha: float = 1.0,
    head: str = "dense",
    name: str,
) -> keras.Model:
    """Stem, the bottlenecks of a table of `rows` (t, c, n, s), 1x1 convolution, average pooling, classifier.

    `alpha` times the channels of stem and rows, rounded to multiples of 8; the last convolution only grows
    with it. `head` is "dense", or "conv" for the classifier as a 1x1 convolution of the pooled 1x1 map. Any
    image size: "same" padding leaves at least one pixel.
    """
    check_image_classifier(name, input_shape, classes)
    check_alpha(alpha)
    check_rows(rows)
    check_choice("head", head, HEADS)
    image = keras.Input(input_shape, name="image")
    x = conv_bn(image, scaled(stem_filters, alpha), strides=stem_strides, padding="keras_same", name="stem")
    x = layers.ReLU(max_value=6, name="stem_relu")(x)
    for stage, (t, c, n, s) in enumerate(rows, start=1):
        for block in range(1, n + 1):
            strides = s if block == 1 else 1
            x = inverted_residual(
                x, scaled(c, alpha), expansion=t, strides=strides, name=f"stage{stage}_block{block}"
            )
    x = conv_bn(x, scaled(last_filters, max(alpha, 1.0)), 1, name="last")
    x = layers.ReLU(max_value=6, name="last_relu")(x)
    return keras.Model(image, HEADS[head](x, classes), name=name)


def scaled(channels: int, alpha: float) -> int:
    """The multiple of 8 next to `alpha * channels`, at least 8 and never more than a tenth below it.

    Source: the authors' code. keras.applications rounds the rows' channels down to whole numbers first, which
    gives the same widths for the six alphas of which it has weights.
    """
    wanted = alpha * channels
    rounded = max(8, int(wanted + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * wanted else rounded


def check_alpha(alpha: Any) -> None:
    """Raise ValueError unless `alpha` is a number above 0."""
    if not (isinstance(alpha, int | float) and not isinstance(alpha, bool) and 0 < alpha < inf):
        raise ValueError(f"alpha is {alpha!r}; it must be a number above 0, such as 0.5")


def check_rows(rows: Any) -> None:
    """Raise ValueError unless `rows` is a table of at least one row (t, c, n, s)."""
    if not isinstance(rows, tuple | list) or not rows:
        raise ValueError(f"rows is {rows!r}; it must be a list of rows (t, c, n, s), such as [(6, 24, 2, 2)]")
    for number, row in enumerate(rows, start=1):
        if not (isinstance(row, tuple | list) and len(row) == 4 and all(map(is_count, row))):
            raise ValueError(f"row {number} is {row!r}; a row is (t, c, n, s), four whole numbers from 1 on")


def mobilenet_v2(
    input_shape: tuple[int, int, int] = (224, 224, 3),
    classes: int = 1000,
    *,
    alpha: float = 1.0,
    head: str = "dense",
    name: str = "mobilenet_v2",
) -> keras.Model:
    """MobileNetV2: 17 inverted residuals with linear bottlenecks, as wide as `alpha` says (deck 001)."""
    return mobile_network(input_shape, classes, alpha=alpha, head=head, name=name)


def mobilenet_v2_cifar(
    input_shape: tuple[int, int, int] = (32, 32, 3),
    classes: int = 10,
    *,
    alpha: float = 1.0,
    head: str = "dense",
    name: str = "mobilenet_v2_cifar",
) -> keras.Model:
    """MobileNetV2 for CIFAR: stem and second row keep the size, so that 32x32 pixels become 4x4."""
    return mobile_network(
        input_shape, classes, rows=CIFAR_ROWS, stem_strides=1, alpha=alpha, head=head, name=name
    )
