"""What accuracy a network buys with its operations and parameters."""

from collections.abc import Sequence
from itertools import cycle
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter, PercentFormatter
from matplotlib.transforms import Bbox

from cnn_course.plots.numbers import short
from cnn_course.plots.picture import Picture

COLOURS = ("#4477AA", "#EE6677", "#228833", "#CCBB44", "#AA3377", "#66CCEE")
SIDES = (
    (0, 1, "center", "bottom"),
    (0, -1, "center", "top"),
    (1, 0, "left", "center"),
    (-1, 0, "right", "center"),
)
LARGEST, SMALLEST = 2600, 40  # areas of bubbles, in square points
AROUND = 0.12  # inches around the figure's parts


def accuracy_against_cost(rows: Sequence[dict[str, Any]], *, title: str = "") -> Picture:
    """Validation accuracy over multiply-adds, one bubble per row, its area the parameters.

    As the charts of decks 001 (L749-753) and 002 (L1286-1295), but from one's own runs: `rows` have the keys
    model, data, val_accuracy, macs and parameters (`cnn_course.analysis.runs.best_runs`). Accuracies compare
    within one data set only, which is one colour.
    """
    figure = Picture(figsize=(9, 6), layout="constrained", dpi=120)
    figure.get_layout_engine().set(w_pad=AROUND, h_pad=AROUND)
    axes = figure.subplots()
    axes.set_title(title, pad=14)
    most = max((row["parameters"] for row in rows), default=1)
    data_sets = list(dict.fromkeys(row["data"] for row in rows))
    _scales(axes, rows)
    for data, colour in zip(data_sets, cycle(COLOURS)):  # noqa: B905 (colours may have to be used twice)
        _bubbles(axes, [row for row in rows if row["data"] == data], most, colour, data)
    if rows:
        _legend(figure, f"area: parameters, largest {short(most)}", len(data_sets))
        _names(axes, rows, most)
    return figure


def _legend(figure: Picture, title: str, columns: int) -> None:
    """Below the axes, where no bubble can be."""
    place = "outside lower center"
    legend = figure.legend(loc=place, ncols=min(columns, 5), title=title, frameon=False)
    for handle in legend.legend_handles:
        handle.set_sizes([60])


def _area(row: dict[str, Any], most: int) -> float:
    return max(LARGEST * row["parameters"] / most, SMALLEST)


def _bubbles(axes: Axes, rows: Sequence[dict[str, Any]], most: int, colour: str, data: str) -> None:
    """Large ones first, so that none hides another."""
    rows = sorted(rows, key=lambda row: -row["parameters"])
    x, y = [row["macs"] for row in rows], [row["val_accuracy"] for row in rows]
    sizes = [_area(row, most) for row in rows]
    axes.scatter(x, y, s=sizes, color=colour, alpha=0.5, edgecolors="white", linewidths=1, label=data)
    axes.scatter(x, y, s=4, color="black", zorder=3)


def _names(axes: Axes, rows: Sequence[dict[str, Any]], most: int) -> None:
    """Each name above its bubble, or below or beside it where another name or dot is there already."""
    axes.figure.draw_without_rendering()
    dots = axes.transData.transform([(row["macs"], row["val_accuracy"]) for row in rows])
    taken = [Bbox.from_bounds(x - 4, y - 4, 8, 8) for x, y in dots]
    for row in sorted(rows, key=lambda row: -row["val_accuracy"]):
        edge = 3 + (_area(row, most) ** 0.5) / 2
        for dx, dy, ha, va in SIDES:
            name = axes.annotate(
                row["model"], (row["macs"], row["val_accuracy"]), (dx * edge, dy * edge),
                textcoords="offset points", ha=ha, va=va, fontsize=9,
            )  # fmt: skip
            box = name.get_window_extent()
            if not any(box.overlaps(other) for other in taken):
                break
            name.remove()
        else:  # no room on any side: above, over whatever is there
            axes.annotate(row["model"], (row["macs"], row["val_accuracy"]), fontsize=9)
        taken.append(box)


def _scales(axes: Axes, rows: Sequence[dict[str, Any]]) -> None:
    axes.set_xscale("log")
    if rows:
        costs, accuracies = [row["macs"] for row in rows], [row["val_accuracy"] for row in rows]
        axes.set_xlim(min(costs) / 3, max(costs) * 3)
        room = max(0.15 * (max(accuracies) - min(accuracies)), 0.02)
        axes.set_ylim(max(min(accuracies) - room, 0), min(max(accuracies) + 1.6 * room, 1.02))
    axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if _is_narrow(rows) else (1,)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: short(value)))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.yaxis.set_major_formatter(PercentFormatter(1, decimals=None))
    axes.set(xlabel="multiply-adds for one image", ylabel="validation accuracy")
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)


def _is_narrow(rows: Sequence[dict[str, Any]]) -> bool:
    """Whether the axis of costs has so few powers of ten that there is room for labels between them."""
    costs = [row["macs"] for row in rows]
    return not costs or max(costs) <= 10 * min(costs)
