"""Layers without weights as operations of the canonical graph."""

from collections.abc import Sequence
from typing import Any

from cnn_course.analysis.graph import activations, elementwise, joining, spatial
from cnn_course.analysis.graph.described import Layer, one, unknown_function
from cnn_course.analysis.graph.nodes import Graph, Node, Shape, Tensor, as_map, facts
from cnn_course.analysis.graph.values import (
    frozen,
    listing,
    number,
    pair,
    refuse,
    shape,
    sides,
    switch,
    whole,
)
from cnn_course.analysis.graph.weighted import padding_of


def activation(graph: Graph, layer: Layer, tensors: Sequence[Tensor]) -> Tensor | None:
    tensor = one(layer, tensors)
    function = activations.layer_function(layer.kind, layer.config, rank=1 if tensor.flat else 3)
    if function is None:
        return unknown_function(graph, layer, tensor) if layer.kind == "Activation" else None
    return Tensor(elementwise.activation(graph, tensor.node, function, layer=layer.name), tensor.flat)


def dropout(graph: Graph, layer: Layer, tensors: Sequence[Tensor]) -> Tensor | None:
    tensor, noise = one(layer, tensors), layer.config.get("noise_shape")
    spatial_noise = noise is not None and list(shape(noise, "noise_shape"))[1:3] == [1, 1]
    if (noise is not None and not spatial_noise) or layer.training:
        return None
    if layer.training is False:
        return tensor
    rate = number(layer.config.get("rate"), "rate")
    whole_maps = spatial_noise or layer.kind == "SpatialDropout2D"
    x = elementwise.dropout(graph, tensor.node, rate, spatial=whole_maps, call=layer.call, layer=layer.name)
    return Tensor(x, tensor.flat)


def nothing(graph: Graph, layer: Layer, tensors: Sequence[Tensor]) -> Tensor:
    return one(layer, tensors)


def unless_identity(graph: Graph, layer: Layer, tensors: Sequence[Tensor]) -> Tensor | None:
    """What enlarges, permutes or crops; the input itself where this changes nothing."""
    tensor, config = one(layer, tensors), layer.config
    size = as_map(graph.nodes[tensor.node].shape)[:2]
    does_nothing = {
        "UpSampling2D": config.get("size") in (1, [1, 1], (1, 1)),
        "Permute": _counts_up(config.get("dims"), 1),
        "Transpose": _counts_up(config.get("axes"), 0),
        "CenterCrop": size == (config.get("height"), config.get("width")),
    }
    return tensor if does_nothing[layer.kind] else None


def _counts_up(axes: Any, first: int) -> bool:
    return isinstance(axes, list | tuple) and list(axes) == list(range(first, first + len(axes)))


def pool(graph: Graph, layer: Layer, tensors: Sequence[Tensor], how: str) -> Tensor:
    size = pair(layer.config.get("pool_size", 2), "pool_size")
    strides = layer.config.get("strides")
    x = spatial.pool(
        graph, one(layer, tensors).node, how=how, size=size, padding=padding_of(layer.config),
        layer=layer.name, strides=size if strides is None else pair(strides, "strides"),
    )  # fmt: skip
    return Tensor(x, flat=False)


def global_pool(graph: Graph, layer: Layer, tensors: Sequence[Tensor], how: str) -> Tensor:
    x = spatial.global_pool(graph, one(layer, tensors).node, how=how, layer=layer.name)
    return Tensor(x, flat=not switch(layer.config.get("keepdims", False), "keepdims"))


def zero_padding(graph: Graph, layer: Layer, tensors: Sequence[Tensor]) -> Tensor:
    borders = sides(layer.config.get("padding", 1), "padding")
    return Tensor(spatial.pad(graph, one(layer, tensors).node, borders, layer=layer.name), flat=False)


def cropping(graph: Graph, layer: Layer, tensors: Sequence[Tensor]) -> Tensor:
    (top, bottom), (left, right) = sides(layer.config.get("cropping", 0), "cropping")
    borders = ((-top, -bottom), (-left, -right))
    return Tensor(spatial.pad(graph, one(layer, tensors).node, borders, layer=layer.name), flat=False)


def flatten(graph: Graph, layer: Layer, tensors: Sequence[Tensor]) -> Tensor:
    return Tensor(spatial.flatten(graph, one(layer, tensors).node, layer=layer.name), flat=True)


def reshape(graph: Graph, layer: Layer, tensors: Sequence[Tensor]) -> Tensor | None:
    target = layer.config.get("target_shape", layer.config.get("newshape"))
    entries = list(listing(target, "target_shape"))
    if "newshape" in layer.config:  # `keras.ops.reshape` names the batch too
        entries = entries[1:]
    sizes = [n if n == -1 and type(n) is int else whole(n, "target_shape") for n in entries]
    if not 1 <= len(sizes) <= 8 or len(sizes) == 2:
        return None
    x = spatial.reshape(graph, one(layer, tensors).node, sizes, layer=layer.name)
    return Tensor(x, flat=len(sizes) == 1)


