"""Residual units: two or three convolutions and a way around them.

Decks 000 (L384-403), 001 (L517-541, L650-657), 002 (L1249-1278).
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from math import prod
from typing import Any, NamedTuple

import keras
from keras import layers

from cnn_course.blocks.convolution import bn, conv, conv_bn, relu
from cnn_course.layers import ZeroPadShortcut

Step = Callable[..., keras.KerasTensor]  # a layer of a block: (x, name=..., index=...) -> x


class Order(NamedTuple):
    """Where batch normalisation and ReLU stand in a residual unit."""

    before: tuple[Step, ...] = ()  # each convolution
    between: tuple[Step, ...] = ()  # after each convolution but the last
    last: tuple[Step, ...] = ()  # after the last convolution
    after: tuple[Step, ...] = ()  # after the addition


def relu_out(x: keras.KerasTensor, *, name: str, index: Any = "") -> keras.KerasTensor:
    """The ReLU that ends a block: `relu` under an address without index."""
    return layers.ReLU(name=f"{name}_out")(x)


UNITS = {  # figure 4 (a) to (e) of He et al., "Identity Mappings in Deep Residual Networks", ECCV 2016
    "original": Order(between=(bn, relu), last=(bn,), after=(relu_out,)),
    "bn_after_addition": Order(between=(bn, relu), after=(bn, relu_out)),
    "relu_before_addition": Order(between=(bn, relu), last=(bn, relu)),
    "relu_only_pre_activation": Order(before=(relu,), between=(bn,), last=(bn,)),
    "full_pre_activation": Order(before=(bn, relu)),
}


SHORTCUTS = ("A", "B")


EXPANSION = 4  # a bottleneck's last convolution has four times the filters of its others


def residual_unit(
    x: keras.KerasTensor,
    convs: Sequence[tuple[int, int, int]],
    *,
    unit: str = "original",
    shortcut: str = "A",
    zero_gamma: bool = False,
    activated: bool = False,
    name: str,
) -> keras.KerasTensor:
    """F(x) + x, where F is made of `convs`, rows of (filters, kernel_size, strides), in the order of `unit`.

    Where F changes the shape, x takes the `shortcut` "A" or "B" (see `reshaping_shortcut`), and both paths
    start behind the activation that comes before the first convolution; a projection is normalised where
    the last convolution is. Elsewhere the shortcut is x itself. `activated` tells the first unit of a network
    that the stem has done this activation. `zero_gamma` starts F at 0, and so the unit as its shortcut.

    Sources: deck 001 (L517-535, L650-657); He et al. 2016, figure 4 and the text on first and last units;
    for gamma = 0 Goyal et al., "Accurate, Large Minibatch SGD", 2017, section 5.1.
    """
    order = UNITS[unit]
    filters, strides = convs[-1][0], prod(stride for _, _, stride in convs)
    start = x if activated else take_steps(x, order.before, name=name, index=1)
    y = residual(start, convs, starting_at_zero(unit) if zero_gamma else order, name=name)
    if strides != 1 or x.shape[-1] != filters:
        x = reshaping_shortcut(
            start, filters, strides=strides, shortcut=shortcut, batch_norm=bn in order.last, name=name
        )
    x = layers.Add(name=f"{name}_add")([y, x])
    return take_steps(x, order.after, name=name, index=len(convs))


def residual(
    x: keras.KerasTensor, convs: Sequence[tuple[int, int, int]], order: Order, *, name: str
) -> keras.KerasTensor:
    """F(x): the convolutions and what `order` puts around them, from the first convolution on."""
    for index, (filters, kernel_size, strides) in enumerate(convs, start=1):
        if index > 1:
            x = take_steps(x, order.before, name=name, index=index)
        x = conv(x, filters, kernel_size, strides=strides, name=name, index=index)
        x = take_steps(x, order.last if index == len(convs) else order.between, name=name, index=index)
    return x


def take_steps(
    x: keras.KerasTensor, steps: Iterable[Step], *, name: str, index: Any = ""
) -> keras.KerasTensor:
    """x after each of `steps` in turn."""
    for step in steps:
        x = step(x, name=name, index=index)
    return x


def starting_at_zero(unit: str) -> Order:
    """The order of `unit` with gamma = 0 in the batch normalisation that ends F; ValueError if there is none.

    A ReLU behind it would not do: its slope at 0 is 0, so the residual would stay 0 for ever.
    """
    able = [other for other, order in UNITS.items() if order.last == (bn,)]
    if unit not in able:
        raise ValueError(
            f"zero_gamma needs a residual that ends in batch normalisation, unlike that of {unit!r}; "
            f"choose one of {', '.join(map(repr, able))}"
        )
    return UNITS[unit]._replace(last=(partial(bn, gamma_initializer="zeros"),))


def reshaping_shortcut(
    x: keras.KerasTensor, filters: int, *, strides: int, shortcut: str, batch_norm: bool = True, name: str
) -> keras.KerasTensor:
    """The shortcut of a unit that changes the shape: (N, H, W, C) -> (N, H/strides, W/strides, filters).

    Option "A" takes every `strides`-th pixel and adds channels of zeros, without parameters; option "B" is
    the `projection_shortcut`. Source: He et al. 2015, sections 3.3 and 4.1.
    """
    if shortcut == "A":
        return ZeroPadShortcut(filters, strides, name=f"{name}_shortcut")(x)
    return projection_shortcut(x, filters, strides=strides, batch_norm=batch_norm, name=name)


def projection_shortcut(
    x: keras.KerasTensor, filters: int, *, strides: int, batch_norm: bool = True, name: str
) -> keras.KerasTensor:
    """1x1 convolution with stride, then batch normalisation unless told otherwise."""
    project = conv_bn if batch_norm else conv
    return project(x, filters, 1, strides=strides, name=f"{name}_shortcut")


def two_convs(filters: int, strides: int) -> tuple[tuple[int, int, int], ...]:
    """The convolutions of the basic block as (filters, kernel_size, strides)."""
    return (filters, 3, strides), (filters, 3, 1)


def residual_block(
    x: keras.KerasTensor,
    filters: int,
    *,
    strides: int = 1,
    unit: str = "original",
    shortcut: str = "A",
    zero_gamma: bool = False,
    activated: bool = False,
    name: str,
) -> keras.KerasTensor:
    """Basic residual block, relu(F(x) + x): (N, H, W, C) -> (N, H/strides, W/strides, filters).

    F is 3x3 conv, BN, ReLU, 3x3 conv, BN. The options are those of `residual_unit`, whose other orders of
    layers `unit` can ask for.
    Source: decks 000 (L384-403), 001 (L517-541), 002 (L1249-1268); He et al. 2015, section 3.2.
    """
    return residual_unit(
        x,
        two_convs(filters, strides),
        unit=unit,
        shortcut=shortcut,
        zero_gamma=zero_gamma,
        activated=activated,
        name=name,
    )


def bottleneck_block(
    x: keras.KerasTensor,
    filters: int,
    *,
    strides: int = 1,
    strided_conv: int = 1,
    unit: str = "original",
    shortcut: str = "B",
    zero_gamma: bool = False,
    activated: bool = False,
    name: str,
) -> keras.KerasTensor:
    """Bottleneck residual block, relu(F(x) + x): (N, H, W, C) -> (N, H/strides, W/strides, 4 * filters).

    F is a 1x1 conv that narrows to `filters` channels, a 3x3 conv, and a 1x1 conv that widens to 4 * filters,
    each with BN, and ReLU between them. For `filters=64` on 256 channels F has 69,632 weights; one 3x3 conv
    256 -> 256 has 589,824. `strided_conv` is the number of the convolution that has the stride, 1 or 2. The
    other options are those of `residual_unit`.
    Source: decks 001 (L376-389, L535) and 002 (L1222-1235); He et al. 2015, figure 5.
    """
    first, second = (strides, 1) if strided_conv == 1 else (1, strides)
    return residual_unit(
        x,
        ((filters, 1, first), (filters, 3, second), (EXPANSION * filters, 1, 1)),
        unit=unit,
        shortcut=shortcut,
        zero_gamma=zero_gamma,
        activated=activated,
        name=name,
    )


def closing_activation(x: keras.KerasTensor, *, unit: str, name: str) -> keras.KerasTensor:
    """What ends a network of pre-activated units: the activation with which one more unit would begin."""
    return take_steps(x, UNITS[unit].before, name=name)


def plain_block(x: keras.KerasTensor, filters: int, *, strides: int = 1, name: str) -> keras.KerasTensor:
    """The layers of `residual_block` without a shortcut, relu(F(x)): what ResNets are compared with."""
    x = residual(x, two_convs(filters, strides), UNITS["original"], name=name)
    return relu_out(x, name=name)
