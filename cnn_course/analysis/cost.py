"""What a network costs: parameters, and multiply-adds for one image.

One multiply-add is one operation, as in decks 002 (L848-855) and 003 (the flop columns, L728-814). Biases
are not counted, as there; deck 004 (L284-295) counts each bias as one more: `bias=True`. Pooling,
normalisation, activations and additions count 0. VGG16: 15,470,264,320, with biases 15,483,821,032.

Everything is read from shapes, so nothing is computed and no data are needed. A new kind of layer gets its
rule by one function under `@layer_macs.register`.
"""

from collections import Counter
from functools import singledispatch
from math import prod

import keras
from keras import layers


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

    Raises ValueError if a layer's output has no fixed size.
    """
    return sum(calls * layer_macs(layer, bias=bias) for layer, calls in layer_calls(model))


def layer_calls(model: keras.Model) -> list[tuple[keras.layers.Layer, int]]:
    """The layers of a network in order, each with how often the network applies it (shared layers: > 1)."""
    if not isinstance(model, keras.Function):
        return [(layer, 1) for layer in model.layers]
    # Keras offers no public way to tell this network's calls of a shared layer from another network's.
    calls = Counter(id(node.operation) for nodes in model._nodes_by_depth.values() for node in nodes)
    return [(layer, calls[id(layer)]) for layer in model.layers]


@singledispatch
def layer_macs(layer: keras.layers.Layer, *, bias: bool = False) -> int:
    """Multiply-adds of one call of a layer for one image; 0 for kinds that have no rule here."""
    return 0


@layer_macs.register(keras.Model)
def _network(layer: keras.Model, *, bias: bool = False) -> int:
    return macs(layer, bias=bias)


@layer_macs.register(layers.Dense)
@layer_macs.register(layers.Conv1D)
@layer_macs.register(layers.Conv2D)
@layer_macs.register(layers.Conv3D)
def _dot_products(layer: layers.Layer, *, bias: bool = False) -> int:
    """Each output number is one dot product with the weights of its filter (of its group, if grouped)."""
    return _size(layer, layer.output) * (prod(layer.kernel.shape[:-1]) + _counted(layer, bias))


@layer_macs.register
def _depthwise(layer: layers.DepthwiseConv2D, *, bias: bool = False) -> int:
    kh, kw, _, _ = layer.kernel.shape
    return _size(layer, layer.output) * (kh * kw + _counted(layer, bias))


@layer_macs.register
def _separable(layer: layers.SeparableConv2D, *, bias: bool = False) -> int:
    """At each output position the depthwise kernels, then the 1x1 filters, which alone have a bias."""
    positions = _size(layer, layer.output) // layer.filters
    weights = prod(layer.depthwise_kernel.shape) + prod(layer.pointwise_kernel.shape)
    return positions * (weights + _counted(layer, bias) * layer.filters)


@layer_macs.register
def _transposed(layer: layers.Conv2DTranspose, *, bias: bool = False) -> int:
    """Each input number is multiplied into kh x kw outputs of every filter, cropped borders included."""
    kh, kw, filters, _ = layer.kernel.shape
    added = _size(layer, layer.output) * _counted(layer, bias)
    return _size(layer, layer.input) * kh * kw * filters + added


def _size(layer: layers.Layer, tensor: keras.KerasTensor) -> int:
    """Numbers per image in a layer's input or output."""
    if None in tensor.shape[1:]:
        raise ValueError(f"layer {layer.name} has no fixed size; build the network with a fixed input_shape")
    return prod(tensor.shape[1:])


def _counted(layer: layers.Layer, bias: bool) -> int:
    return int(bias and layer.use_bias)
