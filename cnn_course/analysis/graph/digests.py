"""Digests that are equal exactly where networks are: of single operations and of everything around them."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from hashlib import blake2b
from typing import Any

from cnn_course.analysis.graph.joining import COMMUTATIVE
from cnn_course.analysis.graph.nodes import Graph, Node
from cnn_course.analysis.graph.values import rounded

Digest = str


def digest(*parts: Any) -> Digest:
    """The same text for equal plain values, in every process."""
    return blake2b(repr(parts).encode(), digest_size=16).hexdigest()


def own_digest(node: Node, strict: Collection[str] = ()) -> Digest:
    """What a node does, whatever it does it to; asides of the topics in `strict` count."""
    counted = tuple((topic, value) for topic, value in node.asides if topic in strict)
    return digest(node.kind, rounded(node.facts), rounded(counted))


def node_digests(graph: Graph, strict: Collection[str] = ()) -> list[Digest]:
    """For each node what it computes from the input, and what the network makes of it."""
    above: list[Digest] = []
    for node in graph.nodes:
        sources = [above[source] for source in node.inputs]
        above.append(digest(own_digest(node, strict), sorted(sources) if _is_unordered(node) else sources))
    shared = _shared(graph, above)
    below = ["" for _ in above]
    outputs = defaultdict(list)
    for place, tensor in enumerate(graph.outputs):
        outputs[tensor.node].append(place)
    takers = graph.consumers()
    for index in range(len(above) - 1, -1, -1):
        taken = sorted(below[taker] for taker in takers[index])
        below[index] = digest(above[index], shared[index], outputs[index], taken)
    return below


def graph_digest(graph: Graph, strict: Collection[str] = ()) -> Digest:
    """One digest for the whole network."""
    nodes = node_digests(graph, strict)
    outputs = [(nodes[tensor.node], graph.true_shape(tensor)) for tensor in graph.outputs]
    return digest(graph.inputs, outputs, sorted(nodes), sharing(graph, nodes))


def sharing(graph: Graph, nodes: list[Digest]) -> list[tuple[Digest, ...]]:
    """The groups of nodes that share their weights."""
    return sorted(tuple(sorted(nodes[index] for index in group)) for group in _groups(graph))


def asides(graph: Graph, nodes: list[Digest], topic: str) -> dict[Digest, Counter[Any]]:
    """What nodes of each digest say aside of a topic."""
    found: dict[Digest, Counter[Any]] = defaultdict(Counter)
    for node, own in zip(graph.nodes, nodes, strict=True):
        found[own][dict(node.asides).get(topic)] += 1
    return found


def branch_orders(graph: Graph, nodes: list[Digest]) -> Counter[tuple[Digest, ...]]:
    """The orders of the branches of those concatenations whose order other branches depend on."""
    tied = [node for node in graph.nodes if node.kind == "concatenate" and node["order"] == "tied"]
    return Counter(tuple(nodes[source] for source in node.inputs) for node in tied)


def _is_unordered(node: Node) -> bool:
    return node.kind in COMMUTATIVE or (node.kind == "concatenate" and node.get("order") != "seen")


def _groups(graph: Graph) -> Iterable[list[int]]:
    owners: dict[str, list[int]] = defaultdict(list)
    for index, node in enumerate(graph.nodes):
        if node.weights is not None:
            owners[node.weights].append(index)
    return [group for group in owners.values() if len(group) > 1]


def _shared(graph: Graph, above: list[Digest]) -> list[Digest]:
    """For each node with which others it shares its weights."""
    result = ["" for _ in above]
    for group in _groups(graph):
        together = digest(sorted(above[index] for index in group))
        for index in group:
            result[index] = together
    return result
