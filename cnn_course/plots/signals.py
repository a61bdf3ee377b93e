"""What single units do to a number, and what many layers do to a signal."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.ticker import MaxNLocator

from cnn_course.plots.picture import Picture

VALUE, SLOPE = "#1f5fa8", "#d95f02"  # colours
COLUMNS = 3


def activations(x: np.ndarray, functions: Mapping[str, tuple[np.ndarray, np.ndarray]]) -> Picture:
    """One panel per function: its values and, dashed, its slope, over x.

    `functions` maps a title to (values, slopes), each as long as x. Decks 002 (L389-446), 003 (L194-271).
    """
    rows = -(-len(functions) // COLUMNS)
    figure = Picture(figsize=(11, 3 * rows), layout="constrained")
    panels = figure.subplots(rows, COLUMNS, squeeze=False).ravel()
    for axes, (title, (values, slopes)) in zip(panels, functions.items(), strict=False):
        axes.axhline(0, color="#b0b0b0", linewidth=0.8)
        axes.axvline(0, color="#b0b0b0", linewidth=0.8)
        axes.plot(x, values, color=VALUE, linewidth=2.5, label="value")
        axes.plot(x, slopes, "--", color=SLOPE, linewidth=2, label="gradient")
        axes.set_title(title, fontsize=15)
        axes.tick_params(labelsize=11)
    for axes in panels[len(functions) :]:
        axes.set_axis_off()
    panels[0].legend(fontsize=12)
    return figure


def signal_variances(variances: Mapping[str, Sequence[float]], *, title: str = "") -> Picture:
    """The variance of a signal behind each layer, on a logarithmic scale: one line per way to start.

    `variances` maps a label to numbers, the input's first (`cnn_course.reference.signal_variances`). A signal
    that vanishes altogether leaves the picture. Deck 000 (L255-309).
    """
    figure = Picture(figsize=(8, 4.5), layout="constrained")
    axes = figure.subplots()
    for (label, values), marker in zip(variances.items(), "os^vDP*X" * len(variances), strict=False):
        shown = np.where(np.asarray(values, float) > 0, values, np.nan)
        axes.plot(range(len(shown)), shown, marker=marker, markersize=5, linewidth=2, label=label)
    axes.axhline(1, color="#b0b0b0", linewidth=0.8)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_yscale("log")
    axes.set_xlabel("layer", fontsize=13)
    axes.set_ylabel("variance of the signal", fontsize=13)
    axes.set_title(title, fontsize=15)
    axes.tick_params(labelsize=11)
    axes.grid(alpha=0.3)
    axes.legend(fontsize=12)
    return figure
