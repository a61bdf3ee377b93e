"""A network as a figure: where its parameters, its work and its memory lie, and what its units see."""

from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes

from cnn_course.plots.numbers import short
from cnn_course.plots.picture import Picture
from cnn_course.plots.rows import check_rows

COSTS = (  # column of the rows, what the panel is called, colour
    ("parameters", "parameters", "#4477AA"),
    ("macs", "multiply-adds", "#EE6677"),
    ("activations", "memory", "#228833"),
)
FIELD = "#AA3377"
MOST_LABELS = 80  # more names than these would have to overlap or the figure to be yards long


def architecture(rows: Sequence[dict[str, Any]], *, title: str = "") -> Picture:
    """Bars of parameters, multiply-adds and memory beside the growth of the receptive field.

    `rows` are those of `cnn_course.analysis.table.layer_table`, by layer or by block, from the image at the
    top to the scores; rows that cost nothing are left out.
    """
    check_rows(rows, ["layer", "output_shape"], "plots.architecture(explain(model).rows)")
    shown = [row for row in rows if any(row[column] for column, *_ in COSTS)]
    height = 1.3 + 0.23 * min(len(shown), MOST_LABELS)
    figure = Picture(figsize=(11, height), layout="constrained", dpi=120)
    panels = figure.subplots(1, 4, sharey=True)
    for axes, (column, name, colour) in zip(panels, COSTS, strict=False):
        _bars(axes, [row[column] or 0 for row in shown], name, colour)
    _fields(panels[3], shown)
    step = max(1, -(-len(shown) // MOST_LABELS))
    panels[0].set_yticks(
        range(0, len(shown), step), labels=[_label(row) for row in shown[::step]], fontsize=8
    )
    panels[0].set_ylim(len(shown) - 0.4, -0.6)
    figure.suptitle(title, fontsize=13, fontweight="bold")
    return figure


def _label(row: dict[str, Any]) -> str:
    sizes = row["output_shape"]
    shape = "" if isinstance(sizes[0], list) else "x".join("-" if n is None else str(n) for n in sizes)
    slide = "" if row["type"].endswith("layers") else f"  {row['slide']}"
    return f"{row['layer']}{slide}  {shape}"


def _bars(axes: Axes, values: Sequence[int], name: str, colour: str) -> None:
    bars = axes.barh(range(len(values)), values, color=colour, height=0.72)
    if len(values) <= MOST_LABELS:
        axes.bar_label(bars, [short(value) if value else "" for value in values], padding=3, fontsize=7)
    axes.set_title(f"{name}\n{short(sum(values))}", fontsize=10, color=colour)
    axes.set_xlim(0, 1.28 * max([*values, 1]))
    _clean(axes)


def _fields(axes: Axes, rows: Sequence[dict[str, Any]]) -> None:
    """A bar as wide as the field around a common middle: a cone; behind it the image, as wide as it is."""
    sizes = [_side(row["receptive_field"]) for row in rows]
    axes.barh(range(len(sizes)), sizes, left=[-size / 2 for size in sizes], color=FIELD, height=0.72)
    image = rows[0]["output_shape"][1] if rows and sizes[0] else None
    if image:
        axes.axvspan(-image / 2, image / 2, color=FIELD, alpha=0.13, linewidth=0, zorder=0)
    reach = max([*sizes, image or 1]) / 2
    for index, size in enumerate(sizes):
        if size and len(sizes) <= MOST_LABELS:
            axes.text(size / 2 + 0.04 * reach, index, str(size), va="center", fontsize=7)
    axes.set_title(
        f"receptive field\nimage {image}" if image else "receptive field", fontsize=10, color=FIELD
    )
    axes.set_xlim(-1.05 * reach, 1.35 * reach)
    _clean(axes)
    axes.spines["left"].set_visible(False)


def _side(field: Any) -> int:
    """The side of a field; 0 where none is known."""
    while isinstance(field, list):
        field = field[0]
    return field or 0


def _clean(axes: Axes) -> None:
    axes.set_xticks([])
    axes.tick_params(left=False)
    axes.spines[["top", "right", "bottom"]].set_visible(False)
