"""What shape each layer makes of a shape, by our own formulas, from its arguments as plain data.

A new layer is a rule, a function from (arguments, shape) to a shape, and its class in `LAYERS`; its weights
are in `weights.py`. Shapes have the batch in front; a size that is not known is None. What cannot be built
earns a ValueError.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from math import prod
from typing import Any

from cnn_course.analysis.graph.values import listing, refuse, several, shown, switch, whole
from cnn_course.analysis.graph.weighted import padding_of
from cnn_course.analysis.graph.windows import slide

Dims = tuple[int | None, ...]
Config = Mapping[str, Any]
Rule = Callable[[Config, Dims], Dims]


def channels_last(config: Config, dims: Dims) -> Dims:
    """The shape with its channels behind, wherever the layer has them."""
    if config.get("data_format") != "channels_first" or len(dims) < 3:
        return dims
    return (dims[0], *dims[2:], dims[1])


def as_written(config: Config, dims: Dims) -> Dims:
    """A shape with its channels behind as the layer has it."""
    if config.get("data_format") != "channels_first" or len(dims) < 3:
        return dims
    return (dims[0], dims[-1], *dims[1:-1])


def sides_of(config: Config, dims: Dims, rank: int) -> tuple[Dims, int | None]:
    """Height and width (or as many sides as `rank`) and the channels."""
    if len(dims) != rank + 2:
        raise refuse(f"a layer for {rank + 2} axes is called on {named(dims)}")
    _, *sides, channels = channels_last(config, dims)
    return tuple(sides), channels


def named(dims: Dims) -> str:
    """A shape in messages: (?, 8, 8, 3)."""
    return f"({', '.join('?' if n is None else str(n) for n in dims)})"


def axis_of(value: Any, dims: Dims) -> int:
    """An axis, counted from the front."""
    if isinstance(value, bool) or not isinstance(value, int) or not -len(dims) <= value < len(dims):
        raise refuse(f"axis is {shown(value)}; {named(dims)} has {len(dims)} axes")
    return value % len(dims)


def broadcast(shapes: Sequence[Dims]) -> Dims:
    """The shape of a sum of these shapes."""
    rank = max(map(len, shapes), default=0)
    padded = [(*[1] * (rank - len(dims)), *dims) for dims in shapes]
    result: list[int | None] = []
    for sizes in zip(*padded, strict=True):
        known = {size for size in sizes if size not in (1, None)}
        if len(known) > 1:
            raise refuse(f"{' and '.join(map(named, shapes[:4]))} cannot be brought together")
        result.append(known.pop() if known else (None if None in sizes else 1))
    return tuple(result)


def merged(config: Config, shapes: Sequence[Dims]) -> Dims:
    """A layer that adds, multiplies and so on: each image with its own."""
    batch, *_ = broadcast([dims[:1] for dims in shapes])
    return (batch, *broadcast([dims[1:] for dims in shapes]))


def joined(shapes: Sequence[Dims], axis: Any) -> Dims:
    """The shape of a concatenation."""
    at = axis_of(axis, shapes[0])
    others = {(*dims[:at], *dims[at + 1 :]) for dims in shapes}
    known = [set(sizes) - {None} for sizes in zip(*others, strict=False)]
    if len(set(map(len, shapes))) > 1 or any(len(sizes) > 1 for sizes in known):
        raise refuse(f"{' and '.join(map(named, shapes[:4]))} cannot be joined along axis {axis}")
    total = None if any(dims[at] is None for dims in shapes) else sum(dims[at] or 0 for dims in shapes)
    return (*shapes[0][:at], total, *shapes[0][at + 1 :])


def reshaped(dims: Dims, target: Sequence[int]) -> Dims:
    """Another shape for the same numbers; one size of `target` may be -1."""
    given = None if None in dims else prod(n for n in dims if n is not None)
    rest = prod(n for n in target if n != -1)
    if target.count(-1) > 1 or (given is not None and (given % rest or (-1 not in target and given != rest))):
        raise refuse(f"{named(dims)} cannot be reshaped to {named(tuple(target))}")
    return tuple(n if n != -1 else (None if given is None else given // rest) for n in target)


def same(config: Config, dims: Dims) -> Dims:
    """Element by element, or a normalisation."""
    return dims


def convolution(config: Config, dims: Dims, rank: int) -> Dims:
    filters = whole(config.get("filters"), "filters")
    return as_written(config, (dims[0], *_slid(config, dims, rank, "kernel_size"), filters))


def depthwise(config: Config, dims: Dims, rank: int) -> Dims:
    multiplier = whole(config.get("depth_multiplier", 1), "depth_multiplier")
    channels = known_channels(config, dims, rank)
    sides = _slid(config, dims, rank, "kernel_size")
    return as_written(config, (dims[0], *sides, channels * multiplier))


def known_channels(config: Config, dims: Dims, rank: int) -> int:
    channels = sides_of(config, dims, rank)[1]
    if channels is None:
        raise refuse("a layer with weights is called on an unknown number of channels")
    return channels


def transposed(config: Config, dims: Dims, rank: int) -> Dims:
    """A transposed convolution: from the size of what comes out back to what would have gone in."""
    sides, _ = sides_of(config, dims, rank)
    extra = config.get("output_padding")
    steps = zip(
        sides,
        several(config.get("kernel_size"), "kernel_size", rank),
        several(config.get("strides", 1), "strides", rank),
        several(config.get("dilation_rate", 1), "dilation_rate", rank),
        (None,) * rank if extra is None else several(extra, "output_padding", rank, 0),
        strict=True,
    )
    padding = padding_of(config)
    grown = (None if step[0] is None else _grown(padding, *step) for step in steps)  # type: ignore[arg-type]
    return as_written(config, (dims[0], *grown, whole(config.get("filters"), "filters")))


def _grown(padding: str, side: int, size: int, stride: int, dilation: int, extra: int | None) -> int:
    reach = (size - 1) * dilation + 1
    if padding == "same":
        return side * stride if extra is None else (side - 1) * stride + reach % 2 + extra
    return (side - 1) * stride + reach + (max(stride - reach, 0) if extra is None else extra)


def pooling(config: Config, dims: Dims, rank: int) -> Dims:
    _, channels = sides_of(config, dims, rank)
    return as_written(config, (dims[0], *_slid(config, dims, rank, "pool_size"), channels))


def _slid(config: Config, dims: Dims, rank: int, size: str) -> Dims:
    """How many windows fit along each side."""
    sides, _ = sides_of(config, dims, rank)
    sizes = several(config.get(size, 2 if size == "pool_size" else None), size, rank)
    strides = config.get("strides", 1 if size == "kernel_size" else None)
    axes = zip(
        sides,
        sizes,
        sizes if strides is None else several(strides, "strides", rank),
        several(config.get("dilation_rate", 1), "dilation_rate", rank),
        strict=True,
    )
    padding = "same" if config.get("padding") == "causal" and rank == 1 else padding_of(config)
    return tuple(slide(*axis, padding).count for axis in axes)


def global_pooling(config: Config, dims: Dims, rank: int) -> Dims:
    _, channels = sides_of(config, dims, rank)
    ones = (1,) * rank if switch(config.get("keepdims", False), "keepdims") else ()
    return as_written(config, (dims[0], *ones, channels))


def adaptive_pooling(config: Config, dims: Dims, rank: int) -> Dims:
    _, channels = sides_of(config, dims, rank)
    return as_written(config, (dims[0], *several(config.get("output_size"), "output_size", rank), channels))


def upsampling(config: Config, dims: Dims, rank: int) -> Dims:
    sides, channels = sides_of(config, dims, rank)
    factors = several(config.get("size", 2), "size", rank)
    grown = (None if n is None else n * factor for n, factor in zip(sides, factors, strict=True))
    return as_written(config, (dims[0], *grown, channels))


def bordered(config: Config, dims: Dims, rank: int, argument: str) -> Dims:
    """A border of zeros added, or pixels cropped."""
    sides, channels = sides_of(config, dims, rank)
    borders = _borders(config.get(argument, 1), argument, rank)
    sign = 1 if argument == "padding" else -1
    sizes = [None if n is None else n + sign * sum(b) for n, b in zip(sides, borders, strict=True)]
    if any(n is not None and n < 1 for n in sizes):
        raise refuse(f"a cropping leaves nothing of {named(dims)}")
    return as_written(config, (dims[0], *sizes, channels))


def _borders(value: Any, what: str, rank: int) -> Sequence[tuple[int, ...]]:
    """(before, after) of each side, from all ways in which Keras writes padding and cropping."""
    if rank == 1:
        return [several(value, what, 2, 0)]
    if isinstance(value, list | tuple) and len(value) == rank:
        return [several(side, what, 2, 0) for side in value]
    return [(n, n) for n in several(value, what, rank, 0)]


def sized(config: Config, dims: Dims) -> Dims:
    """Images resized or cropped to a height and width."""
    _, channels = sides_of(config, dims, 2)
    height, width = (whole(config.get(side), side) for side in ("height", "width"))
    return as_written(config, (dims[0], height, width, channels))


def dense(config: Config, dims: Dims) -> Dims:
    return (*dims[:-1], whole(config.get("units"), "units"))


def flattened(config: Config, dims: Dims) -> Dims:
    return (dims[0], *reshaped(dims[1:], [-1]))


def as_target(config: Config, dims: Dims) -> Dims:
    target = listing(config.get("target_shape"), "target_shape")
    return (dims[0], *reshaped(dims[1:], [_size(n) for n in target]))


def _size(value: Any) -> int:
    return -1 if type(value) is int and value == -1 else whole(value, "target_shape")


def permuted(config: Config, dims: Dims) -> Dims:
    order = [whole(n, "dims") for n in listing(config.get("dims"), "dims")]
    if sorted(order) != list(range(1, len(dims))):
        raise refuse(f"dims is {shown(config.get('dims'))}; it must name each axis of {named(dims)} once")
    return (dims[0], *(dims[n] for n in order))


def repeated(config: Config, dims: Dims) -> Dims:
    if len(dims) != 2:
        raise refuse(f"RepeatVector is called on {named(dims)}; it takes vectors")
    return (dims[0], whole(config.get("n"), "n"), dims[1])


def fewer_channels(config: Config, dims: Dims, argument: str) -> Dims:
    """This course's layers that pool over neighbouring channels."""
    size = whole(config.get(argument, 2), argument)
    step = config.get("strides")
    channels = slide(dims[-1], size, size if step is None else whole(step, "strides"), 1, "valid").count
    return (*dims[:-1], channels)


