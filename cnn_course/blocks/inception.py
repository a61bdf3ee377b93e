"""Inception modules: several kernel sizes at once (decks 001, L353-365; 002, L1149-1193; 003, L777-792)."""

from collections.abc import Callable

import keras
from keras import layers

from cnn_course.blocks.convolution import conv_relu


def inception_naive(
    x: keras.KerasTensor,
    filters_1x1: int,
    filters_3x3: int,
    filters_5x5: int,
    *,
    conv: Callable[..., keras.KerasTensor] = conv_relu,
    name: str,
) -> keras.KerasTensor:
    """Three convolutions and 3x3 max pooling side by side: (N, H, W, C) -> (N, H, W, f1 + f3 + f5 + C).

    Pooling keeps all C maps, so the output always has more maps than the input; 5x5 filters over many maps
    are dear. `conv` may be `conv_bn_relu` instead. Source: Szegedy et al., "Going Deeper with Convolutions",
    CVPR 2015, figure 2a; decks 001 (L353-360), 002 (L1149-1179), 003 (L777-790).
    """
    branches = [
        conv(x, filters_1x1, 1, name=name, index="1x1"),
        conv(x, filters_3x3, 3, name=name, index="3x3"),
        conv(x, filters_5x5, 5, name=name, index="5x5"),
        layers.MaxPooling2D(3, strides=1, padding="same", name=f"{name}_pool")(x),
    ]
    return layers.Concatenate(name=f"{name}_out")(branches)


def inception(
    x: keras.KerasTensor,
    filters_1x1: int,
    reduce_3x3: int,
    filters_3x3: int,
    reduce_5x5: int,
    filters_5x5: int,
    filters_pool: int,
    *,
    conv: Callable[..., keras.KerasTensor] = conv_relu,
    name: str,
) -> keras.KerasTensor:
    """`inception_naive` with 1x1 bottlenecks: (N, H, W, C) -> (N, H, W, f1 + f3 + f5 + filters_pool).

    Before the 3x3 and 5x5 filters a 1x1 convolution leaves them `reduce_...` maps to look at; after the
    pooling one makes `filters_pool` of the C maps. `conv` may be `conv_bn_relu` instead. Source: Szegedy et
    al., "Going Deeper with Convolutions", CVPR 2015, figure 2b; decks 001 (L364-365), 002 (L1183-1193), 003
    (L792).
    """
    reduced_3x3 = conv(x, reduce_3x3, 1, name=name, index="3x3_reduce")
    reduced_5x5 = conv(x, reduce_5x5, 1, name=name, index="5x5_reduce")
    pooled = layers.MaxPooling2D(3, strides=1, padding="same", name=f"{name}_pool")(x)
    branches = [
        conv(x, filters_1x1, 1, name=name, index="1x1"),
        conv(reduced_3x3, filters_3x3, 3, name=name, index="3x3"),
        conv(reduced_5x5, filters_5x5, 5, name=name, index="5x5"),
        conv(pooled, filters_pool, 1, name=name, index="_pool"),
    ]
    return layers.Concatenate(name=f"{name}_out")(branches)
