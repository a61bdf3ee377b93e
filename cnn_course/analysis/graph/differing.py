"""The first place where two networks differ, and what a lecturer would say about it."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import zip_longest

from cnn_course.analysis.graph import rules, wording
from cnn_course.analysis.graph.aligning import Edit, aligned
from cnn_course.analysis.graph.branches import pairs, shortcut, shortcut_added, shortcut_lost
from cnn_course.analysis.graph.digests import own_digest
from cnn_course.analysis.graph.nodes import Graph
from cnn_course.analysis.graph.rows import WEIGHTED, Finding, Row, finding_at, row_to, the, unbiased
from cnn_course.analysis.graph.sections import Block, Item, Step, nodes_of


def first_finding(mine: Graph, expected: Graph, output: int, strict: Collection[str]) -> Finding | None:
    """The first difference on the way to the output number `output`, if the rows of operations show one."""
    return _first(row_to(mine, output, strict), row_to(expected, output, strict), strict)


def _first(mine: Row, expected: Row, strict: Collection[str]) -> Finding | None:
    found = _bias_differs(mine, expected)
    if found or mine.digests == expected.digests:
        return found
    found = shortcut_lost(mine, expected) or shortcut_added(mine, expected)
    if found:
        return found
    edits = aligned(
        mine.digests, expected.digests, lambda i, j: _price_of_change(mine, i, expected, j),
        lambda j: _price(expected.items[j], expected.graph), lambda i: _price(mine.items[i], mine.graph),
    )  # fmt: skip
    for rule in (
        rules.stride_moved,
        rules.left_the_block,
        rules.moved,
        _block_changed,
        rules.miscounted,
        rules.changed,
        rules.missing,
        rules.extra,
    ):
        found = rule(edits, mine, expected, strict)
        if found:
            return found
    return None


def _price(item: Item, graph: Graph) -> float:
    if isinstance(item, Block):
        return 3.0
    return 1.6 if graph.nodes[item.node].kind in WEIGHTED else 1.2


def _price_of_change(mine: Row, i: int, expected: Row, j: int) -> float:
    """Small between operations of one kind, larger than leaving out and adding between others."""
    ours, theirs = mine.items[i], expected.items[j]
    if isinstance(ours, Block) != isinstance(theirs, Block):
        return 10.0
    if isinstance(ours, Block):
        return 1.0 if mine.node(i).kind == expected.node(j).kind else 2.0
    if mine.node(i).kind != expected.node(j).kind:
        return 2.3 if {mine.node(i).kind, expected.node(j).kind} in ALIKE else 10.0
    different = sum(a != b for a, b in zip_longest(mine.node(i).facts, expected.node(j).facts))
    return 0.7 + 0.2 * different


ALIKE = (
    {"pool", "global_pool"},
    {"flatten", "global_pool"},
    {"conv", "depthwise"},
    {"pool", "subsample"},
)  # kinds that stand for each other


def _bias_differs(mine: Row, expected: Row) -> Finding | None:
    """A bias that matters, among the operations that are the same in both."""
    for at, (ours, theirs) in enumerate(zip(mine.digests, expected.digests, strict=False)):
        if ours != theirs:
            return None
        for left, right in zip(_in_one_order(mine, at), _in_one_order(expected, at), strict=False):
            one, other = mine.graph.nodes[left], expected.graph.nodes[right]
            if one.get("bias") == other.get("bias") or "bias" in dict(one.asides + other.asides):
                continue
            named = the(mine, at) if isinstance(mine.items[at], Step) else f"a {wording.name(one)}"
            has = "has a bias; none is expected" if one.get("bias") else "has no bias; one is expected"
            return replace(finding_at(mine, at, f"{named} {has}"), node=left)
    return None


def _in_one_order(row: Row, at: int) -> list[int]:
    """The nodes of an item, in the same order in all equal items."""
    return sorted(
        nodes_of([row.items[at]]),
        key=lambda node: (unbiased(row.graph.nodes[node]), own_digest(row.graph.nodes[node])),
    )


def _block_changed(
    edits: Sequence[Edit], mine: Row, expected: Row, strict: Collection[str]
) -> Finding | None:
    first = edits[0]
    if first.what != "change" or not isinstance(expected.items[first.expected], Block):
        return None
    return _inside_block(mine, expected, first, strict)


def _inside_block(mine: Row, expected: Row, edit: Edit, strict: Collection[str]) -> Finding:
    ours, theirs = mine.items[edit.mine], expected.items[edit.expected]
    here = finding_at(mine, edit.mine, "")
    here = replace(here, place=expected.place(edit.expected))
    kinds = [row.node(at).kind for row, at in ((mine, edit.mine), (expected, edit.expected))]
    if kinds[0] != kinds[1]:
        done = [wording.DONE.get(kind, "joined by " + kind) for kind in kinds]
        return replace(here, text=f"the branches are {done[0]}; they should be {done[1]}")
    differing = pairs(mine, expected, edit, strict)
    counts = [len(item.branches or ()) if isinstance(item, Block) else 0 for item in (ours, theirs)]
    if 0 in counts:
        return replace(here, text="the branches are wired in another way")
    if differing is None:
        return replace(here, text=f"{counts[0]} branches; {counts[1]} expected")
    for left, right in differing:
        if right.path.endswith("shortcut"):
            found = shortcut(mine, edit, left, right)
            if found:
                return replace(here, text=found)
        finding = _first(left, right, strict)
        if finding:
            return finding if finding.place else replace(finding, place=here.place)
    shapes = mine.node(edit.mine).get("shapes")
    if shapes:
        return replace(here, text=f"branches of {' and '.join(map(wording.size, shapes))} cannot be joined")
    return replace(here, text="the branches are joined in another way")
