"""What only the whole graph can tell: sums of sums, biases without effect, branches in any order."""

from collections import Counter
from dataclasses import replace

from cnn_course.analysis.graph.nodes import Facts, Graph, Node, Tensor, needed
from cnn_course.analysis.graph.towers import fused

# A constant added to every channel before these is a constant after them.
PASS_A_SHIFT = {
    "pool", "global_pool", "subsample", "add", "subtract", "average", "concatenate", "flatten", "reshape",
    "affine",
}  # fmt: skip
# Permuted channels before these are permuted channels after them.
PASS_AN_ORDER = {
    "pool", "global_pool", "subsample", "pad", "batch_norm", "dropout", "affine", "concatenate", "flatten",
    "depthwise",
}  # fmt: skip


def settled(graph: Graph) -> Graph:
    """The same network with only the nodes that its outputs rest on, and nothing left to fold."""
    graph = _only_needed(fused(_summed(graph)))
    takers = graph.consumers()
    uses = Counter(node.weights for node in graph.nodes if node.weights is not None)
    outputs = {tensor.node for tensor in graph.outputs}
    orders = _orders(graph, takers, outputs)
    free = _free_biases(graph, _free_shifts(graph, takers, uses, outputs))
    for index, node in enumerate(graph.nodes):
        if index in free:
            asides = _with(node.asides, "bias", "useless" if node["bias"] else "none needed")
            graph.nodes[index] = replace(node, facts=_with(node.facts, "bias", False), asides=asides)
        elif node.kind == "concatenate":
            graph.nodes[index] = replace(node, facts=_with(node.facts, "order", orders[index]))
    return graph


def _summed(graph: Graph) -> Graph:
    """Without unneeded nodes; (a + b) + c is one sum of three if nobody else takes a + b."""
    kept = list(needed(graph, [tensor.node for tensor in graph.outputs]))
    uses = Counter(source for index in kept for source in graph.nodes[index].inputs)
    uses.update(tensor.node for tensor in graph.outputs)
    result = Graph(inputs=graph.inputs)
    moved: dict[int, int] = {}
    for index in kept:
        node = graph.nodes[index]
        sources: list[int] = []
        for source in node.inputs:
            inner = graph.nodes[source]
            inside = node.kind == inner.kind == "add" and uses[source] == 1 and not inner.facts
            sources += result.nodes[moved[source]].inputs if inside else (moved[source],)
        moved[index] = result.again(node, sorted(sources) if node.kind == "add" else sources)
    result.outputs = tuple(Tensor(moved[tensor.node], tensor.flat) for tensor in graph.outputs)
    return _only_needed(result)


def _only_needed(graph: Graph) -> Graph:
    result = Graph(inputs=graph.inputs)
    moved: dict[int, int] = {}
    for index in needed(graph, [tensor.node for tensor in graph.outputs]):
        node = graph.nodes[index]
        moved[index] = result.again(node, [moved[source] for source in node.inputs])
    result.outputs = tuple(Tensor(moved[tensor.node], tensor.flat) for tensor in graph.outputs)
    return result


def _free_shifts(graph: Graph, takers: list[list[int]], uses: Counter, outputs: set[int]) -> list[bool]:
    """For each node whether a constant added to its channels is taken over by biases and norms behind it."""
    free = [False] * len(graph.nodes)
    for index in range(len(graph.nodes) - 1, -1, -1):
        taken = [_takes_a_shift(graph.nodes[taker], uses, free[taker]) for taker in takers[index]]
        free[index] = index not in outputs and bool(taken) and all(taken)
    return free


def _takes_a_shift(node: Node, uses: Counter, free: bool) -> bool:
    if node.weights is not None and uses[node.weights] > 1:
        return False
    if node.kind == "batch_norm":
        return True
    if node.kind in ("conv", "depthwise", "dense"):
        return node.get("padding", "valid") == "valid" and (node["bias"] or free)
    return node.kind in PASS_A_SHIFT and not node.get("counts_zeros", False) and free


def _free_biases(graph: Graph, free: list[bool]) -> set[int]:
    """The nodes where a bias changes nothing that the network can learn; shared layers only if all agree."""
    weighted = [index for index, node in enumerate(graph.nodes) if node.get("bias") is not None]
    needing = {graph.nodes[index].weights for index in weighted if not free[index]}
    return {index for index in weighted if free[index] and graph.nodes[index].weights not in needing}


def _orders(graph: Graph, takers: list[list[int]], outputs: set[int]) -> dict[int, str]:
    """For each concatenation: "free" if the layers behind it can undo any order, "tied" if another branch
    depends on it, "seen" if the order shows in the output."""
    order = ["free"] * len(graph.nodes)
    for index in range(len(graph.nodes) - 1, -1, -1):
        found = {_order_behind(graph.nodes[taker], order[taker]) for taker in takers[index]}
        found |= {"seen"} if index in outputs else set()
        order[index] = "seen" if "seen" in found else "tied" if "tied" in found else "free"
    return {index: order[index] for index, node in enumerate(graph.nodes) if node.kind == "concatenate"}


def _order_behind(node: Node, behind: str) -> str:
    if node.kind == "dense" or (node.kind == "conv" and node["groups"] == 1):
        return "free"
    if node.kind in PASS_AN_ORDER or node.kind == "activation":
        return behind
    return "tied"


def _with(known: Facts, key: str, value: object) -> Facts:
    return tuple(sorted({**dict(known), key: value}.items()))
