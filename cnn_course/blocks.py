"""Blocks of networks: functions from tensor to tensor, each written once and used by every family.

A block's `name` is the address of its layers: `residual_block(x, 32, name="stage2_block1")` makes
`stage2_block1_conv1`, `stage2_block1_bn1`, `stage2_block1_relu1`, ..., `stage2_block1_out`. Tables,
visualisations and exercises find layers by these names.

Sources: "conv, batch normalisation, ReLU" and He initialisation deck 000 (L299-354); stacks of 3x3
convolutions decks 001 (L409-471) and 002 (L1066-1088); residual block decks 000 (L384-403), 001 (L517-541),
002 (L1249-1278).
"""

from typing import Any

import keras
from keras import layers

from cnn_course.layers import ZeroPadShortcut

# Weight of the old value in the moving averages of batch normalisation. Keras's default of 0.99 needs
# hundreds of steps to forget its start values: after a short run the validation accuracy is still that
# of guessing while the training accuracy is good. 0.9 is what PyTorch does (there called 0.1).
BN_MOMENTUM = 0.9


def classifier(x: keras.KerasTensor, classes: int) -> keras.KerasTensor:
    """The last linear layer of every network, with softmax: (N, D) -> (N, classes) probabilities.

    It computes in float32 also under mixed precision, where float16 would round small probabilities to 0.
    """
    return layers.Dense(int(classes), activation="softmax", dtype="float32", name="predictions")(x)


def conv(
    x: keras.KerasTensor, filters: int, kernel_size: int = 3, *, strides: int = 1, name: str, index: Any = ""
) -> keras.KerasTensor:
    """Convolution without bias, padded alike on all four sides; for odd kernel sizes.

    (N, H, W, C) -> (N, ceil(H / strides), ceil(W / strides), filters). Meant to be
    followed by a batch normalisation, whose shift replaces the bias.
    """
    padding = "same"
    if strides > 1 and kernel_size > 1:
        # Here Keras's "same" would pad a map of even size at the bottom and right only; the slides and
        # the papers pad all sides.
        x = layers.ZeroPadding2D(kernel_size // 2, name=f"{name}_pad{index}")(x)
        padding = "valid"
    return layers.Conv2D(
        filters,
        kernel_size,
        strides=strides,
        padding=padding,
        use_bias=False,
        kernel_initializer="he_normal",
        name=f"{name}_conv{index}",
    )(x)


def conv_bn(
    x: keras.KerasTensor, filters: int, kernel_size: int = 3, *, strides: int = 1, name: str, index: Any = ""
) -> keras.KerasTensor:
    """Convolution (see `conv`), then batch normalisation."""
    x = conv(x, filters, kernel_size, strides=strides, name=name, index=index)
    return layers.BatchNormalization(momentum=BN_MOMENTUM, name=f"{name}_bn{index}")(x)


def conv_bn_relu(
    x: keras.KerasTensor, filters: int, kernel_size: int = 3, *, strides: int = 1, name: str, index: Any = ""
) -> keras.KerasTensor:
    """Convolution (see `conv`), batch normalisation, ReLU."""
    x = conv_bn(x, filters, kernel_size, strides=strides, name=name, index=index)
    return layers.ReLU(name=f"{name}_relu{index}")(x)


def conv_relu(x: keras.KerasTensor, filters: int, *, name: str, index: Any = "") -> keras.KerasTensor:
    """3x3 convolution with bias and ReLU that keeps the size: (N, H, W, C) -> (N, H, W, filters)."""
    return layers.Conv2D(
        filters,
        3,
        padding="same",
        activation="relu",
        kernel_initializer="he_normal",
        name=f"{name}_conv{index}",
    )(x)


def conv_stack(
    x: keras.KerasTensor, filters: int, convs: int, *, batch_norm: bool = False, name: str
) -> keras.KerasTensor:
    """`convs` times 3x3 convolution and ReLU, then 2x2 max pooling: (N, H, W, C) -> (N, H/2, W/2, filters).

    With `batch_norm` each convolution gives up its bias and is normalised before its ReLU.
    """
    step = conv_bn_relu if batch_norm else conv_relu
    for index in range(1, convs + 1):
        x = step(x, filters, name=name, index=index)
    return layers.MaxPooling2D(name=f"{name}_pool")(x)


def zero_padded_shortcut(x: keras.KerasTensor, filters: int, *, strides: int, name: str) -> keras.KerasTensor:
    """Option A of the paper: every `strides`-th pixel, zeros for the new channels, no parameters."""
    return ZeroPadShortcut(filters, strides, name=f"{name}_shortcut")(x)


def projection_shortcut(x: keras.KerasTensor, filters: int, *, strides: int, name: str) -> keras.KerasTensor:
    """Option B of the paper: 1x1 convolution with stride, then batch normalisation."""
    return conv_bn(x, filters, 1, strides=strides, name=f"{name}_shortcut")


SHORTCUTS = {"A": zero_padded_shortcut, "B": projection_shortcut}


def two_convs(x: keras.KerasTensor, filters: int, *, strides: int, name: str) -> keras.KerasTensor:
    """The residual F(x) of the basic block: 3x3 conv, BN, ReLU, 3x3 conv, BN."""
    x = conv_bn_relu(x, filters, strides=strides, name=name, index=1)
    return conv_bn(x, filters, name=name, index=2)


def residual_block(
    x: keras.KerasTensor, filters: int, *, strides: int = 1, shortcut: str = "A", name: str
) -> keras.KerasTensor:
    """Basic residual block, relu(F(x) + x): (N, H, W, C) -> (N, H/strides, W/strides, filters).

    Where the shape changes, x takes the `shortcut` of that name in `SHORTCUTS`; elsewhere it is x itself.
    """
    residual = two_convs(x, filters, strides=strides, name=name)
    if strides != 1 or x.shape[-1] != filters:
        x = SHORTCUTS[shortcut](x, filters, strides=strides, name=name)
    x = layers.Add(name=f"{name}_add")([residual, x])
    return layers.ReLU(name=f"{name}_out")(x)


def plain_block(x: keras.KerasTensor, filters: int, *, strides: int = 1, name: str) -> keras.KerasTensor:
    """The layers of `residual_block` without a shortcut, relu(F(x)): what ResNets are compared with."""
    x = two_convs(x, filters, strides=strides, name=name)
    return layers.ReLU(name=f"{name}_out")(x)
