"""What the slides call a layer: CONV3-64, POOL2, FC-4096 (decks 001 L483-506, 003 L607-700).

Their names know no strides, groups or dilation; these follow in the usual way: CONV7-64/2, CONV5-256 g2,
CONV3-64 d2, and POOL3/2 for AlexNet's overlapping pooling. A kind that no deck names keeps its own.
"""

from collections.abc import Sequence
from typing import Any

from keras import layers

from cnn_course import layers as ours

CONVOLUTIONS = {
    (layers.Conv1D, layers.Conv2D, layers.Conv3D): "CONV",
    (layers.SeparableConv1D, layers.SeparableConv2D): "SEPCONV",
    (layers.DepthwiseConv1D, layers.DepthwiseConv2D): "DWCONV",
    (layers.Conv1DTranspose, layers.Conv2DTranspose, layers.Conv3DTranspose): "TCONV",
    (ours.LocallyConnected2D,): "LOCAL",
}
POOLINGS = {
    (layers.MaxPooling1D, layers.MaxPooling2D, layers.MaxPooling3D): "POOL",
    (layers.AveragePooling1D, layers.AveragePooling2D, layers.AveragePooling3D): "AVGPOOL",
    (ours.L2Pooling2D,): "L2POOL",
}
NAMES = {
    layers.InputLayer: "INPUT",
    layers.ReLU: "RELU",
    layers.LeakyReLU: "LEAKY RELU",
    layers.Softmax: "SOFTMAX",
    layers.BatchNormalization: "BN",
    layers.Flatten: "FLATTEN",
    layers.Dropout: "DROPOUT",
    layers.GlobalAveragePooling2D: "GAP",
    layers.ZeroPadding2D: "PAD",
    layers.Add: "ADD",
    layers.Concatenate: "CONCAT",
    ours.LocalResponseNormalization: "NORM",
    ours.LocalContrastNormalization: "NORM",
}


def slide_name(layer: Any) -> str:
    """The name of a layer on the slides, without its number in the network."""
    for kinds, name in CONVOLUTIONS.items():
        if isinstance(layer, kinds):
            return _convolution(layer, name)
    for kinds, name in POOLINGS.items():
        if isinstance(layer, kinds):
            return _pooling(layer, name)
    if isinstance(layer, layers.Dense):
        return f"FC-{layer.units}"
    if isinstance(layer, ours.Maxout):
        return f"MAXOUT-{layer.units}"
    if isinstance(layer, layers.Activation):
        return getattr(layer.activation, "__name__", "activation").upper()
    return NAMES.get(type(layer), type(layer).__name__)


def _convolution(layer: Any, name: str) -> str:
    filters = f"-{layer.filters}" if getattr(layer, "filters", None) else ""
    strides = f"/{_sides(layer.strides)}" if set(layer.strides) != {1} else ""
    groups = f" g{layer.groups}" if getattr(layer, "groups", 1) > 1 else ""
    rates = getattr(layer, "dilation_rate", (1,))
    dilation = f" d{_sides(rates)}" if set(rates) != {1} else ""
    return f"{name}{_sides(layer.kernel_size)}{filters}{strides}{groups}{dilation}"


def _pooling(layer: Any, name: str) -> str:
    overlapping = tuple(layer.strides) != tuple(layer.pool_size)
    return f"{name}{_sides(layer.pool_size)}" + (f"/{_sides(layer.strides)}" if overlapping else "")


def _sides(sizes: Sequence[int]) -> str:
    """3 for 3x3, 3x1 for what is not square."""
    return str(sizes[0]) if len(set(sizes)) == 1 else "x".join(map(str, sizes))
