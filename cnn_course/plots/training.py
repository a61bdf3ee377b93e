"""What a training leaves to look at: curves, a confusion matrix, predictions."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.ticker import MaxNLocator

from cnn_course.plots.picture import Picture
from cnn_course.plots.rows import check_rows


def curves(
    metrics: Sequence[dict[str, Any]],
    *,
    title: str = "",
    beneath: Sequence[dict[str, Any]] = (),
    origin: str = "",
) -> Picture:
    """Loss and accuracy over epochs, training and validation, from the rows of a run's record.

    `beneath`: rows of another run, drawn grey under these; `origin`: in a few words, which run that is.
    """
    for rows in (metrics, beneath):
        check_rows(rows, ["epoch"], "plots.curves(run.metrics)")
    figure = Picture(figsize=(9, 4.0 if beneath else 3.6), layout="constrained")
    for axes, name in zip(figure.subplots(1, 2), ("loss", "accuracy"), strict=True):
        for key, kind, line, marker in (
            (name, "training", "-", "o"),
            (f"val_{name}", "validation", "--", "s"),
        ):
            if beneath:
                grey = {"color": "0.6", "linewidth": 1.2, "zorder": 1.9}
                axes.plot(*_points(beneath, key), line, label=f"recorded {kind}", **grey)
            axes.plot(*_points(metrics, key), line + marker, label=kind, markersize=4)
        axes.set(xlabel="epoch", ylabel=name)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.grid(alpha=0.3)
    figure.suptitle(title)
    _legend(figure, f"recorded: {origin}" if beneath else "")
    return figure


def _legend(figure: Picture, origin: str) -> None:
    """One for both panels, below them, where it hides no curve and stays while they grow."""
    pairs = zip(*figure.axes[0].get_legend_handles_labels(), strict=True)
    own_first = sorted(pairs, key=lambda pair: pair[1].startswith("recorded"))
    handles, labels = zip(*own_first, strict=True)
    place = "outside lower center"
    legend = figure.legend(handles, labels, loc=place, ncols=len(labels), frameon=False, title=origin)
    legend.get_title().set(fontsize=8, color="0.4")


def _points(metrics: Sequence[dict[str, Any]], key: str) -> tuple[list[int], list[float]]:
    return [row["epoch"] for row in metrics], [row.get(key, np.nan) for row in metrics]


def confusion_matrix(matrix: np.ndarray, classes: Sequence[str]) -> Picture:
    """Rows are what the images show, columns what the network said, colours the share of the row.

    Letters are large for the figure's size, since TensorBoard shows it in tiles of half that width.
    """
    count = len(classes)
    side = 6.0 if count <= 20 else 11
    figure = Picture(figsize=(side + 1, side), layout="constrained")
    axes = figure.subplots()
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    picture = axes.imshow(shares, vmin=0, vmax=1, cmap="Blues")
    figure.colorbar(picture, ax=axes, shrink=0.8, label="share of the true class")
    size = 13 if count <= 20 else 5
    axes.set_xticks(range(count), labels=classes, rotation=90, fontsize=size)
    axes.set_yticks(range(count), labels=classes, fontsize=size)
    axes.set(xlabel="answer", ylabel="true class")
    if count <= 12:
        for row, column in np.ndindex(count, count):
            colour = "white" if shares[row, column] > 0.5 else "black"
            axes.text(
                column, row, int(matrix[row, column]), ha="center", va="center", color=colour, fontsize=12
            )
    return figure


def predictions(
    images: Sequence[np.ndarray],
    probabilities: np.ndarray,
    classes: Sequence[str],
    *,
    names: Sequence[str] = (),
) -> Picture:
    """Each image beside a bar chart of its five most likely classes."""
    figure = Picture(figsize=(7, 2.2 * len(images)), layout="constrained")
    for row, (image, chances) in enumerate(zip(images, probabilities, strict=True)):
        left, right = (
            figure.add_subplot(len(images), 2, 2 * row + 1),
            figure.add_subplot(len(images), 2, 2 * row + 2),
        )
        left.imshow(image)
        left.set_axis_off()
        left.set_title(names[row] if names else "", fontsize=9)
        best = np.argsort(chances)[::-1][:5][::-1]
        bars = right.barh([classes[i] for i in best], chances[best])
        right.bar_label(bars, labels=[f"{chances[i]:.0%}" for i in best], padding=3)
        right.set_xlim(0, 1.15)
        right.set_xticks([])
        right.spines[["top", "right", "bottom"]].set_visible(False)
    return figure
