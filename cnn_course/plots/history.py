"""The ImageNet challenge as bars: errors fell while networks grew deeper."""

from collections.abc import Sequence
from typing import Any

from cnn_course.plots.picture import Picture


def challenge_history(entries: Sequence[dict[str, Any]]) -> Picture:
    """A bar per entry: its top-5 error, and above it its depth (`cnn_course.analysis.history.ILSVRC`)."""
    figure = Picture(figsize=(9, 4.5), layout="constrained")
    axes = figure.subplots()
    places = range(len(entries))
    bars = axes.bar(places, [100 * row["top5_error"] for row in entries], color="#1f5fa8")
    labels = [
        f"{100 * row['top5_error']:.3g} %" + (f"\n{row['depth']} layers" if row["depth"] else "\nno network")
        for row in entries
    ]
    axes.bar_label(bars, labels=labels, padding=3, fontsize=11)
    axes.set_xticks(places, [f"{row['entry']}\n{row['year']}" for row in entries], fontsize=11)
    axes.set_ylim(0, 120 * max(row["top5_error"] for row in entries))
    axes.set_ylabel("top-5 error, %", fontsize=13)
    axes.spines[["top", "right"]].set_visible(False)
    return figure
