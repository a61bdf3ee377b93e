"""Whether two networks are the same, and if not, where they first differ."""

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from cnn_course.analysis.graph import wording
from cnn_course.analysis.graph.differing import Finding, first_finding
from cnn_course.analysis.graph.digests import (
    asides,
    branch_orders,
    graph_digest,
    node_digests,
    own_digest,
    sharing,
)
from cnn_course.analysis.graph.nodes import Graph, Node
from cnn_course.analysis.graph.reading import read
from cnn_course.analysis.graph.settling import settled
from cnn_course.analysis.graph.translating import LIKE_NO_OTHER

Outcome = Literal["equal", "equal with notes", "different", "undecided"]

# What can be asked to agree as well. The first three earn a note where they differ.
STRICT = {
    "alignment": "at which pixel strided windows start, where the size of the result is the same",
    "bias": "biases that a later bias or batch normalisation makes useless",
    "zeros": "where a shortcut's channels of zeros lie",
    "constants": "momentum and epsilon of batch normalisation",
    "initializers": "how weights start",
    "regularizers": "penalties and constraints",
}
NOTES = {
    "alignment": "strided windows start at another pixel: yours {}, expected {}; "
    "sizes and costs are the same",
    "bias": "a bias that the next layer makes useless is there in one network only",
    "zeros": "a shortcut puts its channels of zeros at another place; "
    "this changes nothing that can be learnt",
}


@dataclass(frozen=True)
class Difference:
    """The first place where my network is not the expected one; `str` of it is the message.

    `place` is the lecture's words for the part, `layer` the name of my layer that is nearest (None where
    there is none); `certain` is False if a layer that nobody can read may make up for it.
    """

    message: str
    place: str = ""
    layer: str | None = None
    certain: bool = True

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True)
class Comparison:
    """What comparing two networks found: the outcome, the first difference, and what is worth a word."""

    outcome: Outcome
    difference: Difference | None = None
    notes: tuple[str, ...] = ()

    @property
    def same(self) -> bool:
        """Whether my network is right."""
        return self.outcome in ("equal", "equal with notes")

    def __str__(self) -> str:
        if self.difference is not None:
            return str(self.difference)
        return "; ".join(("the networks are the same", *self.notes))


def canonical(network: Any, *, input_shape: Sequence[int | None] | None = None) -> Graph:
    """The canonical graph of a Keras model, of its configuration as plain data, or of its JSON.

    `input_shape`, without the batch, is taken where the network does not fix its own. Raises ValueError for
    what is no Sequential or functional model, in one line, whatever came.
    """
    return settled(read(network, input_shape))


def fingerprint(network: Any, *, strict: Collection[str] = ()) -> str:
    """A text that is equal for networks that are the same, in every process; `strict` as in `compare`."""
    return graph_digest(canonical(network), _topics(strict))


def first_difference(mine: Any, expected: Any, *, strict: Collection[str] = ()) -> Difference | None:
    """The first place where my network differs from the expected one, or None if it is right."""
    return compare(mine, expected, strict=strict).difference


def compare(mine: Any, expected: Any, *, strict: Collection[str] = ()) -> Comparison:
    """Compare two networks, each a Keras model, its configuration or its JSON.

    Names, data types, the order of branches and the way of writing do not count; `strict` names topics of
    `STRICT` that shall count too. Where a layer cannot be read (Lambda, somebody's own class), networks that
    differ are "undecided". Raises ValueError if one of them is no Sequential or functional model.
    """
    topics = _topics(strict)
    theirs = canonical(expected)
    ours = canonical(mine, input_shape=_only_input(theirs))
    if graph_digest(ours, topics) == graph_digest(theirs, topics):
        return _equal(ours, theirs)
    finding = _finding(ours, theirs, topics)
    layer = None if finding.node is None else ours.nodes[finding.node].layer
    place = ", ".join(part for part in (finding.place, finding.path) if part)
    riddles = [] if _ends_differ(ours, theirs) else _riddles(ours, theirs)
    if riddles:
        message = f"cannot tell: {_riddle(riddles[0])}; as far as can be read, {finding}"
        return Comparison("undecided", Difference(message, place, layer, certain=False))
    return Comparison("different", Difference(str(finding), place, layer))


def _topics(strict: Collection[str]) -> frozenset[str]:
    strict = {strict} if isinstance(strict, str) else set(strict)
    for topic in sorted(strict - set(STRICT)):
        raise ValueError(f"strict names {topic!r}; choose from {', '.join(STRICT)}")
    return frozenset(strict)


def _only_input(graph: Graph) -> tuple[int | None, ...] | None:
    """The shape of the one input, for a network that leaves its own open."""
    shapes = [node.shape for node in graph.nodes if node.kind == "input"]
    return shapes[0] if len(shapes) == 1 else None


