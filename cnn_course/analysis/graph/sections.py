"""A graph as a person reads it: a row of steps, some of them blocks whose branches come together again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cnn_course.analysis.graph.nodes import Graph, needed

DEEPEST = 20
START = -1  # stands before the inputs


@dataclass(frozen=True)
class Step:
    """One operation that everything passes."""

    node: int


@dataclass(frozen=True)
class Block:
    """Branches from one operation to another: `node` brings them together. A branch without items is the
    input itself. `branches` is None where branches cross; then `inside` lists what lies between."""

    node: int
    branches: tuple[tuple["Item", ...], ...] | None
    inside: tuple[int, ...]


Item = Step | Block


def row(graph: Graph, output: int) -> tuple[Item, ...]:
    """The items between the input and an output."""
    return _between(graph, START, list(needed(graph, [output])), 0)


def nodes_of(items: Iterable[Item]) -> list[int]:
    """All nodes of these items, in order."""
    return sorted(
        node
        for item in items
        for node in ((*item.inside, item.node) if isinstance(item, Block) else (item.node,))
    )


def _between(graph: Graph, entry: int, members: Sequence[int], depth: int) -> tuple[Item, ...]:
    """The items made of `members`, which are sorted; the last is where they end."""
    inside = {entry, *members}
    last = dict.fromkeys((entry, *members), entry)
    for node in members:
        for source in _sources(graph, node):
            if source in inside:
                last[source] = node
    items: list[Item] = []
    start, reach = entry, last[entry]
    waiting: list[int] = []
    for node in members:
        if reach <= node:
            items.append(_item(graph, start, waiting, node, depth))
            start, waiting = node, []
        else:
            waiting.append(node)
        reach = max(reach, last[node])
    return tuple(items)


def _item(graph: Graph, start: int, inside: Sequence[int], end: int, depth: int) -> Item:
    if not inside and len(graph.nodes[end].inputs) <= 1:
        return Step(end)
    branches = [_ancestors(graph, source, set(inside)) for source in _sources(graph, end)]
    apart = sum(map(len, branches)) == len(set().union(*branches))
    if not apart or depth >= DEEPEST:
        return Block(end, None, tuple(inside))
    ways = tuple(_between(graph, start, sorted(branch), depth + 1) for branch in branches)
    return Block(end, ways, tuple(inside))


def _ancestors(graph: Graph, node: int, among: set[int]) -> set[int]:
    found: set[int] = set()
    waiting = [node]
    while waiting:
        current = waiting.pop()
        if current in among and current not in found:
            found.add(current)
            waiting.extend(graph.nodes[current].inputs)
    return found


def _sources(graph: Graph, node: int) -> tuple[int, ...]:
    return graph.nodes[node].inputs or (START,)
