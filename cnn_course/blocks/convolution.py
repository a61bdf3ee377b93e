"""Convolution, batch normalisation, ReLU and pooling, in the orders in which networks string them together.

"Conv, batch normalisation, ReLU" and He initialisation deck 000 (L299-354); stacks of 3x3 convolutions decks
001 (L409-471) and 002 (L1066-1088).
"""

from typing import Any

import keras
from keras import layers

# Weight of the old value in the moving averages of batch normalisation. Keras's default of 0.99 needs
# hundreds of steps to forget its start values: after a short run the validation accuracy is still that
# of guessing while the training accuracy is good. 0.9 is what PyTorch does (there called 0.1).
BN_MOMENTUM = 0.9


def conv(
    x: keras.KerasTensor,
    filters: int,
    kernel_size: int = 3,
    *,
    strides: int = 1,
    padding: str = "same",
    name: str,
    index: Any = "",
) -> keras.KerasTensor:
    """Convolution without bias: (N, H, W, C) -> (N, ceil(H / strides), ceil(W / strides), filters).

    `padding` "same" adds zeros alike on all four sides (odd kernel sizes); "keras_same" is what Keras calls
    "same", which at stride 2 pads a map of even size at the bottom and right only; "valid" adds none and the
    map loses kernel_size - 1. Meant to be followed by a batch normalisation, whose shift replaces the bias.
    """
    if padding == "same":
        x, padding = _padded(x, kernel_size, strides, name=f"{name}_pad{index}")
    return layers.Conv2D(
        filters,
        kernel_size,
        strides=strides,
        padding=padding.removeprefix("keras_"),
        use_bias=False,
        kernel_initializer="he_normal",
        name=f"{name}_conv{index}",
    )(x)


def _padded(
    x: keras.KerasTensor, kernel_size: int, strides: int, *, name: str
) -> tuple[keras.KerasTensor, str]:
    """x and the `padding` with which a convolution of it is padded alike on all four sides."""
    if strides == 1 or kernel_size == 1:
        return x, "same"
    # Here Keras's "same" would pad a map of even size at the bottom and right only; the slides and the
    # papers pad all sides.
    return layers.ZeroPadding2D(kernel_size // 2, name=name)(x), "valid"


def bn(
    x: keras.KerasTensor, *, gamma_initializer: str = "ones", name: str, index: Any = ""
) -> keras.KerasTensor:
    """Batch normalisation with the course's momentum (see `BN_MOMENTUM`)."""
    return layers.BatchNormalization(
        momentum=BN_MOMENTUM, gamma_initializer=gamma_initializer, name=f"{name}_bn{index}"
    )(x)


def relu(x: keras.KerasTensor, *, name: str, index: Any = "") -> keras.KerasTensor:
    """ReLU."""
    return layers.ReLU(name=f"{name}_relu{index}")(x)


def conv_bn(
    x: keras.KerasTensor,
    filters: int,
    kernel_size: int = 3,
    *,
    strides: int = 1,
    padding: str = "same",
    name: str,
    index: Any = "",
) -> keras.KerasTensor:
    """Convolution (see `conv`), then batch normalisation."""
    x = conv(x, filters, kernel_size, strides=strides, padding=padding, name=name, index=index)
    return bn(x, name=name, index=index)


def conv_bn_relu(
    x: keras.KerasTensor,
    filters: int,
    kernel_size: int = 3,
    *,
    strides: int = 1,
    padding: str = "same",
    name: str,
    index: Any = "",
) -> keras.KerasTensor:
    """Convolution (see `conv`), batch normalisation, ReLU."""
    x = conv_bn(x, filters, kernel_size, strides=strides, padding=padding, name=name, index=index)
    return relu(x, name=name, index=index)


def conv_relu(
    x: keras.KerasTensor,
    filters: int,
    kernel_size: int = 3,
    *,
    strides: int = 1,
    padding: str = "same",
    name: str,
    index: Any = "",
) -> keras.KerasTensor:
    """Convolution with bias and ReLU: (N, H, W, C) -> (N, ceil(H / strides), ceil(W / strides), filters).

    "same" pads all four sides alike, as `conv` does; "valid" pads none, and the map loses kernel_size - 1.
    """
    if padding == "same":
        x, padding = _padded(x, kernel_size, strides, name=f"{name}_pad{index}")
    return layers.Conv2D(
        filters,
        kernel_size,
        strides=strides,
        padding=padding,
        activation="relu",
        kernel_initializer="he_normal",
        name=f"{name}_conv{index}",
    )(x)


def conv_stack(
    x: keras.KerasTensor,
    filters: int,
    convs: int,
    *,
    batch_norm: bool = False,
    pool: bool = True,
    name: str,
) -> keras.KerasTensor:
    """`convs` times 3x3 convolution and ReLU, then 2x2 max pooling: (N, H, W, C) -> (N, H/2, W/2, filters).

    With `batch_norm` each convolution gives up its bias and is normalised before its ReLU. Without `pool`
    the map keeps its size.
    """
    step = conv_bn_relu if batch_norm else conv_relu
    for index in range(1, convs + 1):
        x = step(x, filters, name=name, index=index)
    return layers.MaxPooling2D(name=f"{name}_pool")(x) if pool else x


def max_pool(x: keras.KerasTensor, *, name: str, index: Any = "") -> keras.KerasTensor:
    """3x3 max pooling with stride 2, one zero on all sides: (N, H, W, C) -> (N, ceil(H/2), ceil(W/2), C).

    For maps without negative numbers, as after ReLU, where a zero at the border changes no maximum. Windows
    overlap. Source: deck 003 (L730-741, L872); Keras's "same" would pad maps of even size at one end only.
    """
    x = layers.ZeroPadding2D(1, name=f"{name}_pool{index}_pad")(x)
    return layers.MaxPooling2D(3, strides=2, name=f"{name}_pool{index}")(x)
