"""Operations on single numbers or channels, each moved to where it would stand first.

ReLU before or after max pooling, flattening, a concatenation or a border of zeros is the same network;
the canonical graph has it before.
"""

from functools import partial
from typing import Any

from cnn_course.analysis.graph.activations import (
    LINEAR,
    Function,
    composed,
    elementwise,
    never_negative,
    rising,
    scales,
    zero_at_zero,
)
from cnn_course.analysis.graph.joining import MOST_BRANCHES, concatenate, merge
from cnn_course.analysis.graph.nodes import Facts, Graph, Node, facts

FURTHEST = 32  # operations that an activation passes; nobody writes more between the two


def activation(graph: Graph, x: int, function: Function, *, layer: str | None = None, passed: int = 0) -> int:
    """An activation function, as early in the network as it can stand."""
    node = graph.nodes[x]
    if function == LINEAR or (function[0] == "relu" and function[2:] == (None, 0.0) and node.positive):
        return x
    if (function, x) not in graph.passed:
        graph.passed[function, x] = _activation(graph, x, function, layer, passed)
    return graph.passed[function, x]


def _activation(graph: Graph, x: int, function: Function, layer: str | None, passed: int) -> int:
    node = graph.nodes[x]
    apply = partial(activation, graph, function=function, layer=layer, passed=passed + 1)
    if passed < FURTHEST and node.kind == "concatenate" and elementwise(function):
        return concatenate(graph, [apply(source) for source in node.inputs], layer=node.layer)
    if passed < FURTHEST and node.remake is not None and may_pass(function, node):
        return node.remake(graph, apply(node.inputs[0]))
    if node.kind == "activation":
        both = composed(function, node["function"])
        if both is not None:
            return activation(graph, node.inputs[0], both, layer=layer)
    positive = never_negative(function) or (function[0] == "relu" and function[3] == 0 and node.positive)
    known = facts(function=function)
    return graph.add(Node("activation", (x,), known, shape=node.shape, positive=positive, layer=layer))


def may_pass(function: Function, node: Node) -> bool:
    """Whether the function before an operation gives the same as after it."""
    if not elementwise(function):
        return False
    if node.kind in ("flatten", "reshape", "subsample", "channels"):
        return True
    if node.kind in ("pad", "pad_channels"):
        return zero_at_zero(function)
    if node.kind in ("pool", "global_pool"):
        return node["how"] == "max" and rising(function)
    return node.kind == "dropout" and scales(function)


def dropout(graph: Graph, x: int, rate: float, *, spatial: bool, call: str, layer: str | None = None) -> int:
    """Dropout of numbers or, `spatial`, of whole maps; two calls never drop the same."""
    node = graph.nodes[x]
    if rate == 0:
        return x
    if node.kind in ("flatten", "reshape") and not spatial:
        inner = dropout(graph, node.inputs[0], rate, spatial=False, call=call, layer=layer)
        return graph.again(node, (inner,))
    remake = partial(dropout, rate=rate, spatial=spatial, call=call, layer=layer)
    dropped = Node(
        "dropout", (x,), facts(rate=rate, spatial=spatial), weights=call, shape=node.shape,
        positive=node.positive, layer=layer, remake=remake,
    )  # fmt: skip
    return graph.add(dropped)


def affine(graph: Graph, x: int, scale: Any, offset: Any, *, layer: str | None = None) -> int:
    """x * scale + offset with given numbers; several in a row are one."""
    node = graph.nodes[x]
    plain = isinstance(scale, float) and isinstance(offset, float)
    if plain and node.kind == "affine" and all(isinstance(v, float) for _, v in node.facts):
        scale, offset = scale * node["scale"], scale * node["offset"] + offset
        return affine(graph, node.inputs[0], scale, offset, layer=layer)
    if (scale, offset) == (1.0, 0.0):
        return x
    if plain and offset == 0 and (averaged := _averaged(graph, x, scale, layer)) is not None:
        return averaged
    if node.kind in ("flatten", "reshape") and plain:
        return graph.again(node, (affine(graph, node.inputs[0], scale, offset, layer=layer),))
    positive = plain and scale >= 0 and offset >= 0 and node.positive
    known = facts(scale=scale, offset=offset)
    return graph.add(Node("affine", (x,), known, shape=node.shape, positive=positive, layer=layer))


def _averaged(graph: Graph, x: int, scale: float, layer: str | None) -> int | None:
    """(a + b) / 2 is an average, twice the average of two is their sum."""
    node = graph.nodes[x]
    if node.kind == "average" and scale == len(node.inputs):
        return merge(graph, node.inputs, "add", layer=layer)
    sources = list(node.inputs) if node.kind == "add" and not node.facts else []
    while any(_is_sum(graph.nodes[source]) for source in sources) and len(sources) < MOST_BRANCHES:
        sources = [
            part for source in sources
            for part in (graph.nodes[source].inputs if _is_sum(graph.nodes[source]) else (source,))
        ]  # fmt: skip
    return merge(graph, sources, "average", layer=layer) if len(sources) * scale == 1 and sources else None


def _is_sum(node: Node) -> bool:
    return node.kind == "add" and not node.facts


def batch_norm(
    graph: Graph,
    x: int,
    *,
    center: bool,
    scale: bool,
    training: bool | None,
    weights: str,
    asides: Facts = (),
    layer: str | None = None,
) -> int:
    """Batch normalisation over the channels; `training` only where a call fixed it."""
    known = facts(center=center, scale=scale, training=training)
    shape = graph.nodes[x].shape
    return graph.add(Node("batch_norm", (x,), known, asides, weights, shape, layer=layer))
