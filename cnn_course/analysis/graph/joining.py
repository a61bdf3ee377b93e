"""Operations that bring branches together; the order of the branches of a sum is forgotten."""

from collections.abc import Sequence

from cnn_course.analysis.graph.nodes import Graph, Node, Shape, facts
from cnn_course.analysis.graph.spatial import pad_channels
from cnn_course.analysis.graph.values import refuse

COMMUTATIVE = {"add", "multiply", "average", "maximum", "minimum"}
MOST_BRANCHES = 1_000


def merge(graph: Graph, sources: Sequence[int], kind: str, *, layer: str | None = None) -> int:
    """A sum, product, average, maximum, minimum, difference or quotient of branches.

    Shapes that do not fit stay in the facts: a network that cannot be built is a network that differs.
    """
    if len(sources) == 1 and kind in COMMUTATIVE:
        return sources[0]
    nodes = [graph.nodes[source] for source in sources]
    shapes = [node.shape for node in nodes]
    shape, fits = _broadcast(shapes)
    positive = kind in COMMUTATIVE and all(node.positive for node in nodes)
    inputs = sorted(sources) if kind in COMMUTATIVE else sources
    known = facts() if fits else facts(shapes=tuple(sorted(shapes, key=repr)))
    return graph.add(Node(kind, tuple(inputs), known, shape=shape, positive=positive, layer=layer))


def concatenate(graph: Graph, sources: Sequence[int], *, layer: str | None = None) -> int:
    """The channels of all branches; a concatenation of concatenations is one."""
    flat: list[int] = []
    for source in sources:
        node = graph.nodes[source]
        flat += node.inputs if node.kind == "concatenate" else (source,)
    if len(flat) > MOST_BRANCHES:
        raise refuse(f"a concatenation has {len(flat)} branches; at most {MOST_BRANCHES} are read")
    zeros = [graph.nodes[source].kind == "zeros" for source in flat]
    if sum(zeros) == len(zeros) - 1:
        return _zeros_around(graph, flat, zeros, layer)
    if len(flat) == 1:
        return flat[0]
    nodes = [graph.nodes[source] for source in flat]
    shape = _joined([node.shape for node in nodes])
    positive = all(node.positive for node in nodes)
    return graph.add(Node("concatenate", tuple(flat), shape=shape, positive=positive, layer=layer))


def _zeros_around(graph: Graph, sources: Sequence[int], zeros: Sequence[bool], layer: str | None) -> int:
    """Zeros beside one branch are channels of zeros."""
    place = zeros.index(False) if False in zeros else 0
    widths = [(graph.nodes[source].shape or (0,))[-1] or 0 for source in sources]
    return pad_channels(graph, sources[place], sum(widths[:place]), sum(widths[place + 1 :]), layer=layer)


def _broadcast(shapes: Sequence[Shape]) -> tuple[Shape, bool]:
    """The shape of a sum of these shapes, and whether they fit."""
    if any(shape is None for shape in shapes):
        return None, True
    maps = [shape for shape in shapes if shape is not None]
    rank = max(map(len, maps))
    padded = [(*[1] * (rank - len(shape)), *shape) for shape in maps]
    result: list[int | None] = []
    for sizes in zip(*padded, strict=True):
        known = {size for size in sizes if size not in (1, None)}
        if len(known) > 1:
            return maps[0], False
        result.append(known.pop() if known else (None if None in sizes else 1))
    return tuple(result), True


def _joined(shapes: Sequence[Shape]) -> Shape:
    """The first shape with the channels of all."""
    known = [shape for shape in shapes if shape is not None]
    if len(known) < len(shapes) or len({len(shape) for shape in known}) > 1:
        return None
    channels = [shape[-1] for shape in known]
    total = None if None in channels else sum(n for n in channels if n is not None)
    sizes = [next((n for n in axis if n is not None), None) for axis in zip(*known, strict=True)][:-1]
    return (*sizes, total)
