"""Xception, a network of depthwise separable convolutions with shortcuts, and a small one for CIFAR.

Chollet, "Xception: Deep Learning with Depthwise Separable Convolutions", CVPR 2017; deck 001 (L661-722, where
the drawing has no text). Entry flow, middle flow, exit flow: 36 convolutions in 14 modules, 34 of them
separable. 22,910,480 parameters, 22,855,952 trainable; 8,357,403,496 multiply-adds for one 299x299 image.
Pools as Keras does ("same"), with which the paper's network was written, so a map of even size gets its
zeros at the bottom and right.

What separating saves, in `mini_xception` with 10 classes:

| conv                | weights of a layer, C to F channels | trainable | multiply-adds |
|---------------------|-------------------------------------|-----------|---------------|
| "full"              | 3 * 3 * C * F                       | 1,029,930 | 162,368,000   |
| "separable"         | 3 * 3 * C + C * F                   | 136,010   | 21,383,680    |
| "extreme_inception" | C * F + 3 * 3 * F                   | 138,026   | 21,899,776    |
"""

import keras
from keras import layers

from cnn_course.blocks import (
    classifier,
    conv_bn,
    conv_bn_relu,
    extreme_inception_bn,
    separable_conv_bn,
    xception_block,
)
from cnn_course.models.arguments import check_choice, check_image_classifier

CONVS = {"separable": separable_conv_bn, "extreme_inception": extreme_inception_bn, "full": conv_bn}


def xception(
    input_shape: tuple[int, int, int] = (299, 299, 3), classes: int = 1000, *, name: str = "xception"
) -> keras.Model:
    """Xception: 34 depthwise separable convolutions in entry, middle and exit flow (deck 001).

    From 7x7 pixels on; 299x299 become 10x10 in the last map.
    """
    check_image_classifier(name, input_shape, classes, smallest=7)
    image = keras.Input(input_shape, name="image")
    x = conv_bn_relu(image, 32, strides=2, padding="valid", name="stem", index=1)
    x = conv_bn_relu(x, 64, padding="valid", name="stem", index=2)
    for block, filters in enumerate((128, 256, 728), start=1):
        x = xception_block(x, (filters, filters), strides=2, relu_first=block > 1, name=f"entry_block{block}")
    for block in range(1, 9):
        x = xception_block(x, (728, 728, 728), name=f"middle_block{block}")
    x = xception_block(x, (728, 1024), strides=2, name="exit_block1")
    for index, filters in enumerate((1536, 2048), start=1):
        x = separable_conv_bn(x, filters, name="exit", index=index)
        x = layers.ReLU(name=f"exit_relu{index}")(x)
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    return keras.Model(image, classifier(x, classes), name=name)


def mini_xception(
    input_shape: tuple[int, int, int] = (32, 32, 3),
    classes: int = 10,
    *,
    conv: str = "separable",
    name: str = "mini_xception",
) -> keras.Model:
    """Xception's three flows in small, for CIFAR, with a switch between kinds of convolution (deck 001).

    `conv` is "separable", "full" for plain 3x3 convolutions in their place, or "extreme_inception", which
    separates in the reverse order. 32x32x3 -> 32x32x32 -> 16x16x64 -> 8x8x128 -> 8x8x256 -> 256 -> classes.
    """
    check_image_classifier(name, input_shape, classes)
    check_choice("conv", conv, CONVS)
    image = keras.Input(input_shape, name="image")
    x = conv_bn_relu(image, 32, name="stem")
    for block, filters in enumerate((64, 128), start=1):
        x = xception_block(
            x,
            (filters, filters),
            strides=2,
            conv=CONVS[conv],
            relu_first=block > 1,
            name=f"entry_block{block}",
        )
    x = xception_block(x, (128, 128, 128), conv=CONVS[conv], name="middle_block1")
    x = CONVS[conv](x, 256, name="exit")
    x = layers.ReLU(name="exit_relu")(x)
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    return keras.Model(image, classifier(x, classes), name=name)
