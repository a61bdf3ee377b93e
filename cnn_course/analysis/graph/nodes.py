"""The canonical graph: nodes that are written once each, whatever way a network was written.

A node that says the same about the same inputs, with the same weights, is the same node. So applying ReLU
twice to one tensor, or once and using the result twice, gives one graph.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from cnn_course.analysis.graph.values import refuse

Shape = tuple[int | None, ...] | None
Facts = tuple[tuple[str, Any], ...]

MOST_NODES = 20_000


@dataclass(frozen=True)
class Node:
    """One operation. `shape` leaves out the batch, and height and width where both are 1.

    `facts` is what makes it this operation; `asides` maps topics to what counts only if asked for
    (see `comparing.STRICT`); `weights` is the address of the layer that owns the weights. `remake` applies
    the same operation to another input, so that others can pass it. `layer`, the layer's name, `said` and
    `padded`, the strides and the zeros as they were written, are for messages alone.
    """

    kind: str
    inputs: tuple[int, ...] = ()
    facts: Facts = ()
    asides: Facts = ()
    weights: str | None = None
    shape: Shape = field(default=None, compare=False)
    positive: bool = field(default=False, compare=False)  # never below zero
    layer: str | None = field(default=None, compare=False)
    said: tuple[int, int] | None = field(default=None, compare=False)
    padded: Any = field(default=None, compare=False)
    remake: Callable[["Graph", int], int] | None = field(default=None, compare=False, repr=False)

    def __getitem__(self, fact: str) -> Any:
        return dict(self.facts)[fact]

    def get(self, fact: str, default: Any = None) -> Any:
        return dict(self.facts).get(fact, default)


@dataclass(frozen=True)
class Tensor:
    """What flows between the layers of a configuration: a node's output, as a map or as a vector."""

    node: int
    flat: bool


@dataclass
class Graph:
    """Nodes in an order in which inputs come first, and the networks' outputs among them."""

    nodes: list[Node] = field(default_factory=list)
    outputs: tuple[Tensor, ...] = ()
    inputs: int = 0
    _known: dict[Node, int] = field(default_factory=dict, repr=False)
    passed: dict[Any, int] = field(default_factory=dict, repr=False)  # activations that passed others

    def add(self, node: Node) -> int:
        """The index of this node, which is new only if nothing equal is there."""
        if node in self._known:
            return self._known[node]
        if len(self.nodes) >= MOST_NODES:
            raise refuse(f"it has more than {MOST_NODES} operations")
        self.nodes.append(node)
        self._known[node] = len(self.nodes) - 1
        return len(self.nodes) - 1

    def again(self, node: Node, inputs: Iterable[int], **changes: Any) -> int:
        """The same operation on other inputs."""
        return self.add(replace(node, inputs=tuple(inputs), **changes))

    def true_shape(self, tensor: Tensor) -> Shape:
        """A tensor's shape as Keras has it: a map of one pixel keeps its height and width."""
        shape = self.nodes[tensor.node].shape
        return (1, 1, *shape) if shape is not None and len(shape) == 1 and not tensor.flat else shape

    def consumers(self) -> list[list[int]]:
        """For each node those that take it."""
        found: list[list[int]] = [[] for _ in self.nodes]
        for index, node in enumerate(self.nodes):
            for source in set(node.inputs):
                found[source].append(index)
        return found


def facts(**known: Any) -> Facts:
    """Facts in one order, so that equal facts are equal."""
    return tuple(sorted(known.items()))


def needed(graph: Graph, outputs: Sequence[int]) -> Iterator[int]:
    """The nodes that these outputs rest on, in order."""
    wanted = set(outputs)
    for index in range(len(graph.nodes) - 1, -1, -1):
        if index in wanted:
            wanted.update(graph.nodes[index].inputs)
    yield from sorted(wanted)


def as_map(shape: Shape) -> tuple[int | None, int | None, int | None]:
    """(height, width, channels); one pixel if the shape is a vector, unknown where it is unknown."""
    if shape is None or len(shape) not in (1, 3):
        return None, None, None
    return (1, 1, shape[0]) if len(shape) == 1 else (shape[0], shape[1], shape[2])


def squeezed(height: int | None, width: int | None, channels: int | None) -> Shape:
    """A map's shape; a map of one pixel is a vector."""
    return (channels,) if height == width == 1 else (height, width, channels)
