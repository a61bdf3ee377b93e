"""Runs beside each other. Works on rows such as those that `cnn-course runs --json` prints; no framework."""

from collections.abc import Iterable
from typing import Any

Row = dict[str, Any]


def best_runs(rows: Iterable[Row]) -> list[Row]:
    """Of each network on each data set the run with the best validation accuracy, cheapest network first.

    Two networks of one name that differ in size, by their builder's arguments, are two. Runs that have not
    come to an accuracy, or whose record is damaged, are left out.
    """
    best: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        if row.get("val_accuracy") is None or not row.get("macs"):
            continue
        key = (row["data"], row["model"], row["macs"], row["parameters"])
        if key not in best or row["val_accuracy"] > best[key]["val_accuracy"]:
            best[key] = row
    return sorted(best.values(), key=lambda row: (row["macs"], row["model"]))
