"""A network as a table: one row per layer or per block, as decks 001 (L174-192, L483-506) and 003 (L607-710).

The rows hold plain numbers, text and lists, ready for JSON or for `cnn_course.analysis.text`:

| column            | what it says                                                                      |
|-------------------|-----------------------------------------------------------------------------------|
| layer, type       | address ("conv1", in a network inside the network "backbone/conv1") and class     |
| slide             | the slides' name, CONV3-64; of a block those of its layers that need memory       |
| output_shape      | [height, width, channels], without the batch; one per output                      |
| parameters        | all numbers that the layer holds; the decks' columns are `parameters - biases`    |
| formula           | where they come from, (3*3*64+1)*128; None without parameters                     |
| biases            | how many of the parameters are biases                                             |
| macs              | multiply-adds for one image; None for a layer with weights of an unknown kind     |
| macs_with_biases  | the same by the rule of deck 004 (L284-295)                                       |
| activations       | numbers that have to be kept for one image (see `activations`)                    |
| bytes             | what they take                                                                    |
| kernel            | effective size of the window, (k + (k-1)(r-1) per axis)                           |
| receptive_field   | pixels that a unit sees; jump, centre: see `cnn_course.analysis.receptive_field`  |
| note              | what the row can't say, and why                                                   |

None means that there is no such number, or that it is not known, as the sizes of a network for images of
any size are.
"""

import re
from collections.abc import Sequence
from itertools import groupby
from math import prod
from operator import itemgetter
from typing import Any

import keras
from keras import layers

from cnn_course.analysis.address import FOLLOWERS, block_names
from cnn_course.analysis.calls import Call, Value, layer_calls
from cnn_course.analysis.cost import biases, call_macs, countable
from cnn_course.analysis.formulas import formula, sum_of
from cnn_course.analysis.receptive_field import Fields, columns, receptive_fields
from cnn_course.analysis.slide_names import slide_name
from cnn_course.analysis.windows import looks_at, spatial

Row = dict[str, Any]

# What works on the numbers of the layer before and needs no memory of its own. Batch normalisation is a
# factor and a shift of the convolution before it, padding a convolution that reads zeros beyond the border.
IN_PLACE = (
    *FOLLOWERS, layers.Flatten, layers.Reshape, layers.Identity,
    layers.ZeroPadding1D, layers.ZeroPadding2D, layers.ZeroPadding3D,
)  # fmt: skip

MOST_NAMES = 12  # an inception module has 8, VGG16 with its head 11
SUMMED = ("parameters", "biases", "macs", "macs_with_biases", "activations", "bytes")


def layer_table(model: keras.Model, *, by: str = "layer") -> list[Row]:
    """The rows of a network, one per call of a layer, or with `by="block"` one per block.

    A layer that is applied twice has two rows; its parameters stand in the first. Networks inside the
    network are opened; by block each is one row. Raises ValueError for a network without a graph, such as a
    Sequential that is not built.
    """
    if by not in ("layer", "block"):
        raise ValueError(f"by is {by!r}; choose one of 'layer', 'block'")
    calls = layer_calls(model)
    fields = receptive_fields(calls)
    seen: set[int] = set()
    rows = []
    for call in calls:
        rows.append(_row(call, fields, first=id(call.layer) not in seen))
        seen.add(id(call.layer))
    return rows if by == "layer" else _blocks(calls, rows)


def activations(call: Call) -> int | None:
    """Numbers that a call leaves in memory for one image; None if its size is not fixed.

    Decks 002 (L1096) and 003 (L607-707) count what convolution, pooling and dense layers put out, and the
    image: VGG16 15,237,608 (the decks' 24 million is wrong). What works in place counts 0; training needs
    about twice the sum, for the gradients.
    """
    if isinstance(call.layer, IN_PLACE):
        return 0
    shapes = [value.shape[1:] for value in call.outputs]
    if any(None in shape for shape in shapes):
        return None
    return sum(prod(size or 0 for size in shape) for shape in shapes)


