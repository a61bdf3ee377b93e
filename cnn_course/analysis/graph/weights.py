"""The weights of a network, and the shapes of what goes in and comes out, from its configuration alone.

    measured(config).weights    path, shape and whether it is trained, in the order of Keras's `model.weights`

The figures come from our own formulas over plain data: nothing of Keras is imported, and nothing of the
configuration is run, so that what an untrusted process says of its network can be checked against them.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple

from cnn_course.analysis.graph.described import Layer
from cnn_course.analysis.graph.layer_shapes import (
    LAYERS,
    MERGES,
    Config,
    Dims,
    axis_of,
    known_channels,
    sides_of,
)
from cnn_course.analysis.graph.nodes import Tensor
from cnn_course.analysis.graph.operation_shapes import OPERATIONS, PARTS
from cnn_course.analysis.graph.reading import configuration, leaves, walk
from cnn_course.analysis.graph.values import LARGEST, listing, refuse, several, shown, switch, whole

MOST_TENSORS = 100_000


class Weight(NamedTuple):
    """One array of weights; `path` as Keras names it, where a network is built in the order it is written."""

    path: str
    shape: tuple[int, ...]
    trainable: bool


class Measured(NamedTuple):
    """What a configuration says of a network's size; a list of shapes where there are several."""

    weights: list[Weight]
    input_shape: Any
    output_shape: Any


def weight_shapes(network: Any) -> list[Weight]:
    """The weights of a network, in the order of `model.weights`; see `measured`."""
    return measured(network).weights


def measured(network: Any) -> Measured:
    """The weights and the shapes of a Keras model, of its configuration or of its JSON.

    ValueError for a layer that is neither Keras's nor this course's, one without a rule, and whatever cannot
    be built.
    """
    config = configuration(network)
    sizes = _Sizes()
    outputs = walk(config, sizes.take, sizes.apply)
    trained = switch(config.get("trainable", True), "trainable")
    weights = [
        Weight(f"{path}/{name}", shape, trained and trainable)
        for address, path in leaves(config)
        for name, shape, trainable in sizes.weights.get(address, ())
    ]
    return Measured(
        weights,
        _one_or_all(sizes.inputs),
        _one_or_all([sizes.shapes[tensor.node] for tensor in outputs]),
    )


def _one_or_all(shapes: Sequence[Dims]) -> Any:
    return shapes[0] if len(shapes) == 1 else list(shapes)


class _Sizes:
    """Shapes in place of tensors, and the weights of every layer by its address."""

    def __init__(self) -> None:
        self.shapes: list[Dims] = []
        self.inputs: list[Dims] = []
        self.weights: dict[str, list[Weight]] = {}

    def take(self, size: Sequence[int | None] | None, _: str) -> Tensor:
        if size is None:
            raise refuse("it does not say the shape of its input")
        self.inputs.append(tuple(size))
        return self._tensor(tuple(size))

    def apply(self, layer: Layer, tensors: Sequence[Tensor], outputs: int) -> list[Tensor]:
        shapes = [self.shapes[tensor.node] for tensor in tensors]
        if not layer.known:
            raise ValueError(f"nobody can tell the shapes that {shown(layer.kind)} makes")
        if not shapes:
            raise refuse(f"layer {shown(layer.name)} is called on nothing")
        if layer.operation and layer.kind in PARTS:
            return [self._tensor(dims) for dims in PARTS[layer.kind](layer, shapes)]
        return [self._tensor(self._made(layer, shapes))]

    def _made(self, layer: Layer, shapes: Sequence[Dims]) -> Dims:
        if layer.operation:
            return _rule(OPERATIONS, layer)(layer, shapes)
        if layer.kind in MERGES:
            return MERGES[layer.kind](layer.config, shapes)
        rule = _rule(LAYERS, layer)
        if len(shapes) != 1:
            raise refuse(f"layer {shown(layer.name)} ({layer.kind}) takes one tensor; it gets {len(shapes)}")
        self._weigh(layer, shapes[0])
        return rule(layer.config, shapes[0])

    def _weigh(self, layer: Layer, dims: Dims) -> None:
        trained = switch(layer.config.get("trainable", True), "trainable")
        weights = [
            Weight(name, shape, trained and name not in UNTRAINED)
            for name, shape in WEIGHTS.get(layer.kind, _none)(layer.config, dims)
        ]
        if self.weights.setdefault(layer.address, weights) != weights:
            raise refuse(f"layer {shown(layer.name)} is called on shapes that need other weights")

    def _tensor(self, dims: Dims) -> Tensor:
        if len(self.shapes) == MOST_TENSORS or any(n is not None and n > LARGEST for n in dims):
            raise refuse("what its layers make is too much, or too large")
        self.shapes.append(dims)
        return Tensor(len(self.shapes) - 1, flat=False)


def _rule(table: dict[str, Any], layer: Layer) -> Callable[..., Dims]:
    if layer.kind not in table:
        what = "operation" if layer.operation else "layer"
        raise ValueError(f"the shapes of the {what} {shown(layer.kind)} are not known here")
    return table[layer.kind]


Shapes = Iterator[tuple[str, tuple[int, ...]]]

UNTRAINED = ("moving_mean", "moving_variance", "mean", "variance", "count")


def _none(config: Config, dims: Dims) -> Shapes:
    yield from ()


def _with_bias(config: Config, *shape: int) -> Shapes:
    if switch(config.get("use_bias", True), "use_bias"):
        yield "bias", shape


