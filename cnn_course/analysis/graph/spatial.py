"""Operations with windows: borders, convolutions, pooling, every other pixel.

Each function puts one operation on a node of the graph and returns the index of the result. A border of
zeros disappears into the window that reads it, and what covers the whole map is called what it then is.
"""

from collections.abc import Sequence
from functools import partial
from math import prod
from operator import gt

from cnn_course.analysis.graph.nodes import Facts, Graph, Node, as_map, facts, squeezed
from cnn_course.analysis.graph.values import refuse
from cnn_course.analysis.graph.windows import Window, slide

Pair = tuple[int, int]
Borders = tuple[Pair, Pair]
NO_BORDERS: Borders = ((0, 0), (0, 0))


def pad(graph: Graph, x: int, borders: Borders, *, layer: str | None = None) -> int:
    """A border of zeros; negative numbers crop. Borders of borders are one border."""
    node = graph.nodes[x]
    if borders == NO_BORDERS:
        return x
    if node.kind == "pad":
        before = node["borders"]
        sides = [
            (old, new) for a, b in zip(before, borders, strict=True) for old, new in zip(a, b, strict=True)
        ]
        if all(old >= 0 or new <= 0 for old, new in sides):
            merged = [old + new for old, new in sides]
            outer = ((merged[0], merged[1]), (merged[2], merged[3]))
            return pad(graph, node.inputs[0], outer, layer=layer)
    height, width, channels = as_map(node.shape)
    tall, wide = (None if n is None else n + sum(b) for n, b in zip((height, width), borders, strict=True))
    if any(size is not None and size < 1 for size in (tall, wide)):
        raise refuse(f"a cropping leaves nothing of a map of {height}x{width}")
    shape = squeezed(tall, wide, channels)
    remake = partial(pad, borders=borders, layer=layer)
    known = facts(borders=borders)
    return graph.add(
        Node("pad", (x,), known, shape=shape, positive=node.positive, layer=layer, remake=remake)
    )


