"""Depthwise separable convolutions and the units of Xception and MobileNetV2 (deck 001, L661-744)."""

from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import layers

from cnn_course.blocks.convolution import bn, conv, conv_bn, relu
from cnn_course.blocks.residual import projection_shortcut


def depthwise_he_normal(channels: int) -> keras.initializers.Initializer:
    """He initialisation for depthwise kernels: each sees kh * kw numbers, where Keras counts all channels."""
    return keras.initializers.VarianceScaling(2.0 * channels)


def depthwise_conv_bn(
    x: keras.KerasTensor, kernel_size: int = 3, *, strides: int = 1, name: str, index: Any = ""
) -> keras.KerasTensor:
    """One kernel for each channel, then batch normalisation.

    (N, H, W, C) -> (N, ceil(H / strides), ceil(W / strides), C). Pads as Keras does ("same"), because the
    networks that are made of this were written so. Source: decks 001 (L661-676) and 002 (L328-332).
    """
    x = layers.DepthwiseConv2D(
        kernel_size,
        strides=strides,
        padding="same",
        use_bias=False,
        depthwise_initializer=depthwise_he_normal(x.shape[-1]),
        name=f"{name}_conv{index}",
    )(x)
    return bn(x, name=name, index=index)


def separable_conv_bn(
    x: keras.KerasTensor, filters: int, kernel_size: int = 3, *, name: str, index: Any = ""
) -> keras.KerasTensor:
    """Depthwise separable convolution, then batch normalisation: (N, H, W, C) -> (N, H, W, filters).

    First one kernel per channel, then 1x1 filters across the channels: kh * kw * C + C * filters weights
    instead of kh * kw * C * filters. Source: deck 001 (L661-718).
    """
    x = layers.SeparableConv2D(
        filters,
        kernel_size,
        padding="same",
        use_bias=False,
        depthwise_initializer=depthwise_he_normal(x.shape[-1]),
        pointwise_initializer="he_normal",
        name=f"{name}_conv{index}",
    )(x)
    return bn(x, name=name, index=index)


def extreme_inception_bn(
    x: keras.KerasTensor, filters: int, kernel_size: int = 3, *, name: str, index: Any = ""
) -> keras.KerasTensor:
    """`separable_conv_bn` in the reverse order: 1x1 filters first, then one kernel per channel of theirs.

    An inception module with as many branches as channels: C * filters + kh * kw * filters weights.
    Source: deck 001 (L676); Chollet, "Xception", CVPR 2017, section 1.1.
    """
    x = conv(x, filters, 1, name=f"{name}_pointwise", index=index)
    return depthwise_conv_bn(x, kernel_size, name=f"{name}_depthwise", index=index)


def xception_block(
    x: keras.KerasTensor,
    filters: Sequence[int],
    *,
    strides: int = 1,
    conv: Callable[..., keras.KerasTensor] = separable_conv_bn,
    relu_first: bool = True,
    name: str,
) -> keras.KerasTensor:
    """ReLU and convolution per entry of `filters`, 3x3 max pooling if `strides` > 1, plus the shortcut.

    (N, H, W, C) -> (N, ceil(H / strides), ceil(W / strides), filters[-1]). `conv` is `separable_conv_bn` or
    any block with its arguments. Where the shape changes the shortcut is a projection. No ReLU after the
    addition. Source: Chollet, "Xception", CVPR 2017, figure 5, whose first block has no ReLU before its
    first convolution (`relu_first=False`).
    """
    residual = x
    for index, width in enumerate(filters, start=1):
        if index > 1 or relu_first:
            residual = relu(residual, name=name, index=index)
        residual = conv(residual, width, name=name, index=index)
    if strides > 1:
        residual = layers.MaxPooling2D(3, strides=strides, padding="same", name=f"{name}_pool")(residual)
    if strides > 1 or x.shape[-1] != filters[-1]:
        x = projection_shortcut(x, filters[-1], strides=strides, name=name)
    return layers.Add(name=f"{name}_add")([residual, x])


def inverted_residual(
    x: keras.KerasTensor, filters: int, *, expansion: int = 6, strides: int = 1, name: str
) -> keras.KerasTensor:
    """Bottleneck of MobileNetV2: narrow outside, wide inside, where `residual_block`s are the reverse.

    (N, H, W, C) -> (N, ceil(H / strides), ceil(W / strides), filters). A 1x1 convolution expands to
    `expansion` * C channels (left out if that is 1 * C), a 3x3 kernel for each channel takes the stride, a
    1x1 convolution projects, and no activation follows: a ReLU would lose what few channels hold. The other
    activations are ReLU6, min(max(x, 0), 6), which low precision can hold. The shortcut is x itself, at
    stride 1 and equal channels only. Source: Sandler et al., "MobileNetV2", CVPR 2018, section 3; deck 001
    (L728-744).
    """
    residual = x
    if expansion != 1:
        residual = conv_bn(residual, expansion * x.shape[-1], 1, name=f"{name}_expand")
        residual = layers.ReLU(max_value=6, name=f"{name}_expand_relu")(residual)
    residual = depthwise_conv_bn(residual, strides=strides, name=f"{name}_depthwise")
    residual = layers.ReLU(max_value=6, name=f"{name}_depthwise_relu")(residual)
    residual = conv_bn(residual, filters, 1, name=f"{name}_project")
    if strides == 1 and x.shape[-1] == filters:
        return layers.Add(name=f"{name}_add")([residual, x])
    return residual
