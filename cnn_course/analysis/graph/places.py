"""Where an operation stands, in the lecture's words: the stem, stage 3, block 1, the classifier.

Networks with blocks have a stem before the first of them; a block that halves the map begins a stage.
Networks without have stages that a pooling layer ends or a convolution with stride begins.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from cnn_course.analysis.graph.nodes import Graph
from cnn_course.analysis.graph.sections import Block, Item, nodes_of

CONVOLUTIONS = ("conv", "depthwise")
CLASSIFIER = ("flatten", "global_pool", "dense")
HEAD = (*CLASSIFIER, "activation", "dropout", "affine", "batch_norm")


@dataclass(frozen=True)
class Place:
    """The part of the network and, in a stage, its number and the block's; 0 where there is none."""

    part: str = ""
    stage: int = 0
    block: int = 0

    def __str__(self) -> str:
        if self.part != "stage":
            return self.part
        return f"stage {self.stage}, block {self.block}" if self.block else f"stage {self.stage}"


def places(graph: Graph, items: Sequence[Item]) -> list[Place]:
    """The place of each item."""
    body = _body(graph, items)
    found = _with_blocks(graph, items[:body]) if _blocks(items) else _without_blocks(graph, items[:body])
    if not _blocks(items) and max((place.stage for place in found), default=0) <= 1:
        found = [Place() for _ in found]
    head = Place("the classifier") if any(kinds(graph, item) & {*CONVOLUTIONS} for item in items) else Place()
    return found + [head] * (len(items) - body)


def kinds(graph: Graph, item: Item) -> set[str]:
    """The kinds of all operations of an item."""
    return {graph.nodes[node].kind for node in nodes_of([item])}


def shrinks(graph: Graph, item: Item) -> bool:
    """Whether an item has windows that move by more than a pixel."""
    return any(max(graph.nodes[node].said or (1, 1)) > 1 for node in nodes_of([item]))


def _blocks(items: Sequence[Item]) -> int:
    return sum(isinstance(item, Block) for item in items)


def _body(graph: Graph, items: Sequence[Item]) -> int:
    """How many items come before the classifier."""
    start = body = len(items)
    while start > 0 and not isinstance(items[start - 1], Block):
        kind = graph.nodes[items[start - 1].node].kind
        if kind not in HEAD:
            break
        start -= 1
        body = start if kind in CLASSIFIER else body
    return body


def _with_blocks(graph: Graph, items: Sequence[Item]) -> list[Place]:
    stage = block = 0
    ended = False
    found = []
    for item in items:
        if isinstance(item, Block):
            if stage == 0 or ended or shrinks(graph, item):
                stage, block, ended = stage + 1, 0, False
            block += 1
        elif stage and shrinks(graph, item):
            if graph.nodes[item.node].kind in CONVOLUTIONS:
                stage, block = stage + 1, 0
            else:
                found.append(Place("stage", stage))
                ended = True
                continue
        found.append(Place("stage", stage, block) if stage else Place("the stem"))
    return found


def _without_blocks(graph: Graph, items: Sequence[Item]) -> list[Place]:
    stage, convolutions = 1, 0
    found = []
    for item in items:
        conv = graph.nodes[item.node].kind in CONVOLUTIONS
        if conv and convolutions and shrinks(graph, item):
            stage += 1
        convolutions += conv
        found.append(Place("stage", stage))
        if not conv and shrinks(graph, item):
            stage, convolutions = stage + 1, 0
    return found
