"""What a network costs: parameters, and multiply-adds for one image.

One multiply-add is one operation, as in decks 002 (L848-855) and 003 (the flop columns, L728-814). Biases
are not counted, as there; deck 004 (L284-295) counts each bias as one more: `bias=True`. Pooling,
normalisation, activations and additions count 0. VGG16: 15,470,264,320, with biases 15,483,821,032.

Everything is read from shapes, so nothing is computed and no data are needed. A new kind of layer gets its
rule by one function under `@layer_macs.register`.
"""

from functools import singledispatch
from math import prod
from typing import Any

import keras
from keras import layers

from cnn_course import layers as ours
from cnn_course.analysis.calls import Call, Shape, layer_calls


def parameters(model: keras.layers.Layer) -> dict[str, int]:
    """How many numbers a network (or layer) holds: total, trainable and non_trainable.

    Moving statistics of batch normalisation and frozen layers are not trainable.
    """
    trainable = sum(prod(weight.shape) for weight in model.trainable_weights)
    total = sum(prod(weight.shape) for weight in model.weights)
    return {"total": total, "trainable": trainable, "non_trainable": total - trainable}


def biases(layer: keras.layers.Layer) -> int:
    """How many of the parameters are biases; the tables of decks 001 to 003 leave these out."""
    return sum(prod(weight.shape) for weight in layer.weights if weight.name == "bias")


def macs(model: keras.Model, *, bias: bool = False) -> int:
    """Multiply-adds of the whole network for one image; networks inside the network included.

    Layers with weights for whose kind there is no rule are left out (`call_macs` gives None for them).
    Raises ValueError if a layer's output has no fixed size.
    """
    return sum(call_macs(call, bias=bias) or 0 for call in layer_calls(model))


def call_macs(call: Call, *, bias: bool = False) -> int | None:
    """Multiply-adds of one call for one image; None for a layer with weights but without a rule here."""
    return layer_macs(call.layer, call.input_shape, call.output_shape, bias=bias)


@singledispatch
def layer_macs(layer: Any, input_shape: Shape, output_shape: Shape, *, bias: bool = False) -> int | None:
    """Multiply-adds of a layer that turns input_shape into output_shape (both with the batch)."""
    return None if getattr(layer, "weights", ()) else 0


def countable(layer: Any) -> bool:
    """Whether the multiply-adds of a layer are known: it has a rule here, or no weights to multiply with."""
    has_rule = layer_macs.dispatch(type(layer)) is not layer_macs.dispatch(object)
    return has_rule or not getattr(layer, "weights", ())


@layer_macs.register(layers.Dense)
@layer_macs.register(layers.Conv1D)
@layer_macs.register(layers.Conv2D)
@layer_macs.register(layers.Conv3D)
def _dot_products(layer: layers.Layer, input_shape: Shape, output_shape: Shape, *, bias: bool = False) -> int:
    """Each output number is one dot product with the weights of its filter (of its group, if grouped)."""
    return _size(layer, output_shape) * (prod(layer.kernel.shape[:-1]) + _counted(layer, bias))


@layer_macs.register(layers.DepthwiseConv1D)
@layer_macs.register(layers.DepthwiseConv2D)
def _depthwise(layer: layers.Layer, input_shape: Shape, output_shape: Shape, *, bias: bool = False) -> int:
    return _size(layer, output_shape) * (prod(layer.kernel_size) + _counted(layer, bias))


@layer_macs.register(layers.SeparableConv1D)
@layer_macs.register(layers.SeparableConv2D)
def _separable(layer: layers.Layer, input_shape: Shape, output_shape: Shape, *, bias: bool = False) -> int:
    """At each output position the depthwise kernels, then the 1x1 filters, which alone have a bias."""
    positions = _size(layer, output_shape) // layer.filters
    weights = prod(layer.depthwise_kernel.shape) + prod(layer.pointwise_kernel.shape)
    return positions * (weights + _counted(layer, bias) * layer.filters)


@layer_macs.register(layers.Conv1DTranspose)
@layer_macs.register(layers.Conv2DTranspose)
@layer_macs.register(layers.Conv3DTranspose)
def _transposed(layer: layers.Layer, input_shape: Shape, output_shape: Shape, *, bias: bool = False) -> int:
    """Each input number is multiplied into a kernel of outputs of every filter, cropped borders included."""
    weights = prod(layer.kernel_size) * layer.filters
    added = _size(layer, output_shape) * _counted(layer, bias)
    return _size(layer, input_shape) * weights + added


@layer_macs.register
def _maxout(layer: ours.Maxout, input_shape: Shape, output_shape: Shape, *, bias: bool = False) -> int:
    """Each unit is several dot products; that the largest is taken costs nothing here."""
    products = _size(layer, output_shape) * layer.pieces
    return products * (layer.kernel.shape[0] + _counted(layer, bias))


@layer_macs.register
def _locally_connected(
    layer: ours.LocallyConnected2D, input_shape: Shape, output_shape: Shape, *, bias: bool = False
) -> int:
    """As many as the convolution: not sharing costs memory, not multiplications."""
    return prod(layer.kernel.shape) + _size(layer, output_shape) * _counted(layer, bias)


@layer_macs.register(layers.BatchNormalization)
@layer_macs.register(layers.LayerNormalization)
@layer_macs.register(layers.GroupNormalization)
@layer_macs.register(layers.PReLU)
@layer_macs.register(layers.Embedding)
@layer_macs.register(layers.Normalization)
def _free(layer: layers.Layer, input_shape: Shape, output_shape: Shape, *, bias: bool = False) -> int:
    """Weights, but nothing that the decks would count."""
    return 0


def _size(layer: layers.Layer, shape: Shape) -> int:
    """Numbers per image in a layer's input or output."""
    sizes = [side for side in shape[1:] if side is not None]
    if len(sizes) < len(shape) - 1:
        raise ValueError(f"layer {layer.name} has no fixed size; build the network with a fixed input_shape")
    return prod(sizes)


def _counted(layer: layers.Layer, bias: bool) -> int:
    return int(bias and layer.use_bias)
