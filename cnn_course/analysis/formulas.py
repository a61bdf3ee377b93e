"""Where the parameters of a layer come from, as a formula that adds up to exactly their number.

As decks 001 to 004 write it: (3*3*64+1)*128 for a convolution with biases, 3*3*64*128 without. Batch
normalisation has 4 numbers per channel, two of which are moving statistics.
"""

from collections import Counter
from collections.abc import Iterable
from functools import singledispatch
from typing import Any

from keras import layers

from cnn_course import layers as ours

MOST_TERMS = 6  # a layer with more arrays than these is better asked itself


@singledispatch
def formula(layer: Any) -> str | None:
    """The formula of a layer's parameters; None if it has none, or too many different ones."""
    weights = getattr(layer, "weights", ())
    return sum_of(_product(weight.shape) for weight in weights) if 0 < len(weights) <= MOST_TERMS else None


def sum_of(formulas: Iterable[str]) -> str:
    """Several formulas added up, equal ones counted: 2*(3*3*16*16) + 4*16."""
    counts = Counter(formulas)
    return " + ".join(f"{n}*({text})" if n > 1 else text for text, n in counts.items())


@formula.register(layers.Dense)
@formula.register(layers.Conv1D)
@formula.register(layers.Conv2D)
@formula.register(layers.Conv3D)
def _filters(layer: layers.Layer) -> str:
    """(weights of one filter + 1) * filters; each filter of a grouped convolution sees its group only."""
    *window, seen, filters = layer.kernel.shape
    groups = getattr(layer, "groups", 1)
    depth = f"{seen * groups}/{groups}" if groups > 1 else str(seen)
    return _with_bias("*".join([*map(str, window), depth]), str(filters), layer.use_bias)


@formula.register(layers.DepthwiseConv1D)
@formula.register(layers.DepthwiseConv2D)
def _depthwise(layer: layers.Layer) -> str:
    *window, channels, multiplier = layer.kernel.shape
    return _with_bias(_product(window), _times(channels, multiplier), layer.use_bias)


@formula.register(layers.SeparableConv1D)
@formula.register(layers.SeparableConv2D)
def _separable(layer: layers.Layer) -> str:
    """A window per channel, then 1x1 filters, which alone have biases."""
    *window, channels, multiplier = layer.depthwise_kernel.shape
    depth = _times(channels, multiplier)
    return f"{_product(window)}*{depth} + " + _with_bias(depth, str(layer.filters), layer.use_bias)


@formula.register(layers.Conv1DTranspose)
@formula.register(layers.Conv2DTranspose)
@formula.register(layers.Conv3DTranspose)
def _transposed(layer: layers.Layer) -> str:
    *window, filters, channels = layer.kernel.shape
    return _with_bias(_product([*window, channels]), str(filters), layer.use_bias)


@formula.register(layers.BatchNormalization)
@formula.register(layers.LayerNormalization)
@formula.register(layers.GroupNormalization)
def _per_channel(layer: layers.Layer) -> str | None:
    shapes = [tuple(weight.shape) for weight in layer.weights]
    if not shapes:
        return None
    return f"{len(shapes)}*{_product(shapes[0])}"


@formula.register
def _maxout(layer: ours.Maxout) -> str:
    return _with_bias(str(layer.kernel.shape[0]), f"{layer.units}*{layer.pieces}", layer.use_bias)


@formula.register
def _local(layer: ours.LocallyConnected2D) -> str:
    """The filters of a convolution, once for every output position."""
    rows, columns, *window, filters = layer.kernel.shape
    return _with_bias(_product(window), f"{rows}*{columns}*{filters}", layer.use_bias)


def _with_bias(weights: str, filters: str, use_bias: bool) -> str:
    return f"({weights}+1)*{filters}" if use_bias else f"{weights}*{filters}"


def _product(sizes: Iterable[int]) -> str:
    """3*3*64; sizes of 1 are left out: one slope per channel of a PReLU is stored as 1*1*64."""
    return "*".join(str(size) for size in sizes if size != 1) or "1"


def _times(channels: int, multiplier: int) -> str:
    return f"{channels}*{multiplier}" if multiplier > 1 else str(channels)
