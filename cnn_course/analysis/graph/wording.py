"""Operations and what is wrong with them, in the words of the lectures."""

from collections.abc import Callable
from typing import Any

from cnn_course.analysis.graph.nodes import Node, Shape
from cnn_course.analysis.graph.values import rounded, shown

ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
FUNCTIONS = {"tanh": "tanh", "elu": "ELU", "selu": "SELU", "silu": "SiLU", "gelu": "GELU", "celu": "CELU"}
MERGES = {
    "add": "addition", "multiply": "multiplication", "concatenate": "concatenation",
    "subtract": "subtraction", "divide": "division", "average": "average of branches",
    "maximum": "maximum of branches", "minimum": "minimum of branches",
}  # fmt: skip
DONE = {"add": "added", "multiply": "multiplied", "concatenate": "concatenated", "average": "averaged"}


def by(pair: tuple[Any, ...]) -> str:
    return "x".join("?" if n is None else str(n) for n in pair)


def size(shape: Shape) -> str:
    """A shape as the tables print it: 30x30x32."""
    return "an unknown shape" if shape is None else by(shape)


def number(pair: tuple[int, ...]) -> str:
    """2 for (2, 2), 2x1 for (2, 1)."""
    return str(pair[0]) if len(set(pair)) == 1 else by(pair)


def ordinal(place: int) -> str:
    """first, second, ..., 11th; `place` counts from 0."""
    if place < len(ORDINALS):
        return ORDINALS[place]
    ends = {1: "st", 2: "nd", 3: "rd"} if (place + 1) % 100 not in (11, 12, 13) else {}
    return f"{place + 1}{ends.get((place + 1) % 10, 'th')}"


def function(f: tuple[Any, ...]) -> str:
    """An activation function's name."""
    if f[0] != "relu":
        known = FUNCTIONS.get(f[0], f[0].replace("_", " "))
        if f[0] == "elu" and f[1] != 1:
            return f"{known} with alpha {f[1]:g}"
        return f"approximate {known}" if f[1:] == ("approximate",) else known
    _, slope, top, threshold = f
    limits = [f"slope {slope:g}"] * bool(slope) + [f"threshold {threshold:g}"] * bool(threshold)
    if top is not None and not limits:
        return f"ReLU{top:g}"
    limits += [] if top is None else [f"largest value {top:g}"]
    return ("leaky ReLU" if slope else "ReLU") + (f" with {' and '.join(limits)}" if limits else "")


NAMES: dict[str, Callable[[Node], str]] = {
    "conv": lambda node: f"{by(node['kernel'])} convolution",
    "depthwise": lambda node: f"depthwise {by(node['kernel'])} convolution",
    "dense": lambda node: "dense layer",
    "batch_norm": lambda node: "batch normalisation",
    "activation": lambda node: function(node["function"]),
    "pool": lambda node: f"{by(node['kernel'])} {node['how']} pooling",
    "global_pool": lambda node: f"global {node['how']} pooling",
    "subsample": lambda node: "subsampling",
    "pad": lambda node: "cropping" if min(map(min, node["borders"])) < 0 else "border of zeros",
    "pad_channels": lambda node: "padding with channels of zeros",
    "flatten": lambda node: "flattening",
    "reshape": lambda node: f"reshaping to {size(node['shape'])}",
    "dropout": lambda node: "dropout of whole maps" if node["spatial"] else "dropout",
    "affine": lambda node: "rescaling",
    "input": lambda node: "input",
    "zeros": lambda node: "zeros",
    "layer": lambda node: node["name"].rpartition(">")[2] + _axis(node),
    "channels": lambda node: f"the slice [..., {node['start']}:{node['stop']}]",
    "unknown": lambda node: shown(node["name"]).strip("'"),
}
# "a", "the first"; the others are spoken of without an article.
COUNTED = ("conv", "depthwise", "dense", "pool", "layer", "unknown", "reshape")


def name(node: Node) -> str:
    """What an operation is called: 3x3 convolution, ReLU, global average pooling."""
    return NAMES[node.kind](node) if node.kind in NAMES else MERGES.get(node.kind, node.kind)


def _axis(node: Node) -> str:
    """Over which axis a layer works, where it is not the usual one."""
    axis = dict(node.get("config") or ()).get("axis")
    axes = [n for n in (axis if isinstance(axis, tuple) else (axis,)) if isinstance(n, float) and n != -1]
    return f" over axis {' and '.join(f'{n:g}' for n in axes)}" if axes else ""