def _row(call: Call, fields: dict[Value, Fields | None], *, first: bool) -> Row:
    layer = call.layer
    weights = getattr(layer, "weights", []) if first else []
    stored = activations(call)
    return {
        "layer": call.address,
        "type": type(layer).__name__,
        "slide": slide_name(layer),
        "output_shape": _shapes(call.outputs),
        "parameters": sum(prod(weight.shape) for weight in weights),
        "formula": formula(layer) if weights else None,
        "biases": biases(layer) if weights else 0,
        "macs": _macs(call, bias=False),
        "macs_with_biases": _macs(call, bias=True),
        "activations": stored,
        "bytes": None if stored is None else stored * _itemsize(call.outputs[0].dtype),
        "kernel": _kernel(call),
        **columns(fields[call.outputs[0]], places=bool(spatial(call.output_shape, layer))),
        "note": _note(call, fields, first=first),
    }


def _shapes(outputs: Sequence[Value]) -> list[Any]:
    """[height, width, channels] of a tensor; for several outputs a list of such lists."""
    shapes = [list(value.shape[1:]) for value in outputs]
    return shapes[0] if len(shapes) == 1 else shapes


def _macs(call: Call, *, bias: bool) -> int | None:
    try:
        return call_macs(call, bias=bias)
    except ValueError:  # no fixed size: here that is no mistake
        return None


def _itemsize(dtype: str) -> int:
    """Bytes of one number: 4 for float32, 2 for bfloat16, 1 for bool."""
    bits = re.search(r"\d+", dtype)
    return int(bits[0]) // 8 if bits else 1


def _kernel(call: Call) -> list[int] | None:
    windows = looks_at(call.layer, call)
    has_kernel = hasattr(call.layer, "kernel_size") or hasattr(call.layer, "pool_size")
    return [window.extent for window in windows] if has_kernel and isinstance(windows, tuple) else None


def _note(call: Call, fields: dict[Value, Fields | None], *, first: bool) -> str | None:
    kind = type(call.layer).__name__
    notes = []
    if not first:
        notes.append("has the weights of its first call")
    if not countable(call.layer):
        notes.append(f"the multiply-adds of {kind} are not known here and in no sum")
    known_before = all(fields[value] is not None for value in call.inputs)
    if known_before and fields[call.outputs[0]] is None:
        notes.append(f"what {kind} looks at is not known here: no receptive fields from it on")
    return "; ".join(notes) or None


def _blocks(calls: Sequence[Call], rows: Sequence[Row]) -> list[Row]:
    """Neighbouring rows of one block as one."""
    named = zip(block_names(calls), calls, rows, strict=True)
    groups = [(name, list(members)) for name, members in groupby(named, key=itemgetter(0))]
    return [
        _block(name, [call for _, call, _ in members], [row for _, _, row in members])
        for name, members in groups
    ]


def _block(name: str, calls: Sequence[Call], rows: Sequence[Row]) -> Row:
    """Sums of the costs; shape and receptive field are those of the last layer."""
    if len(rows) == 1:
        return rows[0]
    visible = [
        row["slide"] for call, row in zip(calls, rows, strict=True) if not isinstance(call.layer, IN_PLACE)
    ]
    notes = [f"{row['layer']} {row['note']}" for row in rows if row["note"]]
    formulas = [row["formula"] for row in rows if row["formula"]]
    return rows[-1] | {
        "layer": name,
        "type": f"{len(rows)} layers",
        "slide": _counted(visible or [row["slide"] for row in rows]),
        **{column: _sum(rows, column) for column in SUMMED},
        "formula": sum_of(formulas) if formulas else None,
        "kernel": None,
        "note": "; ".join(notes) or None,
    }


def _sum(rows: Sequence[Row], column: str) -> int | None:
    """The sum, if all of it is known."""
    return None if any(row[column] is None for row in rows) else sum(row[column] for row in rows)


def _counted(names: Sequence[str]) -> str:
    """CONV3-64 x2, POOL2; of a long block only how much it is."""
    runs = [(name, len(list(run))) for name, run in groupby(names)]
    if len(runs) > MOST_NAMES:
        return f"{len(names)} layers, {names[0]} to {names[-1]}"
    return ", ".join(name if times == 1 else f"{name} x{times}" for name, times in runs)
