"""Rows of items with their places, and how one speaks of an item: the second 3x3 convolution."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from cnn_course.analysis.graph import wording
from cnn_course.analysis.graph.digests import Digest, digest, own_digest
from cnn_course.analysis.graph.nodes import Graph, Node
from cnn_course.analysis.graph.places import CONVOLUTIONS, Place, places
from cnn_course.analysis.graph.sections import Block, Item, Step, row

WEIGHTED = (*CONVOLUTIONS, "dense")


@dataclass(frozen=True)
class Finding:
    """What is wrong and where: `path` says which branch of a block, `node` is an operation of mine."""

    text: str
    place: str = ""
    path: str = ""
    node: int | None = None

    def __str__(self) -> str:
        where = ", ".join(part for part in (self.place, self.path) if part)
        return f"{where}: {self.text}" if where else self.text


@dataclass(frozen=True)
class Row:
    """A row of items of one network, with their places."""

    graph: Graph
    items: tuple[Item, ...]
    places: tuple[Place, ...]
    digests: tuple[Digest, ...]
    path: str = ""

    def node(self, position: int) -> Node:
        return self.graph.nodes[self.items[position].node]

    def place(self, position: int) -> str:
        return str(self.places[min(position, len(self.places) - 1)]) if self.places else ""


def row_to(graph: Graph, output: int, strict: Collection[str]) -> Row:
    """The row of items that leads to the output number `output`."""
    items = row(graph, graph.outputs[output].node)
    digests = tuple(item_digest(graph, item, strict) for item in items)
    return Row(graph, items, tuple(places(graph, items)), digests)


def unbiased(node: Node, strict: Collection[str] = ()) -> Digest:
    """What an operation does, biases aside: whether one is needed depends on what comes later."""
    return own_digest(replace(node, facts=tuple(fact for fact in node.facts if fact[0] != "bias")), strict)


def item_digest(graph: Graph, item: Item, strict: Collection[str]) -> Digest:
    """What an item does, whatever it does it to."""
    own = unbiased(graph.nodes[item.node], strict)
    if isinstance(item, Step):
        return own
    if item.branches is None:
        return digest("crossed", own, sorted(unbiased(graph.nodes[node], strict) for node in item.inside))
    return digest("block", own, sorted(_way_digest(graph, way, strict) for way in item.branches))


def _way_digest(graph: Graph, way: Sequence[Item], strict: Collection[str]) -> Digest:
    return digest([item_digest(graph, item, strict) for item in way])


def finding_at(row: Row, position: int, text: str) -> Finding:
    inside = min(position, len(row.items) - 1)
    node = row.items[inside].node if row.items else None
    return Finding(text, row.place(position), row.path, node)


def a(node: Node) -> str:
    text = wording.name(node)
    return f"{'an' if text[0].lower() in 'aeiou' else 'a'} {text}" if node.kind in wording.COUNTED else text


def the(row: Row, at: int, after: Node | None = None) -> str:
    """An operation as one of its kind in its place: the second 3x3 convolution, the last layer, ReLU."""
    node, item = row.node(at), row.items[at]
    if isinstance(item, Block):
        return f"the {wording.name(node)}"
    if node.kind == "dense" and not any(row.node(k).kind == "dense" for k in range(at + 1, len(row.items))):
        return "the last layer"
    name = wording.name(node)
    if node.kind in ("activation", "batch_norm", "dropout"):
        return name
    twins = [at]
    if node.kind in wording.COUNTED:
        alike = (k for k in range(len(row.items)) if wording.name(row.node(k)) == name)
        twins = [k for k in alike if isinstance(row.items[k], Step) and row.places[k] == row.places[at]]
    if len(twins) == 1:
        return f"the {name}"
    which = f"the {wording.ordinal(twins.index(at))}"
    return which if after is not None and wording.name(after) == name else f"{which} {name}"


def after_what(row: Row, at: int) -> str:
    """after the second 3x3 convolution"""
    return (
        f" after {the(row, at - 1)}" if 0 < at <= len(row.items) and row.node(at - 1).kind != "input" else ""
    )