def arguments(node: Node) -> str:
    """The plain arguments of a layer without a name of its own in the lectures."""
    config = dict(node.get("config") or ())
    plain = [f"{key}={_plain(value)}" for key, value in config.items() if value is not None]
    return f" with {', '.join(plain)}" if plain else ""


def _plain(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    return f"({', '.join(map(_plain, value))})" if isinstance(value, tuple) else shown(value)


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def plural(count: int, noun: str) -> str:
    return f"{count or 'no'} {noun}" + ("" if count == 1 else "s")


def changes(mine: Node, expected: Node) -> list[str]:
    """What of one operation differs: "has 64 filters; 32 expected"."""
    ours, theirs = dict(rounded(mine.facts)), dict(rounded(expected.facts))
    keys = [key for key in CHANGES if key in theirs and ours.get(key) != theirs.get(key)]
    found = [phrase for key in keys if (phrase := CHANGES[key](ours.get(key), theirs[key], mine, expected))]
    return found or ["has other arguments than expected"]


def _strides(ours: Any, theirs: Any, mine: Node, expected: Node) -> str:
    ours, theirs = mine.said or ours, expected.said or theirs
    return "" if ours == theirs else f"has stride {number(ours)}; {number(theirs)} expected"


def _padding(ours: Any, theirs: Any, mine: Node, expected: Node) -> str:
    wanted = repr(theirs) if isinstance(theirs, str) and isinstance(ours, str) else _padded(theirs)
    return f"has {_padded(ours)}; {wanted} expected"


def _padded(padding: Any) -> str:
    if isinstance(padding, str):
        return f"padding {padding!r}"
    if isinstance(padding, tuple) and all(isinstance(axis, str) for axis in padding):
        return f"padding {padding[0]!r} in height and {padding[1]!r} in width"
    axes = [
        axis for axis in (padding if isinstance(padding[0], tuple) else (padding,)) if isinstance(axis, tuple)
    ]
    sides = [side for axis in axes for side in axis if isinstance(side, int)]
    if sides and min(sides) == max(sides) > 0:
        return f"a border of {plural(sides[0], 'zero')} on every side"
    if sides and max(sides) > 0:
        return f"borders of {max(min(sides), 0)} to {plural(max(sides), 'zero')}"
    return "a part of the map left out"


def _bias(ours: Any, theirs: Any, mine: Node, expected: Node) -> str:
    return "has no bias; one is expected" if theirs else "has a bias; none is expected"


def _counted(unit: str) -> Callable[[Any, Any, Node, Node], str]:
    return lambda ours, theirs, mine, expected: f"has {plural(ours, unit)}; {theirs} expected"


def _measured(what: str, show: Callable[[Any], str]) -> Callable[[Any, Any, Node, Node], str]:
    return lambda ours, theirs, mine, expected: f"has {what} {show(ours)}; {show(theirs)} expected"


def _switched(what: str) -> Callable[[Any, Any, Node, Node], str]:
    return lambda ours, theirs, mine, expected: (
        f"has no {what}; one is expected" if theirs else f"has a {what}; none is expected"
    )


CHANGES: dict[str, Callable[[Any, Any, Node, Node], str]] = {
    "how": lambda ours, theirs, mine, expected: f"is {ours} pooling; {theirs} pooling expected",
    "function": lambda ours, theirs, mine, expected: f"is {function(ours)}; {function(theirs)} expected",
    "kernel": _measured("size", by),
    "filters": _counted("filter"),
    "units": _counted("unit"),
    "strides": _strides,
    "dilation": _measured("dilation", number),
    "groups": _counted("group"),
    "multiplier": _measured("depth multiplier", str),
    "padding": _padding,
    "counts_zeros": lambda ours, theirs, mine, expected: (
        "averages over a border of zeros too" if ours else "does not average over the border of zeros"
    ),
    "bias": _bias,
    "rate": _measured("rate", "{:g}".format),
    "spatial": lambda ours, theirs, mine, expected: (
        "drops whole maps; single numbers expected" if ours else "drops single numbers; whole maps expected"
    ),
    "center": _switched("shift (center)"),
    "scale": lambda ours, theirs, mine, expected: _scaled(ours, theirs),
    "offset": _measured("offset", str),
    "training": lambda ours, theirs, mine, expected: f"is called with training={ours}; {theirs} expected",
    "channels": _counted("channel"),
    "borders": lambda ours, theirs, mine, expected: f"has {_padded(ours)}; {_padded(theirs)} expected",
    "config": lambda ours, theirs, mine, expected: _configured(dict(ours or ()), dict(theirs or ())),
    "shape": lambda ours, theirs, mine, expected: f"is {size(ours)}; {size(theirs)} expected",
    "name": lambda ours, theirs, mine, expected: f"is {shown(ours)}; {shown(theirs)} expected",
}  # fmt: skip


def _configured(ours: dict[str, Any], theirs: dict[str, Any]) -> str:
    """The first argument of a layer that differs."""
    key = next(key for key in sorted(ours | theirs) if ours.get(key) != theirs.get(key))
    return f"has {key} {_plain(ours.get(key))}; {_plain(theirs.get(key))} expected"


def _scaled(ours: Any, theirs: Any) -> str:
    if isinstance(theirs, bool):
        return _switched("scale")(ours, theirs, None, None)  # type: ignore[arg-type]
    return f"has scale {ours}; {theirs} expected"


# What counts only when asked for, or else is a note.

STARTS = {
    (2.0, "fan_in", "truncated_normal"): "He normal",
    (2.0, "fan_in", "uniform"): "He uniform",
    (1.0, "fan_avg", "truncated_normal"): "Glorot normal",
    (1.0, "fan_avg", "uniform"): "Glorot uniform",
    (1.0, "fan_in", "truncated_normal"): "LeCun normal",
    (1.0, "fan_in", "uniform"): "LeCun uniform",
}


def _start(value: Any) -> str:
    if value in STARTS:
        return STARTS[value]
    known = (
        dict(value)
        if isinstance(value, tuple) and all(isinstance(v, tuple) and len(v) == 2 for v in value)
        else {}
    )
    return shown(known.get("class_name", "something else")).strip("'")


def _initializers(ours: Any, theirs: Any) -> str:
    mine, expected = dict(ours or ()), dict(theirs or ())
    key = next(key for key in sorted(mine | expected) if mine.get(key) != expected.get(key))
    return f"starts its {key} with {_start(mine.get(key))}; {_start(expected.get(key))} expected"


def _regularizers(ours: Any, theirs: Any) -> str:
    mine, expected = dict(ours or ()), dict(theirs or ())
    key = next(key for key in sorted(mine | expected) if mine.get(key) != expected.get(key))
    words = key.replace("_", " ")
    if key not in mine:
        return f"has no {words}; {_penalty(expected[key])} expected"
    wanted = _penalty(expected[key]) if key in expected else "none"
    return f"has {words} {_penalty(mine[key])}; {wanted} expected"


def _penalty(value: Any) -> str:
    known = (
        dict(value)
        if isinstance(value, tuple) and all(isinstance(v, tuple) and len(v) == 2 for v in value)
        else {}
    )
    numbers = known.get("config") or ()
    given = (
        [f"{key}={v:g}" for key, v in numbers if isinstance(v, float)] if isinstance(numbers, tuple) else []
    )
    return f"{shown(known.get('class_name', 'one')).strip(chr(39))}" + (
        f"({', '.join(given)})" if given else ""
    )


ASIDES: dict[str, Callable[[Any, Any], str]] = {
    "bias": lambda ours, theirs: (
        "has a bias; none is expected, since the next layers make it useless"
        if ours == "useless"
        else "has no bias; one is expected"
    ),
    "zeros": lambda ours, theirs: f"adds channels {_split(ours)}; {_split(theirs)} expected",
    "constants": lambda ours, theirs: f"has {_constants(ours)}; {_constants(theirs)} expected",
    "initializers": _initializers,
    "regularizers": _regularizers,
}  # fmt: skip


def sides(padded: Any) -> str:
    """On which sides zeros were asked for: "pads all sides", "pads bottom and right only"."""
    if not padded or None in padded:
        return "pads as 'same' does"
    (top, bottom), (left, right) = padded
    if len({top, bottom, left, right}) == 1:
        return "pads all sides" if top else "pads no side"
    if top == left and bottom == right and 0 in (top, bottom):
        return "pads bottom and right only" if bottom else "pads top and left only"
    return f"pads {top} above, {bottom} below, {left} left and {right} right"


def _split(zeros: Any) -> str:
    return f"{zeros[0]} before and {zeros[1]} behind" if zeros else "nowhere"


def _constants(constants: Any) -> str:
    return f"momentum {constants[0]:g} and epsilon {constants[1]:g}" if constants else "none"