def _equal(ours: Graph, theirs: Graph) -> Comparison:
    """Equal, with what is worth a word; undecided if only the order of concatenated branches is open."""
    mine, expected = node_digests(ours), node_digests(theirs)
    if branch_orders(ours, mine) != branch_orders(theirs, expected):
        message = "cannot tell: branches are concatenated in another order, and other branches depend on it"
        return Comparison("undecided", Difference(message, certain=False))
    notes = [
        NOTES[topic].format(*_sides(ours, mine, theirs, expected) if topic == "alignment" else ())
        for topic in NOTES
        if asides(ours, mine, topic) != asides(theirs, expected, topic)
    ]
    notes += [
        f"both use {wording.name(node)}, which is taken to be the same"
        for node in dict.fromkeys(
            node for node in ours.nodes if node.kind == "unknown" and node["name"] != "Lambda"
        )
    ][:1]
    return Comparison("equal with notes" if notes else "equal", notes=tuple(notes))


def _sides(ours: Graph, mine: list[str], theirs: Graph, expected: list[str]) -> tuple[str, str]:
    """How the first windows that start at another pixel are padded."""
    twins = defaultdict(list)
    for node, digest in zip(theirs.nodes, expected, strict=True):
        twins[digest].append(node)
    for node, digest in zip(ours.nodes, mine, strict=True):
        start = dict(node.asides).get("alignment")
        twin = next((t for t in twins[digest] if dict(t.asides).get("alignment") != start), None)
        if twin is not None:
            return wording.sides(node.padded), wording.sides(twin.padded)
    return wording.sides(None), wording.sides(None)


def _finding(ours: Graph, theirs: Graph, topics: frozenset[str]) -> Finding:
    """The first thing that is not as expected, from the input to the outputs."""
    found = _inputs_differ(ours, theirs)
    if found:
        return found
    if len(ours.outputs) != len(theirs.outputs):
        return Finding(f"{wording.plural(len(ours.outputs), 'output')}; {len(theirs.outputs)} expected")
    for output in range(len(theirs.outputs)):
        found = first_finding(ours, theirs, output, topics)
        if found:
            return found
    for shape, wanted in zip(
        (ours.true_shape(tensor) for tensor in ours.outputs),
        (theirs.true_shape(tensor) for tensor in theirs.outputs),
        strict=True,
    ):
        if shape != wanted:
            return Finding(f"the output has shape {wording.size(shape)}; {wording.size(wanted)} expected")
    return _sharing_differs(ours, theirs)


def _inputs_differ(ours: Graph, theirs: Graph) -> Finding | None:
    if ours.inputs != theirs.inputs:
        return Finding(f"{wording.plural(ours.inputs, 'input')}; {theirs.inputs} expected")
    pairs = zip(ours.nodes[: ours.inputs], theirs.nodes[: theirs.inputs], strict=False)
    for number, (mine, expected) in enumerate(pairs):
        if mine.kind == expected.kind == "input" and mine.facts != expected.facts:
            which = "the input" if ours.inputs == 1 else f"the {wording.ordinal(number)} input"
            return Finding(f"{which} is {wording.size(mine.shape)}; {wording.size(expected.shape)} expected")
    return None


def _sharing_differs(ours: Graph, theirs: Graph) -> Finding:
    mine, expected = sharing(ours, node_digests(ours)), sharing(theirs, node_digests(theirs))
    if len(mine) > len(expected):
        return Finding("one layer is used in several places; layers of their own are expected")
    if len(mine) < len(expected):
        return Finding(
            "one layer should be used in several places; there are layers with weights of their own"
        )
    return Finding("the same operations are connected in another way")


def _ends_differ(ours: Graph, theirs: Graph) -> bool:
    """Whether the inputs or the number of outputs alone make the networks differ."""
    return _inputs_differ(ours, theirs) is not None or len(ours.outputs) != len(theirs.outputs)


def _riddles(ours: Graph, theirs: Graph) -> list[Node]:
    """What may make up for any difference: unknown layers, and what only one side has and may be written
    in another way."""
    found = [node for graph in (ours, theirs) for node in graph.nodes if node.kind in ("unknown", "channels")]
    maxima = any(node.kind == "maximum" for graph in (ours, theirs) for node in graph.nodes)
    open_ones = [
        [node for node in graph.nodes if _is_open(graph, node) or (maxima and _is_maxout(node))]
        for graph in (ours, theirs)
    ]
    counts = [Counter(own_digest(node) for node in nodes) for nodes in open_ones]
    lonely = {digest for digest in counts[0] | counts[1] if counts[0][digest] != counts[1][digest]}
    return found + [node for nodes in open_ones for node in nodes if own_digest(node) in lonely]


def _is_open(graph: Graph, node: Node) -> bool:
    """Whether an operation only moves or sums numbers in a way that other operations may do as well."""
    if node.kind == "reshape":
        return len(graph.nodes[node.inputs[0]].shape or (None, None)) > 1
    return node.kind == "layer" and node["name"] not in LIKE_NO_OTHER


def _is_maxout(node: Node) -> bool:
    """A maximum of dense layers or of channels, which merging branches may be too."""
    return node.kind == "layer" and node["name"].endswith("Maxout")


def _riddle(node: Node) -> str:
    where = "" if node.layer is None else f" ({node.layer})"
    if node.kind == "unknown":
        return f"nobody can see from outside what {wording.name(node)}{where} does"
    return f"other layers may do the same as {wording.name(node)}{where}"