def _conv(config: Config, dims: Dims, rank: int) -> Shapes:
    channels, filters = known_channels(config, dims, rank), whole(config.get("filters"), "filters")
    groups = whole(config.get("groups", 1), "groups")
    if channels % groups or filters % groups:
        raise refuse(f"{groups} groups do not divide {channels} channels and {filters} filters")
    yield "kernel", (*_kernel(config, rank), channels // groups, filters)
    yield from _with_bias(config, filters)


def _conv_transpose(config: Config, dims: Dims, rank: int) -> Shapes:
    filters = whole(config.get("filters"), "filters")
    yield "kernel", (*_kernel(config, rank), filters, known_channels(config, dims, rank))
    yield from _with_bias(config, filters)


def _depthwise(config: Config, dims: Dims, rank: int) -> Shapes:
    channels = known_channels(config, dims, rank)
    multiplier = whole(config.get("depth_multiplier", 1), "depth_multiplier")
    yield "kernel", (*_kernel(config, rank), channels, multiplier)
    yield from _with_bias(config, channels * multiplier)


def _separable(config: Config, dims: Dims, rank: int) -> Shapes:
    channels, filters = known_channels(config, dims, rank), whole(config.get("filters"), "filters")
    multiplier = whole(config.get("depth_multiplier", 1), "depth_multiplier")
    yield "depthwise_kernel", (*_kernel(config, rank), channels, multiplier)
    yield "pointwise_kernel", (*(1,) * rank, channels * multiplier, filters)
    yield from _with_bias(config, filters)


def _kernel(config: Config, rank: int) -> tuple[int, ...]:
    return several(config.get("kernel_size"), "kernel_size", rank)


def _locally_connected(config: Config, dims: Dims) -> Shapes:
    sides, _ = sides_of(config, LAYERS["cnn_course>LocallyConnected2D"](config, dims), 2)
    places, filters = _fixed(sides), whole(config.get("filters"), "filters")
    yield "kernel", (*places, *_kernel(config, 2), known_channels(config, dims, 2), filters)
    yield from _with_bias(config, *places, filters)


def _dense(config: Config, dims: Dims) -> Shapes:
    units = whole(config.get("units"), "units")
    yield "kernel", (*_fixed(dims[-1:]), units)
    yield from _with_bias(config, units)


def _maxout(config: Config, dims: Dims) -> Shapes:
    columns = whole(config.get("units"), "units") * whole(config.get("pieces", 2), "pieces")
    yield from _dense({**config, "units": columns}, dims)


def _batch_norm(config: Config, dims: Dims) -> Shapes:
    if config.get("renorm"):
        raise ValueError("the weights of batch normalisation with renorm=True are not known here")
    yield from _norm(config, dims)
    for moment in ("moving_mean", "moving_variance"):
        yield moment, _at(config, dims)


def _norm(config: Config, dims: Dims) -> Shapes:
    for argument, name in (("scale", "gamma"), ("center", "beta")):
        if switch(config.get(argument, True), argument):
            yield name, _at(config, dims)


def _rms_norm(config: Config, dims: Dims) -> Shapes:
    yield "scale", _at(config, dims)


def _normalization(config: Config, dims: Dims) -> Shapes:
    """None if its mean and variance are arguments."""
    if config.get("mean") is None:
        front = config.get("axis", -1)
        axes = front if isinstance(front, list | tuple) else [] if front is None else [front]
        shape = _at({"axis": [axis_of(axis, dims) for axis in listing(axes, "axis")]}, dims)
        yield "mean", shape
        yield "variance", shape
        yield "count", ()


def _prelu(config: Config, dims: Dims) -> Shapes:
    shared = [axis_of(axis, dims) for axis in listing(config.get("shared_axes") or [], "shared_axes")]
    yield "alpha", _fixed([1 if at in shared else n for at, n in enumerate(dims)][1:])


def _at(config: Config, dims: Dims) -> tuple[int, ...]:
    """The sizes of the axes that a layer normalises, in the order in which Keras sorts them: -1 before 1."""
    axes = config.get("axis", -1)
    entries = listing(axes, "axis") if isinstance(axes, list | tuple) else [axes]
    places = {axis: axis_of(axis, dims) for axis in entries}
    return _fixed([dims[places[axis]] for axis in sorted(places)])


def _fixed(dims: Sequence[int | None]) -> tuple[int, ...]:
    known = tuple(n for n in dims if n is not None)
    if len(known) < len(dims):
        raise refuse("a layer with weights is called on an unknown size")
    return known


WEIGHTS: dict[str, Callable[[Config, Dims], Shapes]] = {
    **{f"Conv{n}D": partial(_conv, rank=n) for n in (1, 2, 3)},
    **{f"Conv{n}DTranspose": partial(_conv_transpose, rank=n) for n in (1, 2, 3)},
    **{f"DepthwiseConv{n}D": partial(_depthwise, rank=n) for n in (1, 2)},
    **{f"SeparableConv{n}D": partial(_separable, rank=n) for n in (1, 2)},
    "Dense": _dense,
    "BatchNormalization": _batch_norm,
    "LayerNormalization": _norm,
    "GroupNormalization": _norm,
    "RMSNormalization": _rms_norm,
    "Normalization": _normalization,
    "PReLU": _prelu,
    "cnn_course>Maxout": _maxout,
    "cnn_course>LocallyConnected2D": _locally_connected,
}
"""The weights of a layer by name, in Keras's order; what is not here has none."""
