"""What can be wrong with a block: its shortcut, its branches, the way in which they come together."""

from collections.abc import Collection, Sequence

from cnn_course.analysis.graph import wording
from cnn_course.analysis.graph.aligning import Edit
from cnn_course.analysis.graph.nodes import Graph
from cnn_course.analysis.graph.places import CONVOLUTIONS
from cnn_course.analysis.graph.rows import WEIGHTED, Finding, Row, item_digest
from cnn_course.analysis.graph.sections import Block, Item, nodes_of


def shortcut_lost(mine: Row, expected: Row) -> Finding | None:
    """Where a sum is expected, mine has the main path alone."""
    at = _first_unequal(mine, expected)
    if at is None or _main_path(expected, at) is None or isinstance(mine.items[at], Block):
        return None
    if not _runs_along(mine, at, _main_path(expected, at) or ()):
        return None
    text = "the shortcut is missing: the input of the block should be added to what its main path makes of it"
    return Finding(text, expected.place(at), mine.path, mine.items[at].node)


def shortcut_added(mine: Row, expected: Row) -> Finding | None:
    """A sum where the main path alone is expected."""
    at = _first_unequal(mine, expected)
    if at is None or _main_path(mine, at) is None or isinstance(expected.items[at], Block):
        return None
    if not _runs_along(expected, at, _main_path(mine, at) or ()):
        return None
    return Finding("a shortcut is added; none is expected", mine.place(at), mine.path, mine.items[at].node)


def _first_unequal(mine: Row, expected: Row) -> int | None:
    pairs = zip(mine.digests, expected.digests, strict=False)
    return next((at for at, (ours, theirs) in enumerate(pairs) if ours != theirs), None)


def _main_path(row: Row, at: int) -> tuple[str, ...] | None:
    """The kinds along the longer branch of a sum of two."""
    item = row.items[at]
    if not isinstance(item, Block) or item.branches is None or len(item.branches) != 2:
        return None
    if row.node(at).kind != "add":
        return None
    main = max(item.branches, key=lambda way: _weight(row.graph, way))
    return tuple(row.graph.nodes[step.node].kind for step in main)


def _runs_along(row: Row, at: int, path: tuple[str, ...]) -> bool:
    steps = row.items[at : at + len(path)]
    return bool(path) and tuple(row.graph.nodes[item.node].kind for item in steps) == path


def _weight(graph: Graph, way: Sequence[Item]) -> tuple[int, int]:
    kinds = [graph.nodes[node].kind for node in nodes_of(way)]
    return sum(kind in WEIGHTED for kind in kinds), len(kinds)


def pairs(mine: Row, expected: Row, edit: Edit, strict: Collection[str]) -> list[tuple[Row, Row]] | None:
    """The branches of two blocks that differ, side by side; None if they cannot be paired."""
    ours, theirs = mine.items[edit.mine], expected.items[edit.expected]
    if not isinstance(ours, Block) or not isinstance(theirs, Block):
        return None
    if ours.branches is None or theirs.branches is None or len(ours.branches) != len(theirs.branches):
        return None
    left, right = _ways(mine, ours, edit.mine, strict), _ways(expected, theirs, edit.expected, strict)
    for way in list(left):
        twin = next((other for other in right if other.digests == way.digests), None)
        if twin is not None:
            left.remove(way)
            right.remove(twin)
    return list(zip(left, right, strict=True))


def _ways(row: Row, block: Block, at: int, strict: Collection[str]) -> list[Row]:
    """The branches of a block as rows, the heaviest first, with the names by which one speaks of them."""
    ways = sorted(block.branches or (), key=lambda way: _weight(row.graph, way), reverse=True)
    sums = row.node(at).kind == "add" and len(ways) == 2
    names = ["main path", "shortcut"] if sums else [_branch_name(row.graph, way) for way in ways]
    names = [
        name if names.count(name) == 1 else f"{name} {names[:k].count(name) + 1}"
        for k, name in enumerate(names)
    ]
    return [
        Row(
            row.graph, tuple(way), (row.places[at],) * len(way),
            tuple(item_digest(row.graph, item, strict) for item in way),
            ", ".join(part for part in (row.path, name) if part),
        )
        for way, name in zip(ways, names, strict=True)
    ]  # fmt: skip


def _branch_name(graph: Graph, way: Sequence[Item]) -> str:
    nodes = [graph.nodes[node] for node in nodes_of(way)]
    if any(node.kind in ("pool", "global_pool") for node in nodes):
        return "the pooling branch"
    kernels = [node["kernel"] for node in nodes if node.kind in CONVOLUTIONS]
    return f"the {wording.by(max(kernels))} branch" if kernels else "the branch"


def shortcut(mine: Row, edit: Edit, left: Row, right: Row) -> str | None:
    """What is wrong with a shortcut as a whole."""
    projects = [
        any(row.graph.nodes[n].kind in CONVOLUTIONS for n in nodes_of(row.items)) for row in (left, right)
    ]
    if projects == [True, False]:
        return f"the shortcut has a projection; {_instead(right)} is expected"
    if projects == [False, True]:
        kernels = [
            right.graph.nodes[n]["kernel"]
            for n in nodes_of(right.items)
            if right.graph.nodes[n].kind == "conv"
        ]
        projection = f"{wording.by(kernels[0])} projection" if kernels else "projection"
        return f"the shortcut has no {projection}; {_shapes(mine, edit, left) or 'it is ' + _instead(left)}"
    if not right.items:
        return f"the shortcut is {_instead(left)}; the input itself is expected"
    if not left.items:
        return f"the shortcut is the input itself; {_instead(right)} is expected"
    return None


def _instead(row: Row) -> str:
    if not row.items:
        return "the input itself"
    names = [wording.name(row.graph.nodes[node]) for node in nodes_of(row.items)]
    return " and ".join(", ".join(names).rsplit(", ", 1))


def _shapes(mine: Row, edit: Edit, shortcut: Row) -> str:
    """The shapes that cannot be added: main path 16x16x128, skip 32x32x64."""
    node = mine.node(edit.mine)
    if node.get("shapes") is None:
        return ""
    ends = {source: mine.graph.nodes[source].shape for source in node.inputs}
    own = shortcut.items[-1].node if shortcut.items else mine.items[edit.mine - 1].node
    main = next((shape for source, shape in ends.items() if source != own), None)
    return f"main path {wording.size(main)}, skip {wording.size(mine.graph.nodes[own].shape)}"
