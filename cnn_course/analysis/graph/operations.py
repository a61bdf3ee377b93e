"""Operations on tensors, those of `keras.ops` and Python's own, as operations of the canonical graph."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from cnn_course.analysis.graph import elementwise, spatial, weightless
from cnn_course.analysis.graph.described import (
    Layer,
    one,
)
from cnn_course.analysis.graph.nodes import Graph, Node, Tensor
from cnn_course.analysis.graph.values import (
    LONGEST,
    listing,
    mapping,
    number,
    pair,
)


def reduce(graph: Graph, layer: Layer, tensors: Sequence[Tensor], how: str) -> Tensor | None:
    tensor, axes = one(layer, tensors), layer.config.get("axis")
    if tensor.flat or layer.config.get("initial") is not None:
        return None
    if type(axes) is int and (half := _half_reduced(graph.nodes[tensor.node], layer)) is not None:
        axes, tensors = half, [Tensor(graph.nodes[tensor.node].inputs[0], flat=False)]
    if not isinstance(axes, list | tuple) or sorted(a % 4 if type(a) is int else -1 for a in axes) != [1, 2]:
        return None
    return weightless.global_pool(graph, layer, tensors, how)


def _half_reduced(node: Node, layer: Layer) -> list[int] | None:
    """Both axes, if the same operation went over the one before: mean(mean(x, 1), 1)."""
    before = dict(node["config"]) if node.kind == "layer" and node["name"] == layer.kind else {}
    first, second = before.get("axis"), layer.config["axis"]
    if not isinstance(first, float) or before.get("initial") is not None:
        return None
    kept = bool(before.get("keepdims"))
    if kept != bool(layer.config.get("keepdims", False)):
        return None
    own = int(first) % 4
    if kept:
        return [own, second]
    second %= 3
    return [own, second + (second >= own)]


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


Slice = tuple[int | None, int | None, int | None]
ALL: Slice = (None, None, None)  # [:]


def get_item(graph: Graph, layer: Layer, tensors: Sequence[Tensor]) -> Tensor | None:
    """x[:, ::2, ::2] and x[:, 1:-1, 1:-1]."""
    tensor = one(layer, tensors)
    if len(layer.args) != 2 or tensor.flat or not isinstance(layer.args[1], list | tuple):
        return None
    batch, rows, columns, channels = _four_slices(layer.args[1])
    if batch != ALL or rows is None or columns is None or channels is None:
        return None
    if channels != ALL:
        return _channels(graph, layer, tensor, channels) if rows == columns == ALL else None
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


def _four_slices(entries: Sequence[Any]) -> list[Slice | None]:
    """One slice per axis of a map; `...` and what is left out are whole axes."""
    dots = [at for at, entry in enumerate(entries) if _class_name(entry) == "__ellipsis__"]
    slices = [_slice(entry) for entry in entries]
    at = dots[0] if dots else len(slices)
    slices[at : at + len(dots)] = [ALL] * (4 - len(slices) + len(dots))
    return slices if len(slices) == 4 and len(dots) < 2 else [None] * 4


def _class_name(entry: Any) -> Any:
    return entry.get("class_name") if isinstance(entry, Mapping) else None


def _channels(graph: Graph, layer: Layer, tensor: Tensor, part: Slice) -> Tensor | None:
    """x[..., start:stop]"""
    shape = graph.nodes[tensor.node].shape
    if part[2] is not None or shape is None or shape[-1] is None:
        return None
    start, stop, _ = slice(part[0], part[1]).indices(shape[-1])
    if start >= stop:
        return None
    return Tensor(spatial.channels(graph, tensor.node, start, stop, layer=layer.name), tensor.flat)


def split(graph: Graph, layer: Layer, tensors: Sequence[Tensor]) -> list[Tensor] | None:
    """The parts of a map along its channels."""
    tensor, cuts = one(layer, tensors), layer.config.get("indices_or_sections")
    shape = graph.nodes[tensor.node].shape
    last = layer.config.get("axis") in (-1, 1 if tensor.flat else 3)
    if not last or shape is None or shape[-1] is None:
        return None
    if type(cuts) is int and 0 < cuts <= shape[-1] and shape[-1] % cuts == 0:
        cuts = range(shape[-1] // cuts, shape[-1], shape[-1] // cuts)
    if not isinstance(cuts, list | tuple | range) or not all(type(cut) is int for cut in cuts):
        return None
    edges = [0, *cuts, shape[-1]]
    pairs = list(pairwise(edges))
    if len(edges) > LONGEST or not all(start < stop for start, stop in pairs):
        return None
    parts = [spatial.channels(graph, tensor.node, *pair, layer=layer.name) for pair in pairs]
    return [Tensor(part, tensor.flat) for part in parts]


def _slice(entry: Any) -> Slice | None:
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
