"""Towers side by side as one: two convolutions of half the channels each, joined, are one with two groups."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from cnn_course.analysis.graph.activations import elementwise
from cnn_course.analysis.graph.nodes import Facts, Graph, Node, Tensor, facts

ALIKE = ("activation", "pool", "global_pool", "subsample", "pad", "affine", "dropout", "batch_norm")


def fused(graph: Graph) -> Graph:
    """The same network with every concatenation of equal towers as one row of operations."""
    result = Graph(inputs=graph.inputs)
    uses = Counter(node.weights for node in graph.nodes)
    takers = graph.consumers()
    moved: list[int] = []
    for index, node in enumerate(graph.nodes):
        sources = [moved[source] for source in node.inputs]
        before_dense = bool(takers[index]) and all(graph.nodes[t].kind == "dense" for t in takers[index])
        one = _joined(result, sources, uses, before_dense) if node.kind == "concatenate" else None
        moved.append(result.again(node, sources) if one is None else one)
    result.outputs = tuple(Tensor(moved[tensor.node], tensor.flat) for tensor in graph.outputs)
    return result


def _joined(graph: Graph, sources: Sequence[int], uses: Counter, before_dense: bool = False) -> int | None:
    """One operation for these side by side, or None; a dense layer may take their numbers in any order."""
    nodes = [graph.nodes[source] for source in sources]
    first = nodes[0]
    if len({node.kind for node in nodes}) > 1 or len(set(sources)) < len(sources):
        return None
    if first.kind == "channels":
        return _rejoined(graph, nodes)
    if first.weights is not None and (
        len({node.weights for node in nodes}) < len(nodes) or any(uses[node.weights] > 1 for node in nodes)
    ):
        return None
    if first.kind in ("conv", "dense", "depthwise"):
        return _one_convolution(graph, nodes, uses)
    if len({node.facts for node in nodes}) > 1 or not _is_alike(first, before_dense):
        return None
    return _with_input(graph, nodes, _joined(graph, [node.inputs[0] for node in nodes], uses))


def _is_alike(node: Node, before_dense: bool) -> bool:
    if node.kind == "flatten":
        return before_dense
    return node.kind in ALIKE and (node.kind != "activation" or elementwise(node["function"]))


def _rejoined(graph: Graph, nodes: Sequence[Node]) -> int | None:
    """Slices of the same channels, one behind the other."""
    ends = [node["stop"] for node in nodes[:-1]]
    base = nodes[0].inputs[0]
    if {node.inputs for node in nodes} != {(base,)} or ends != [node["start"] for node in nodes[1:]]:
        return None
    start, stop = nodes[0]["start"], nodes[-1]["stop"]
    if (graph.nodes[base].shape or (0,))[-1] == stop - start:
        return base
    return _with_input(graph, nodes, base, facts(start=start, stop=stop))


def _one_convolution(graph: Graph, nodes: Sequence[Node], uses: Counter) -> int | None:
    """Convolutions of one input are one with more filters; those of equal parts are one with groups."""
    first, inputs = nodes[0], [node.inputs[0] for node in nodes]
    width = {"conv": "filters", "dense": "units", "depthwise": "multiplier"}[first.kind]
    rest = facts(**{key: value for key, value in first.facts if key != width})
    if any(facts(**{key: v for key, v in node.facts if key != width}) != rest for node in nodes):
        return None
    if len(set(inputs)) == 1 and first.kind != "depthwise" and first.get("groups", 1) == 1:
        total = sum(node[width] for node in nodes)
        return _with_input(graph, nodes, inputs[0], facts(**dict(rest), **{width: total}))
    parts = {(graph.nodes[source].shape or (None,))[-1] for source in inputs}
    if len(set(inputs)) == 1 or first.kind == "dense" or len(parts) > 1 or None in parts:
        return None
    if len({node[width] for node in nodes}) > 1:
        return None
    joined = _joined(graph, inputs, uses)
    if first.kind == "depthwise":
        return _with_input(graph, nodes, joined)
    return _grouped(graph, nodes, joined)


def _grouped(graph: Graph, nodes: Sequence[Node], joined: int | None) -> int | None:
    """One convolution with the groups of all; a group per channel makes it depthwise."""
    if joined is None:
        return None
    known = dict(nodes[0].facts)
    filters, groups = known.pop("filters") * len(nodes), known.pop("groups") * len(nodes)
    if groups == (graph.nodes[joined].shape or (0,))[-1]:
        return _with_input(graph, nodes, joined, facts(**known, multiplier=filters // groups), "depthwise")
    return _with_input(graph, nodes, joined, facts(**known, filters=filters, groups=groups))


def _with_input(
    graph: Graph, nodes: Sequence[Node], x: int | None, known: Facts | None = None, kind: str | None = None
) -> int | None:
    """The operation of these nodes with the channels of all."""
    if x is None:
        return None
    first, shapes = nodes[0], [node.shape for node in nodes]
    shape = None if first.shape is None or None in shapes else first.shape[:-1]
    channels = [s[-1] for s in shapes if s is not None]
    total = None if None in channels else sum(n for n in channels if n is not None)
    one = replace(
        first, kind=kind or first.kind, inputs=(x,), facts=first.facts if known is None else known,
        shape=None if shape is None else (*shape, total), remake=None,
        weights=None if first.weights is None else "|".join(node.weights or "" for node in nodes),
    )  # fmt: skip
    return graph.add(one)
