"""What a lecturer would say about the first edits between two rows: each rule is a finding or None."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from cnn_course.analysis.graph import wording
from cnn_course.analysis.graph.aligning import Edit
from cnn_course.analysis.graph.branches import pairs
from cnn_course.analysis.graph.nodes import Node
from cnn_course.analysis.graph.places import CONVOLUTIONS, Place
from cnn_course.analysis.graph.rows import Finding, Row, a, after_what, finding_at, the, unbiased
from cnn_course.analysis.graph.sections import Block, Step

NEAR = 6  # operations between which a layer counts as moved


def stride_moved(edits: Sequence[Edit], mine: Row, expected: Row, strict: Collection[str]) -> Finding | None:
    """The stride stands on another convolution of the same place."""
    turned = [edit for edit in edits if edit.what == "change" and _only_stride(mine, expected, edit)]
    if len(turned) < 2 or turned[0] != edits[0]:
        return None
    first, second = turned[:2]
    ours = [mine.node(edit.mine).said or (1, 1) for edit in (first, second)]
    theirs = [expected.node(edit.expected).said or (1, 1) for edit in (first, second)]
    if ours != theirs[::-1]:
        return None
    has, wants = (second, first) if max(ours[1]) > max(ours[0]) else (first, second)
    stride = wording.number(max(ours))
    there, here = the(mine, has.mine), the(mine, wants.mine, after=mine.node(has.mine))
    return finding_at(mine, first.mine, f"{there} has stride {stride}; it belongs on {here}")


def _only_stride(mine: Row, expected: Row, edit: Edit) -> bool:
    ours, theirs = mine.node(edit.mine), expected.node(edit.expected)
    if ours.kind != theirs.kind or ours.kind not in CONVOLUTIONS:
        return False
    known, wanted = dict(ours.facts), dict(theirs.facts)
    return {key for key in wanted if known.get(key) != wanted[key]} <= {
        "strides",
        "padding",
    } and ours.said != theirs.said


def left_the_block(
    edits: Sequence[Edit], mine: Row, expected: Row, strict: Collection[str]
) -> Finding | None:
    """A layer that ends the main path stands after the addition, or the other way round."""
    first, *rest = edits
    if first.what != "change" or not isinstance(mine.items[first.mine], Block):
        return None
    differing = pairs(mine, expected, first, strict)
    if (
        differing is None
        or len(differing) != 1
        or mine.node(first.mine).kind != expected.node(first.expected).kind
    ):
        return None
    ours, theirs = differing[0]
    merge = wording.name(mine.node(first.mine))
    for edit in rest:
        short, long, stands, belongs = (ours, theirs, "after", "before") if edit.what == "extra" else (
            theirs, ours, "before", "after")  # fmt: skip
        place = edit.mine if edit.what == "extra" else edit.expected
        moved = mine if edit.what == "extra" else expected
        begins = first.mine if edit.what == "extra" else first.expected
        if edit.what in ("extra", "missing") and 0 < place - begins <= 2 and long.digests == (
            *short.digests, moved.digests[place]):  # fmt: skip
            what = wording.name(moved.node(place))
            text = f"{what} stands {stands} the {merge}; it belongs {belongs} it"
            return finding_at(mine, first.mine, text)
    return None


def moved(edits: Sequence[Edit], mine: Row, expected: Row, strict: Collection[str]) -> Finding | None:
    """An operation stands before or after its neighbours instead of the other way round."""
    first = edits[0]
    for second in edits[1:NEAR]:
        if {first.what, second.what} != {"missing", "extra"}:
            continue
        extra, missing = (first, second) if first.what == "extra" else (second, first)
        if mine.digests[extra.mine] != expected.digests[missing.expected]:
            continue
        if abs(first.mine - second.mine) > NEAR:
            continue
        late = first is missing
        passed = range(missing.mine, extra.mine) if late else range(extra.mine + 1, missing.mine)
        if not passed:
            continue
        neighbour = passed[-1] if not late else passed[0]
        sides = ("after", "before") if late else ("before", "after")
        subject, other = extra.mine, neighbour
        if len(passed) == 1 and _eagerness(mine, neighbour) > _eagerness(mine, extra.mine):
            subject, other, sides = neighbour, extra.mine, sides[::-1]
        text = f"{the(mine, subject)} stands {sides[0]} {the(mine, other)}; it belongs {sides[1]} it"
        return finding_at(mine, min(extra.mine, neighbour), text)
    return None


def _eagerness(row: Row, at: int) -> int:
    """Which of two neighbours one says to be in the wrong place."""
    order = ("conv", "dense", "activation", "pool", "dropout", "batch_norm")
    kind = row.node(at).kind
    return order.index(kind) if kind in order else 0


def miscounted(edits: Sequence[Edit], mine: Row, expected: Row, strict: Collection[str]) -> Finding | None:
    """Too few or too many blocks, convolutions or dense layers in one place."""
    first = edits[0]
    if first.what not in ("missing", "extra"):
        return None
    run = [edit for place, edit in enumerate(edits) if _follows(edits, place)]
    sides = [(expected, edit.expected) if edit.what == "missing" else (mine, edit.mine) for edit in run]
    kinds = {"block" if isinstance(side.items[at], Block) else side.node(at).kind for side, at in sides}
    side, at = sides[0]
    place = side.places[at]
    for kind, noun in (
        ("block", "block"),
        ("conv", "convolution"),
        ("depthwise", "convolution"),
        ("dense", "dense layer"),
    ):
        if kind not in kinds:
            continue
        wider = replace(place, block=0) if kind == "block" else place
        counts = [_count(row, kind, wider) for row in (mine, expected)]
        if counts[0] != counts[1]:
            return _counted(mine, expected, side, at, wider, counts, noun)
    return None


def _counted(
    mine: Row, expected: Row, side: Row, at: int, place: Place, counts: list[int], noun: str
) -> Finding:
    # Places of a network with one stage do not name it.
    stages = [max((p.stage for p in row.places), default=0) or 1 for row in (mine, expected)]
    near = min(at, len(mine.items) - 1) if side is mine else None
    node = mine.items[near].node if near is not None else None
    if 0 in counts and stages[0] != stages[1] and place.part == "stage":
        return Finding(f"{wording.plural(stages[0], 'stage')}; {stages[1]} expected", node=node)
    text = f"{wording.plural(counts[0], noun)}; {counts[1] or 'none'} expected"
    return Finding(text, str(place), side.path, node)


def _count(row: Row, kind: str, place: Place) -> int:
    """How many blocks or layers of a kind stand in a place (in a whole stage if it names no block)."""
    found = 0
    for item, here in zip(row.items, row.places, strict=True):
        if (here.part, here.stage) != (place.part, place.stage) or (
            place.block and here.block != place.block
        ):
            continue
        if kind == "block":
            found += isinstance(item, Block)
        else:
            wanted = CONVOLUTIONS if kind in CONVOLUTIONS else (kind,)
            found += isinstance(item, Step) and row.graph.nodes[item.node].kind in wanted
    return found


def _follows(edits: Sequence[Edit], place: int) -> bool:
    """Whether this edit belongs to the unbroken run of edits of one sort with which the list begins."""
    return all(
        edits[k].what == edits[0].what
        and abs(edits[k].mine - edits[k - 1].mine) <= 1
        and abs(edits[k].expected - edits[k - 1].expected) <= 1
        for k in range(1, place + 1)
    )


def changed(edits: Sequence[Edit], mine: Row, expected: Row, strict: Collection[str]) -> Finding | None:
    first = edits[0]
    if first.what != "change":
        return None
    ours, theirs = mine.node(first.mine), expected.node(first.expected)
    if ours.kind != theirs.kind:
        return finding_at(mine, first.mine, _instead(mine, first.mine, theirs))
    if ours.kind == "activation":
        text = f"{wording.name(ours)}{after_what(mine, first.mine)}; {wording.name(theirs)} expected"
    elif ours.kind in ("layer", "unknown") and ours.get("name") != theirs.get("name"):
        text = f"{a(ours)} stands where {a(theirs)} is expected"
    elif unbiased(ours) == unbiased(theirs):
        text = f"{the(mine, first.mine)} {_aside(ours, theirs, strict)}"
    else:
        text = f"{the(mine, first.mine)} {wording.changes(ours, theirs)[0]}"
    return finding_at(mine, first.mine, text)


def missing(edits: Sequence[Edit], mine: Row, expected: Row, strict: Collection[str]) -> Finding | None:
    first = edits[0]
    if first.what != "missing":
        return None
    item = expected.items[first.expected]
    what = wording.name(expected.node(first.expected))
    if isinstance(item, Block):
        what = f"the block that ends in {'an' if what[0] in 'aeiou' else 'a'} {what}"
    same = [edit for edit in edits[1:2] if edit.what == "extra" and edit.mine == first.mine]
    if same and isinstance(item, Step) and isinstance(mine.items[first.mine], Step):
        text = _instead(mine, first.mine, expected.node(first.expected))
        return replace(finding_at(mine, first.mine, text), place=expected.place(first.expected))
    where = after_what(mine, first.mine) or " at the start"
    finding = finding_at(mine, max(first.mine - 1, 0), f"{what} is missing{where}")
    return replace(finding, place=expected.place(first.expected))


def extra(edits: Sequence[Edit], mine: Row, expected: Row, strict: Collection[str]) -> Finding | None:
    first = edits[0]
    if first.what != "extra":
        return None
    same = [edit for edit in edits[1:2] if edit.what == "missing" and edit.expected == first.expected]
    both = isinstance(mine.items[first.mine], Step)
    if same and both and isinstance(expected.items[first.expected], Step):
        theirs = expected.node(first.expected)
        return finding_at(mine, first.mine, _instead(mine, first.mine, theirs))
    where = after_what(mine, first.mine) or " at the start"
    return finding_at(mine, first.mine, f"{wording.name(mine.node(first.mine))}{where} does not belong there")


def _instead(mine: Row, at: int, expected: Node) -> str:
    """One operation where another is expected; those of one name are told apart by their arguments."""
    ours = mine.node(at)
    alike = wording.name(ours).casefold() == wording.name(expected).casefold()
    own, wanted = (wording.arguments(ours), wording.arguments(expected)) if alike else ("", "")
    return f"{the(mine, at)}{own} stands where {a(expected)}{wanted} is expected"


def _aside(ours: Node, theirs: Node, strict: Collection[str]) -> str:
    """What differs of the things that count only when asked for."""
    for topic in sorted(strict):
        mine, expected = dict(ours.asides).get(topic), dict(theirs.asides).get(topic)
        if mine != expected:
            if topic == "alignment":
                return f"{wording.sides(ours.padded)}; the expected one {wording.sides(theirs.padded)}"
            return wording.ASIDES[topic](mine, expected)
    return "has other arguments than expected"