def zero_padded(config: Config, dims: Dims) -> Dims:
    sides, _ = sides_of(config, dims, 2)
    strides = whole(config.get("strides", 1), "strides")
    filters = whole(config.get("filters"), "filters")
    return (dims[0], *(None if n is None else -(-n // strides) for n in sides), filters)


KEEPING = (
    "Activation", "ReLU", "LeakyReLU", "PReLU", "ELU", "Softmax", "Identity", "Dropout", "SpatialDropout1D",
    "SpatialDropout2D", "SpatialDropout3D", "GaussianNoise", "GaussianDropout", "AlphaDropout",
    "ActivityRegularization", "Masking", "BatchNormalization", "LayerNormalization", "GroupNormalization",
    "UnitNormalization", "RMSNormalization", "Normalization", "Rescaling", "RandomFlip", "RandomRotation",
    "RandomTranslation", "RandomZoom", "RandomContrast", "RandomBrightness",
    "cnn_course>LocalResponseNormalization", "cnn_course>LocalContrastNormalization",
)  # fmt: skip
OF_RANK: dict[str, Callable[..., Dims]] = {
    "Conv{}D": convolution,
    "Conv{}DTranspose": transposed,
    "MaxPooling{}D": pooling,
    "AveragePooling{}D": pooling,
    "GlobalMaxPooling{}D": global_pooling,
    "GlobalAveragePooling{}D": global_pooling,
    "AdaptiveMaxPooling{}D": adaptive_pooling,
    "AdaptiveAveragePooling{}D": adaptive_pooling,
    "UpSampling{}D": upsampling,
    "ZeroPadding{}D": partial(bordered, argument="padding"),
    "Cropping{}D": partial(bordered, argument="cropping"),
}
LAYERS: dict[str, Rule] = {
    **dict.fromkeys(KEEPING, same),
    **{name.format(n): partial(rule, rank=n) for name, rule in OF_RANK.items() for n in (1, 2, 3)},
    **{f"SeparableConv{n}D": partial(convolution, rank=n) for n in (1, 2)},
    **{f"DepthwiseConv{n}D": partial(depthwise, rank=n) for n in (1, 2)},
    **dict.fromkeys(("Resizing", "CenterCrop", "RandomCrop"), sized),
    "Dense": dense,
    "Flatten": flattened,
    "Reshape": as_target,
    "Permute": permuted,
    "RepeatVector": repeated,
    "cnn_course>LocallyConnected2D": partial(convolution, rank=2),
    "cnn_course>L2Pooling2D": partial(pooling, rank=2),
    "cnn_course>L2FeaturePooling": partial(fewer_channels, argument="pool_size"),
    "cnn_course>ChannelMaxout": partial(fewer_channels, argument="pieces"),
    "cnn_course>Maxout": dense,
    "cnn_course>ZeroPadShortcut": zero_padded,
}
"""Layers that take one tensor."""

MERGES: dict[str, Callable[[Config, Sequence[Dims]], Dims]] = {
    **dict.fromkeys(("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"), merged),
    "Concatenate": lambda config, shapes: joined(shapes, config.get("axis", -1)),
}
"""Layers that take several."""
