"""Curves of a real run, kept beside an exercise: who has no GPU sees what the whole experiment comes to.

`reference.json`: {"machine": ..., "profile": ..., "runs": {label: {"data": ..., "epochs": n, "seconds": s,
"metrics": [one row per epoch]}}}. It has no dates: recorded again with the same figures it is the same file.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cnn_course.training.runs import Run

REFERENCE = "reference.json"
METRICS = ("loss", "accuracy", "val_loss", "val_accuracy")


@dataclass(frozen=True)
class Recorded:
    """A run that was recorded: its rows per epoch, and in a few words where they are from."""

    metrics: Sequence[dict[str, Any]]
    origin: str


def read_reference(folder: Path) -> dict[str, Recorded]:
    """The recorded runs of the exercise in `folder` by their labels; none if nothing was recorded."""
    path = folder / REFERENCE
    kept = json.loads(path.read_text("utf-8")) if path.is_file() else {"runs": {}}
    return {
        label: Recorded(run["metrics"], f"{kept['profile']}, {run['epochs']} epochs, {kept['machine']}")
        for label, run in kept["runs"].items()
    }


def write_reference(folder: Path, runs: Sequence[Run], profile: str) -> Path:
    """Keep the runs of the exercise in `folder`; of several with one label, the last."""
    assert runs
    path = folder / REFERENCE
    kept = {
        "machine": _machine(runs[-1].record["sessions"][-1]["environment"]),
        "profile": profile,
        "runs": {_label(run, folder.name): _kept(run) for run in runs},
    }
    path.write_text(json.dumps(kept, indent=1) + "\n", "utf-8", newline="\n")
    return path


def _label(run: Run, exercise: str) -> str:
    return run.record["name"].removeprefix(exercise).removeprefix("-")


def _kept(run: Run) -> dict[str, Any]:
    data = run.record["data"]
    return {
        "data": f"{data['name']}, {data['train']:,} training images",
        "epochs": len(run.metrics),
        "seconds": round(run.record["seconds"]),
        "metrics": [
            {"epoch": row["epoch"], **{name: round(row[name], 4) for name in METRICS}} for row in run.metrics
        ],
    }


def _machine(environment: dict[str, Any]) -> str:
    *_, last = environment["devices"]
    if last != "CPU":
        return last
    return f"{environment['processor']}, {environment['cores']} cores, no GPU"
