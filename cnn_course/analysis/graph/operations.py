"""Operations on tensors, those of `keras.ops` and Python's own, as operations of the canonical graph."""

from collections.abc import Mapping, Sequence
from typing import Any

from cnn_course.analysis.graph import elementwise, spatial, weightless
from cnn_course.analysis.graph.described import (
    Layer,
    one,
)
from cnn_course.analysis.graph.nodes import Graph, Node, Tensor
from cnn_course.analysis.graph.values import (
    listing,
    mapping,
    number,
    pair,
)


def reduce(graph: Graph, layer: Layer, tensors: Sequence[Tensor], how: str) -> Tensor | None:
    tensor, axes = one(layer, tensors), layer.config.get("axis")
    if not isinstance(axes, list | tuple) or sorted(a % 4 if type(a) is int else -1 for a in axes) != [1, 2]:
        return None
    if tensor.flat or layer.config.get("initial") is not None:
        return None
    return weightless.global_pool(graph, layer, tensors, how)


def clip(graph: Graph, layer: Layer, tensors: Sequence[Tensor]) -> Tensor | None:
    tensor = one(layer, tensors)
    low, high = (_bound(layer, place, key) for place, key in ((1, "x_min"), (2, "x_max")))
    if low != 0 or not high:
        return None
    top = ("relu", 0.0, number(high, "x_max"), 0.0)
    return Tensor(elementwise.activation(graph, tensor.node, top, layer=layer.name), tensor.flat)


def _bound(layer: Layer, place: int, key: str) -> Any:
    value = layer.config.get(key, layer.args[place] if len(layer.args) > place else layer.kwargs.get(key))
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def pad(graph: Graph, layer: Layer, tensors: Sequence[Tensor]) -> Tensor | None:
    tensor, widths = one(layer, tensors), listing(layer.config.get("pad_width"), "pad_width")
    filler = layer.kwargs.get("constant_values")
    if layer.config.get("mode", "constant") != "constant" or filler not in (None, 0) or len(widths) != 4:
        return None
    batch, rows, columns, channels = (pair(width, "pad_width", 0) for width in widths)
    if batch != (0, 0):
        return None
    x = spatial.pad(graph, tensor.node, (rows, columns), layer=layer.name)
    return Tensor(spatial.pad_channels(graph, x, *channels, layer=layer.name), flat=False)


ALL = (None, None, None)  # the slice [:]


def get_item(graph: Graph, layer: Layer, tensors: Sequence[Tensor]) -> Tensor | None:
    """x[:, ::2, ::2] and x[:, 1:-1, 1:-1]."""
    tensor = one(layer, tensors)
    if len(layer.args) != 2 or tensor.flat or not isinstance(layer.args[1], list | tuple):
        return None
    slices = [_slice(entry) for entry in layer.args[1]]
    slices += [ALL] * (4 - len(slices))
    batch, rows, columns, channels = slices[:4]
    if len(slices) != 4 or batch != ALL or channels != ALL or rows is None or columns is None:
        return None
    (top, bottom, down), (left, right, across) = rows, columns
    if any((stop or 0) > 0 or (start or 0) < 0 for start, stop in ((top, bottom), (left, right))):
        return None
    x = spatial.pad(graph, tensor.node, ((0, bottom or 0), (0, right or 0)), layer=layer.name)
    start, strides = (top or 0, left or 0), (down or 1, across or 1)
    if strides == (1, 1):
        x = spatial.pad(graph, x, ((-start[0], 0), (-start[1], 0)), layer=layer.name)
    else:
        x = spatial.subsample(graph, x, strides=strides, start=start, layer=layer.name)
    return Tensor(x, flat=False)


def _slice(entry: Any) -> tuple[int | None, int | None, int | None] | None:
    if not isinstance(entry, Mapping) or entry.get("class_name") != "__slice__":
        return None
    parts = mapping(entry.get("config"), "a slice")
    start, stop, step = (parts.get(key) for key in ("start", "stop", "step"))
    if not all(part is None or type(part) is int for part in (start, stop, step)) or (step or 1) < 1:
        return None
    return (start or None, stop, None if step == 1 else step)


def zeros(graph: Graph, layer: Layer, tensors: Sequence[Tensor]) -> Tensor:
    tensor = one(layer, tensors)
    size = graph.nodes[tensor.node].shape
    return Tensor(graph.add(Node("zeros", (tensor.node,), shape=size, positive=True)), tensor.flat)


def squeeze(graph: Graph, layer: Layer, tensors: Sequence[Tensor]) -> Tensor | None:
    """A map of one pixel as a vector."""
    tensor = one(layer, tensors)
    size, axes = graph.nodes[tensor.node].shape, layer.config.get("axis")
    both = axes is None or (isinstance(axes, list | tuple) and sorted(map(str, axes)) == ["1", "2"])
    return Tensor(tensor.node, flat=True) if both and size is not None and len(size) == 1 else None