def conv(
    graph: Graph,
    x: int,
    *,
    filters: int,
    kernel_size: Pair,
    strides: Pair = (1, 1),
    dilation_rate: Pair = (1, 1),
    padding: str = "valid",
    groups: int = 1,
    use_bias: bool,
    weights: str,
    asides: Facts = (),
    layer: str | None = None,
) -> int:
    """A convolution; depthwise if every channel is a group; dense if the one window is the whole map."""
    channels = as_map(graph.nodes[x].shape)[2]
    if channels is not None and (channels % groups or filters % groups):
        raise refuse(f"{groups} groups do not divide {channels} channels and {filters} filters")
    base, strides = _without_subsampling(graph, x, kernel_size, strides)
    base, borders = _without_border(graph, base, padding)
    windows = _windows(graph, base, kernel_size, strides, dilation_rate, padding, borders)
    if groups == 1 and _is_whole_map(graph, base, windows):
        return dense(
            graph,
            flatten(graph, base),
            units=filters,
            use_bias=use_bias,
            weights=weights,
            asides=asides,
            layer=layer,
        )
    width = {"filters": filters, "groups": groups}
    kind = "conv"
    if groups == channels and groups > 1:
        kind, width = "depthwise", {"multiplier": filters // groups}
    known = facts(bias=use_bias, **width, **_window_facts(windows))
    asides = tuple(sorted((*asides, *_alignment(windows))))
    shape = squeezed(windows[0].count, windows[1].count, filters)
    return graph.add(
        Node(kind, (base,), known, asides, weights, shape, layer=layer, said=strides, padded=_padded(windows))
    )


def dense(
    graph: Graph,
    x: int,
    *,
    units: int,
    use_bias: bool,
    weights: str,
    asides: Facts = (),
    layer: str | None = None,
) -> int:
    """A linear layer of a vector; of a map, it is a 1x1 convolution."""
    shape = graph.nodes[x].shape
    known = facts(units=units, bias=use_bias)
    if shape is not None and len(shape) == 3:
        return conv(
            graph,
            x,
            filters=units,
            kernel_size=(1, 1),
            use_bias=use_bias,
            weights=weights,
            asides=asides,
            layer=layer,
        )
    return graph.add(Node("dense", (x,), known, asides, weights, (units,), layer=layer))


def pool(
    graph: Graph, x: int, *, how: str, size: Pair, strides: Pair, padding: str, layer: str | None = None
) -> int:
    """Max or average pooling; windows of one pixel subsample, one window over the whole map is global."""
    if size == (1, 1):
        return subsample(graph, x, strides=strides, layer=layer)
    base, borders = x, NO_BORDERS
    if graph.nodes[x].kind == "pad" and _border_is_neutral(graph, x, how, padding):
        base, borders = graph.nodes[x].inputs[0], graph.nodes[x]["borders"]
    windows = _windows(graph, base, size, strides, (1, 1), padding, borders)
    twice = _pooled_twice(graph.nodes[base], how, windows)
    if twice is not None:
        return pool(graph, graph.nodes[base].inputs[0], how=how, **twice, padding="valid", layer=layer)
    counts_zeros = how == "average" and padding == "valid" and any(window.zeros for window in windows)
    if not counts_zeros and _covers(graph, base, windows):
        return global_pool(graph, base, how=how, layer=layer)
    node = graph.nodes[base]
    known = facts(how=how, counts_zeros=counts_zeros, **_window_facts(windows))
    shape = squeezed(windows[0].count, windows[1].count, as_map(node.shape)[2])
    again = partial(pool, how=how, size=size, strides=strides, padding=padding, layer=layer)
    pooled = Node(
        "pool", (base,), known, _alignment(windows), shape=shape, positive=node.positive, layer=layer,
        said=strides, padded=_padded(windows), remake=lambda graph, x: again(graph, pad(graph, x, borders)),
    )  # fmt: skip
    return graph.add(pooled)


def _pooled_twice(node: Node, how: str, windows: tuple[Window, Window]) -> dict[str, Pair] | None:
    """The one window that stands for two: the second pools what the first left."""
    if node.kind != "pool" or node["how"] != how or node["padding"] != "valid" or 0 in node["strides"]:
        return None
    if any(window.padding != "valid" for window in windows):
        return None
    size, strides = node["kernel"], node["strides"]
    if strides != size if how == "average" else any(map(gt, strides, size)):
        return None
    steps = [window.stride or 1 for window in windows]
    reach = [k + (window.size - 1) * s for k, s, window in zip(size, strides, windows, strict=True)]
    return {
        "size": (reach[0], reach[1]), "strides": (strides[0] * steps[0], strides[1] * steps[1])
    }  # fmt: skip


def global_pool(graph: Graph, x: int, *, how: str, layer: str | None = None) -> int:
    """One number per channel: the maximum or the average of its map.

    The average of a linear 1x1 convolution is a dense layer of the average.
    """
    node = graph.nodes[x]
    if node.shape is not None and len(node.shape) == 1:
        return x
    if node.kind == "pool" and node["how"] == how and _misses_nothing(graph, node):
        return global_pool(graph, node.inputs[0], how=how, layer=layer)
    if how == "average" and _is_per_pixel(node):
        averaged = global_pool(graph, node.inputs[0], how=how, layer=layer)
        return dense(
            graph, averaged, units=node["filters"], use_bias=node["bias"], weights=node.weights or "",
            asides=node.asides, layer=node.layer,
        )  # fmt: skip
    remake = partial(global_pool, how=how, layer=layer)
    shape = (as_map(node.shape)[2],)
    known = facts(how=how)
    pooled = Node("global_pool", (x,), known, shape=shape, positive=node.positive, layer=layer, remake=remake)
    return graph.add(pooled)


def _misses_nothing(graph: Graph, pooled: Node) -> bool:
    """Whether every pixel was pooled, and for an average no pixel twice."""
    lengths, counts = as_map(graph.nodes[pooled.inputs[0]].shape)[:2], as_map(pooled.shape)[:2]
    if pooled["padding"] != "valid":
        return False
    axes = list(zip(lengths, counts, pooled["kernel"], pooled["strides"], strict=True))
    if any(count is None or (count - 1) * stride + size != length for length, count, size, stride in axes):
        return False
    once = pooled["how"] != "average" or all(count == 1 or stride == size for _, count, size, stride in axes)
    return once and all(count == 1 or stride <= size for _, count, size, stride in axes)


def _is_per_pixel(node: Node) -> bool:
    window = (node.get("kernel"), node.get("strides"), node.get("padding"), node.get("groups"))
    return node.kind == "conv" and window == ((1, 1), (1, 1), "valid", 1)


def subsample(graph: Graph, x: int, *, strides: Pair, start: Pair = (0, 0), layer: str | None = None) -> int:
    """Every `strides`-th pixel: strided slices, pooling of single pixels."""
    node = graph.nodes[x]
    borders = ((-start[0], 0), (-start[1], 0))
    windows = _windows(graph, x, (1, 1), strides, (1, 1), "valid", borders)
    height, width, channels = as_map(node.shape)
    counts = (windows[0].count, windows[1].count)
    if (strides == (1, 1) and start == (0, 0)) or (counts == (height, width) and None not in counts):
        return x
    known = facts(**{k: v for k, v in _window_facts(windows).items() if k in ("strides", "padding")})
    shape = squeezed(windows[0].count, windows[1].count, channels)
    remake = partial(subsample, strides=strides, start=start, layer=layer)
    sampled = Node(
        "subsample", (x,), known, _alignment(windows), shape=shape, positive=node.positive, layer=layer,
        said=strides, padded=_padded(windows), remake=remake,
    )  # fmt: skip
    return graph.add(sampled)


def pad_channels(graph: Graph, x: int, before: int, after: int, *, layer: str | None = None) -> int:
    """Channels of zeros before and behind those that are there; where they lie is an aside."""
    node = graph.nodes[x]
    if before + after == 0:
        return x
    shape = node.shape
    if shape is not None and shape[-1] is not None:
        shape = (*shape[:-1], shape[-1] + before + after)
    remake = partial(pad_channels, before=before, after=after, layer=layer)
    padded = Node(
        "pad_channels", (x,), facts(channels=before + after), facts(zeros=(before, after)), shape=shape,
        positive=node.positive, layer=layer, remake=remake,
    )  # fmt: skip
    return graph.add(padded)


def channels(graph: Graph, x: int, start: int, stop: int, *, layer: str | None = None) -> int:
    """Some of the channels; those of a concatenation may be those of its branches."""
    node = graph.nodes[x]
    if node.shape is None or (start, stop) == (0, node.shape[-1]):
        return x
    if node.kind == "channels":
        start, stop = start + node["start"], stop + node["start"]
        return channels(graph, node.inputs[0], start, stop, layer=layer)
    shape = (*node.shape[:-1], stop - start)
    remake = partial(channels, start=start, stop=stop, layer=layer)
    part = Node(
        "channels", (x,), facts(start=start, stop=stop), shape=shape, positive=node.positive, layer=layer,
        remake=remake,
    )  # fmt: skip
    return graph.add(part)


def flatten(graph: Graph, x: int, *, layer: str | None = None) -> int:
    """A map as one vector; a vector stays what it is."""
    node = graph.nodes[x]
    if node.shape is not None and len(node.shape) == 1:
        return x
    if node.kind == "reshape":
        return flatten(graph, node.inputs[0], layer=layer)
    length = (
        None if node.shape is None or None in node.shape else prod(n for n in node.shape if n is not None)
    )
    remake = partial(flatten, layer=layer)
    flat = Node("flatten", (x,), shape=(length,), positive=node.positive, layer=layer, remake=remake)
    return graph.add(flat)


def reshape(graph: Graph, x: int, target: Sequence[int], *, layer: str | None = None) -> int:
    """Another shape for the same numbers; one dimension of `target` may be -1."""
    node = graph.nodes[x]
    known = None if node.shape is None or None in node.shape else prod(n for n in node.shape if n is not None)
    rest = prod(n for n in target if n != -1)
    if known is not None:
        if target.count(-1) > 1 or known % rest or (-1 not in target and known != rest):
            raise refuse(f"{known} numbers cannot be reshaped to {'x'.join(map(str, target))}")
        target = [known // rest if n == -1 else n for n in target]
    sizes = tuple(None if n == -1 else n for n in target)
    shape = squeezed(*sizes) if len(sizes) == 3 else sizes
    if shape is not None and len(shape) == 1:
        return flatten(graph, x, layer=layer)
    inner = node.inputs[0] if node.kind in ("flatten", "reshape") else x
    if shape == graph.nodes[inner].shape:
        return inner
    remake = partial(reshape, target=target, layer=layer)
    reshaped = Node(
        "reshape",
        (inner,),
        facts(shape=shape),
        shape=shape,
        positive=node.positive,
        layer=layer,
        remake=remake,
    )
    return graph.add(reshaped)


def _windows(
    graph: Graph, x: int, size: Pair, strides: Pair, dilation: Pair, padding: str, borders: Borders
) -> tuple[Window, Window]:
    lengths = as_map(graph.nodes[x].shape)[:2]
    axes = zip(lengths, size, strides, dilation, borders, strict=True)
    height, width = (slide(n, k, s, d, padding, *border) for n, k, s, d, border in axes)
    return height, width


def _window_facts(windows: tuple[Window, Window]) -> dict[str, object]:
    """Kernel, strides, dilation and padding; where one window is all, it needs no padding's name."""
    height, width = windows
    padding = (height.padding, width.padding)
    return {
        "kernel": (height.size, width.size),
        "strides": (height.stride, width.stride),
        "dilation": (height.dilation, width.dilation),
        "padding": padding[0] if padding[0] == padding[1] else padding,
    }


def _alignment(windows: tuple[Window, Window]) -> Facts:
    """Where the first windows start, if padding was chosen by the size of the result alone."""
    loose = any(window.padding == "same" and window.stride != 1 for window in windows)
    return (("alignment", tuple(window.start for window in windows)),) if loose else ()


def _padded(windows: tuple[Window, Window]) -> tuple[Pair | None, Pair | None]:
    """The zeros that were asked for, for messages."""
    return windows[0].written, windows[1].written


def _without_border(graph: Graph, x: int, padding: str) -> tuple[int, Borders]:
    """What lies inside a border of zeros, and the border: a convolution reads it like its own padding."""
    node = graph.nodes[x]
    if node.kind != "pad" or (padding == "same" and min(map(min, node["borders"])) < 0):
        return x, NO_BORDERS
    return node.inputs[0], node["borders"]


def _border_is_neutral(graph: Graph, x: int, how: str, padding: str) -> bool:
    """Whether pooling may read a border as part of its own padding.

    Padding never wins a maximum and is not counted in an average; nor do zeros win over what is
    never negative.
    """
    borders = graph.nodes[x]["borders"]
    if how == "average" or max(map(max, borders)) <= 0:
        return padding == "valid"
    return min(map(min, borders)) >= 0 and graph.nodes[x].positive


def _without_subsampling(graph: Graph, x: int, kernel_size: Pair, strides: Pair) -> tuple[int, Pair]:
    """A 1x1 convolution of every other pixel is a 1x1 convolution with stride."""
    node = graph.nodes[x]
    if (
        kernel_size != (1, 1)
        or node.kind != "subsample"
        or dict(node.asides).get("alignment", (0, 0)) != (0, 0)
    ):
        return x, strides
    lengths = as_map(graph.nodes[node.inputs[0]].shape)[:2]
    before = [stride or length or 1 for stride, length in zip(node["strides"], lengths, strict=True)]
    return node.inputs[0], (before[0] * strides[0], before[1] * strides[1])


def _is_whole_map(graph: Graph, x: int, windows: tuple[Window, Window]) -> bool:
    lengths = as_map(graph.nodes[x].shape)[:2]
    exact = all(window.count == 1 and window.start == 0 and window.dilation == 1 for window in windows)
    return exact and tuple(window.size for window in windows) == lengths


def _covers(graph: Graph, x: int, windows: tuple[Window, Window]) -> bool:
    """Whether there is one window, and the whole map lies in it."""
    lengths = as_map(graph.nodes[x].shape)[:2]
    return all(
        window.count == 1 and window.start is not None and length is not None
        and window.start >= 0 and window.size - window.start >= length
        for window, length in zip(windows, lengths, strict=True)
    )  # fmt: skip