def zero_pad_shortcut(graph: Graph, layer: Layer, tensors: Sequence[Tensor]) -> Tensor:
    filters, strides = (
        whole(layer.config.get("filters"), "filters"),
        pair(layer.config.get("strides", 1), "strides"),
    )
    x = spatial.subsample(graph, one(layer, tensors).node, strides=strides, layer=layer.name)
    channels = as_map(graph.nodes[x].shape)[2]
    missing = 0 if channels is None else filters - channels
    if missing < 0:
        raise refuse(f"a shortcut only adds channels: {channels} came, {filters} asked")
    x = spatial.pad_channels(graph, x, missing // 2, missing - missing // 2, layer=layer.name)
    return Tensor(x, flat=False)


def rescaling(graph: Graph, layer: Layer, tensors: Sequence[Tensor]) -> Tensor:
    tensor = one(layer, tensors)
    scale, offset = (
        number(value, key) if isinstance(value, int | float) else frozen(value)
        for key, value in (("scale", layer.config.get("scale")), ("offset", layer.config.get("offset", 0.0)))
    )
    return Tensor(elementwise.affine(graph, tensor.node, scale, offset, layer=layer.name), tensor.flat)


def merge(graph: Graph, layer: Layer, tensors: Sequence[Tensor], kind: str) -> Tensor | None:
    numbers = [v for v in layer.args if isinstance(v, int | float) and not isinstance(v, bool)]
    flat = all(tensor.flat for tensor in tensors)
    if len(tensors) == 1 and len(layer.args) == 2 and len(numbers) == 1:
        return _with_number(graph, layer, tensors[0], kind, float(number(numbers[0], "a number")))
    if not tensors or (len(layer.args) == 2 and len(tensors) != 2):
        return None
    return Tensor(_merged(graph, layer, [t.node for t in tensors], kind), flat)


def _merged(graph: Graph, layer: Layer, sources: Sequence[int], kind: str) -> int:
    """A merge, or what it comes to: y + y is 2 y, a - (-b) is a + b, y * sigmoid(y) is SiLU."""
    nodes = [graph.nodes[source] for source in sources]
    if all(node.kind == "flatten" for node in nodes) and len({_inner_shape(graph, n) for n in nodes}) == 1:
        return spatial.flatten(graph, _merged(graph, layer, [n.inputs[0] for n in nodes], kind))
    if len(set(sources)) == 1 and kind in ("maximum", "minimum", "average"):
        return sources[0]
    if len(set(sources)) == 1 and kind == "add":
        return elementwise.affine(graph, sources[0], float(len(sources)), 0.0, layer=layer.name)
    if len(sources) == 2:
        found = _signed(graph, layer, sources, kind)
        found = _gated(graph, layer, sources) if found is None and kind == "multiply" else found
        if found is not None:
            return found
    return joining.merge(graph, sources, kind, layer=layer.name)


def _inner_shape(graph: Graph, node: Node) -> Shape:
    return graph.nodes[node.inputs[0]].shape


def _signed(graph: Graph, layer: Layer, sources: Sequence[int], kind: str) -> int | None:
    """A sum or difference with a negative branch."""
    negative = [node.kind == "affine" and node.facts == MINUS for node in (graph.nodes[s] for s in sources)]
    if kind == "subtract" and negative == [False, True]:
        return joining.merge(graph, [sources[0], graph.nodes[sources[1]].inputs[0]], "add", layer=layer.name)
    if kind != "add" or sum(negative) != 1:
        return None
    less = graph.nodes[sources[negative.index(True)]].inputs[0]
    return joining.merge(graph, [sources[negative.index(False)], less], "subtract", layer=layer.name)


def _gated(graph: Graph, layer: Layer, sources: Sequence[int]) -> int | None:
    """An activation that multiplies its input with another activation of it."""
    for gate, both in GATES.items():
        for y, other in (sources, sources[::-1]):
            if elementwise.activation(graph, y, (gate,), layer=layer.name) == other:
                return elementwise.activation(graph, y, (both,), layer=layer.name)
    return None


MINUS = facts(scale=-1.0, offset=0.0)
GATES = {"sigmoid": "silu", "hard_sigmoid": "hard_silu"}


def _with_number(graph: Graph, layer: Layer, tensor: Tensor, kind: str, value: float) -> Tensor | None:
    """x + 1, 2 * x, 1 - x, x / 255, maximum(x, 0)."""
    number_first = not isinstance(layer.args[0], Tensor)
    scale, offset = {
        "add": (1.0, value),
        "multiply": (value, 0.0),
        "subtract": (-1.0, value) if number_first else (1.0, -value),
        "divide": (1 / value if value else 0.0, 0.0),
    }.get(kind, (0.0, 0.0))
    if kind == "maximum" and value == 0:
        return Tensor(
            elementwise.activation(graph, tensor.node, activations.RELU, layer=layer.name), tensor.flat
        )
    if kind == "minimum" and value > 0 and graph.nodes[tensor.node].positive:
        top = ("relu", 0.0, value, 0.0)
        return Tensor(elementwise.activation(graph, tensor.node, top, layer=layer.name), tensor.flat)
    if kind in ("maximum", "minimum") or (kind == "divide" and (number_first or not value)):
        return None
    return Tensor(elementwise.affine(graph, tensor.node, scale, offset, layer=layer.name), tensor.flat)


def negative(graph: Graph, layer: Layer, tensors: Sequence[Tensor]) -> Tensor:
    tensor = one(layer, tensors)
    return Tensor(elementwise.affine(graph, tensor.node, -1.0, 0.0, layer=layer.name), tensor.flat)


def concatenate(graph: Graph, layer: Layer, tensors: Sequence[Tensor]) -> Tensor | None:
    flat = bool(tensors) and tensors[0].flat
    if not tensors or layer.config.get("axis", -1) not in (-1, 1 if flat else 3):
        return None
    return Tensor(joining.concatenate(graph, [t.node for t in tensors], layer=layer.name), flat)
