"""The shapes that operations make: those of `keras.ops`, and what Python writes as `+` or `x[:, 1:]`."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cnn_course.analysis.graph import activations
from cnn_course.analysis.graph.described import Layer
from cnn_course.analysis.graph.layer_shapes import (
    Dims,
    axis_of,
    broadcast,
    joined,
    named,
    pooling,
    reshaped,
)
from cnn_course.analysis.graph.values import LONGEST, listing, pair, refuse, shown, switch, whole

Operation = Callable[[Layer, Sequence[Dims]], Dims]

CONSTANTS = ("__tensor__", "__numpy__")  # as Keras writes arrays among the arguments of a call


def constant(value: Any) -> Any:
    """The numbers of an array among the arguments of a call, as nested lists; None if it is none."""
    if not isinstance(value, Mapping) or value.get("class_name") not in CONSTANTS:
        return None
    config = value.get("config")
    return config.get("value") if isinstance(config, Mapping) else None


def only(layer: Layer, shapes: Sequence[Dims]) -> Dims:
    """The shape of the one tensor."""
    if len(shapes) != 1:
        raise refuse(f"operation {shown(layer.name)} ({layer.kind}) takes one tensor; it gets {len(shapes)}")
    return shapes[0]


def together(layer: Layer, shapes: Sequence[Dims]) -> Dims:
    """x + y, where either may be a number or an array."""
    arrays = [constant(value) for value in (*layer.args, *layer.kwargs.values())]
    return broadcast([*shapes, *(_measured(value) for value in arrays if value is not None)])


def _measured(value: Any) -> Dims:
    """The shape of nested lists of numbers."""
    if not isinstance(value, list | tuple):
        return ()
    inner = {_measured(item) for item in listing(value, "an array")}
    if len(inner) != 1:
        raise refuse("an array among its arguments has rows of several lengths")
    return (len(value), *inner.pop())


def reduced(layer: Layer, shapes: Sequence[Dims]) -> Dims:
    """mean, max and so on over some axes."""
    dims, axes = only(layer, shapes), layer.config.get("axis")
    if axes is None:
        gone = set(range(len(dims)))
    else:
        gone = {axis_of(axis, dims) for axis in (axes if isinstance(axes, list | tuple) else [axes])}
    kept = switch(layer.config.get("keepdims", False), "keepdims")
    return tuple(1 if at in gone else n for at, n in enumerate(dims) if kept or at not in gone)


def squeezed(layer: Layer, shapes: Sequence[Dims]) -> Dims:
    dims, axes = only(layer, shapes), layer.config.get("axis")
    if axes is None:
        return tuple(n for n in dims if n != 1)
    gone = {axis_of(axis, dims) for axis in (axes if isinstance(axes, list | tuple) else [axes])}
    if any(dims[at] not in (1, None) for at in gone):
        raise refuse(f"only axes of length 1 can be left out of {named(dims)}")
    return tuple(n for at, n in enumerate(dims) if at not in gone)


def transposed(layer: Layer, shapes: Sequence[Dims]) -> Dims:
    dims, axes = only(layer, shapes), layer.config.get("axes")
    order = (
        range(len(dims))[::-1] if axes is None else [axis_of(axis, dims) for axis in listing(axes, "axes")]
    )
    if sorted(order) != list(range(len(dims))):
        raise refuse(f"axes is {shown(axes)}; it must name each axis of {named(dims)} once")
    return tuple(dims[at] for at in order)


def padded(layer: Layer, shapes: Sequence[Dims]) -> Dims:
    dims, widths = only(layer, shapes), list(listing(layer.config.get("pad_width"), "pad_width"))
    sides = [pair(width, "pad_width", 0) for width in (widths * len(dims) if len(widths) == 1 else widths)]
    if len(sides) != len(dims):
        raise refuse(f"pad_width names {len(sides)} axes; {named(dims)} has {len(dims)}")
    return tuple(None if n is None else n + sum(side) for n, side in zip(dims, sides, strict=True))


def sliced(layer: Layer, shapes: Sequence[Dims]) -> Dims:
    """x[0], x[:, 1:-1, ..., None]."""
    dims = only(layer, shapes)
    key = layer.args[1] if len(layer.args) > 1 else layer.kwargs.get("key")
    entries = list(key) if isinstance(key, list | tuple) else [key]
    named_axes = sum(entry is not None and _kind(entry) != "__ellipsis__" for entry in entries)
    rest = len(dims) - named_axes
    if rest < 0 or sum(_kind(entry) == "__ellipsis__" for entry in entries) > 1:
        raise refuse(f"{named(dims)} has too few axes for its index")
    if not any(_kind(entry) == "__ellipsis__" for entry in entries):
        entries.append({"class_name": "__ellipsis__"})
    result: list[int | None] = []
    at = 0
    for entry in entries:
        if _kind(entry) == "__ellipsis__":
            result += dims[at : at + rest]
            at += rest
        elif entry is None:
            result.append(1)
        else:
            result += _taken(entry, dims[at])
            at += 1
    return tuple(result)


def _kind(entry: Any) -> Any:
    return entry.get("class_name") if isinstance(entry, Mapping) else None


def _taken(entry: Any, size: int | None) -> Dims:
    """What an index leaves of one axis."""
    if type(entry) is int:
        if size is not None and not -size <= entry < size:
            raise refuse(f"index {entry} lies outside an axis of length {size}")
        return ()
    parts = entry.get("config") if _kind(entry) == "__slice__" else None
    if not isinstance(parts, Mapping):
        raise refuse(f"an index is {shown(entry)}; whole numbers, slices, None and ... are read")
    bounds = [parts.get(key) for key in ("start", "stop", "step")]
    if not all(bound is None or (type(bound) is int and abs(bound) <= 10**9) for bound in bounds):
        raise refuse("the bounds of a slice must be whole numbers")
    if bounds[2] == 0:
        raise refuse("the step of a slice must not be 0")
    if size is None:
        return (None,)
    return (len(range(*slice(*bounds).indices(size))),)


def pooled(layer: Layer, shapes: Sequence[Dims]) -> Dims:
    dims = only(layer, shapes)
    return pooling(layer.config, dims, len(dims) - 2)


def expanded(layer: Layer, shapes: Sequence[Dims]) -> Dims:
    dims, axis = only(layer, shapes), layer.config.get("axis")
    at = axis_of(axis, (*dims, 1))
    return (*dims[:at], 1, *dims[at:])


def stacked(layer: Layer, shapes: Sequence[Dims]) -> Dims:
    if len(set(shapes)) != 1:
        raise refuse(f"operation {shown(layer.name)} (Stack) takes tensors of one shape")
    at = axis_of(layer.config.get("axis", 0), (*shapes[0], 1))
    return (*shapes[0][:at], len(shapes), *shapes[0][at:])


def as_target(layer: Layer, shapes: Sequence[Dims]) -> Dims:
    target = listing(layer.config.get("newshape"), "newshape")
    return reshaped(only(layer, shapes), [n if n == -1 else whole(n, "newshape") for n in target])


def split(layer: Layer, shapes: Sequence[Dims]) -> list[Dims]:
    """The shapes of all parts."""
    dims, cuts = only(layer, shapes), layer.config.get("indices_or_sections")
    at = axis_of(layer.config.get("axis", 0), dims)
    size = dims[at]
    if size is None:
        raise refuse("an axis of unknown length is split")
    if type(cuts) is int:
        if not 0 < cuts <= LONGEST or size % cuts:
            raise refuse(f"{size} numbers cannot be split into {shown(cuts)} parts")
        lengths = [size // cuts] * cuts
    else:
        edges = [
            0,
            *(whole(cut, "indices_or_sections", 0) for cut in listing(cuts, "indices_or_sections")),
            size,
        ]
        lengths = [max(stop - start, 0) for start, stop in zip(edges, edges[1:], strict=False)]
    return [(*dims[:at], length, *dims[at + 1 :]) for length in lengths]


def unstacked(layer: Layer, shapes: Sequence[Dims]) -> list[Dims]:
    dims = only(layer, shapes)
    at = axis_of(layer.config.get("axis", 0), dims)
    count = layer.config.get("num") or dims[at]
    if count is None or whole(count, "num") > LONGEST:
        raise refuse(f"an axis of {named((count,))} is taken apart")
    return [(*dims[:at], *dims[at + 1 :])] * count


ELEMENTWISE = (
    *sorted(set(activations.OPERATIONS) - {"Exponential", "Mish"}),  # which `keras.ops` does not have
    "LeakyRelu", "Elu", "Gelu", "Celu", "Softmax", "LogSoftmax", "Negative", "Abs",
    "Absolute", "Square", "Sqrt", "Rsqrt", "Log", "Clip", "ZerosLike", "OnesLike", "Cast", "StopGradient",
)  # fmt: skip
PAIRS = ("Add", "Subtract", "Multiply", "Divide", "TrueDivide", "Maximum", "Minimum", "Power")
OPERATIONS: dict[str, Operation] = {
    **dict.fromkeys(ELEMENTWISE, only),
    **dict.fromkeys(PAIRS, together),
    **dict.fromkeys(("Mean", "Max", "Min", "Sum"), reduced),
    **dict.fromkeys(("MaxPool", "AveragePool"), pooled),
    "Concatenate": lambda layer, shapes: joined(shapes, layer.config.get("axis", -1)),
    "Stack": stacked,
    "Squeeze": squeezed,
    "ExpandDims": expanded,
    "Transpose": transposed,
    "Reshape": as_target,
    "Pad": padded,
    "GetItem": sliced,
}
"""Operations that make one tensor."""

PARTS: dict[str, Callable[[Layer, Sequence[Dims]], list[Dims]]] = {"Split": split, "Unstack": unstacked}
"""Operations that make several."""
