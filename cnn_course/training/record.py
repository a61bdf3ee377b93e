"""The record of a run when it begins, and when it goes on: what `run.json` says beside the figures."""

from datetime import datetime
from pathlib import Path
from typing import Any

import keras

from cnn_course.analysis.cost import macs, parameters
from cnn_course.data import Dataset
from cnn_course.training.environment import code_digest, environment
from cnn_course.training.precision import resolve
from cnn_course.training.recipe import Recipe
from cnn_course.training.runs import FINISHED, RUNNING, differences, read_record


def new_record(
    model: keras.Model,
    data: Dataset,
    recipe: Recipe,
    name: str,
    arguments: dict[str, Any] | None,
) -> dict[str, Any]:
    """The record of a training that has not begun. `sessions`: where it ran, one entry each time it began."""
    return {
        "format": 1,
        "name": name,
        "model": model.name,
        "arguments": arguments or {},
        "status": RUNNING,
        "reason": None,
        "recipe": recipe.as_dict(),
        "data": describe_data(data),
        "parameters": parameters(model),
        "macs": known_macs(model),
        "sessions": [new_session(recipe)],
        "weights_digest": None,
        "seconds": 0.0,
        "best_epoch": None,
        "metrics": [],
        "test_openings": [],
    }


def new_session(recipe: Recipe) -> dict[str, Any]:
    """When, with which code and on what a run begins or goes on."""
    return {
        "started": datetime.now().isoformat(timespec="seconds"),
        "first_epoch": 1,
        "precision": resolve(recipe.precision),
        "environment": environment(),
        "code_digest": code_digest(),
    }


def describe_data(data: Dataset) -> dict[str, Any]:
    """What a record says of its data: how to load the same again, how to tell that it is the same."""
    return {
        "name": data.name,
        "settings": data.settings,
        "source": data.source,
        "digest": data.digest,
        "train": len(data.train),
        "validation": len(data.validation),
        "input_shape": list(data.input_shape),
        "classes": list(data.classes),
        "mean": [float(x) for x in data.mean],
        "std": [float(x) for x in data.std],
    }


def resumed_record(folder: Path, planned: dict[str, Any]) -> dict[str, Any]:
    """The record of the run in `folder`, to go on with; ValueError if `planned` is another training."""
    record = read_record(folder)
    if other := differences(record, planned):
        raise ValueError(
            f"{folder} can't be resumed with another plan ({'; '.join(other)}): repeat its command"
        )
    if record["status"] == FINISHED:
        raise ValueError(
            f"{folder} is finished ({len(record['metrics'])} epochs): start a new run without --resume"
        )
    sessions = [*record.get("sessions", []), *planned["sessions"]]
    return {**record, "status": RUNNING, "reason": None, "sessions": sessions}


def known_macs(model: keras.Model) -> int:
    """Multiply-adds for one image, or 0 where they can't be told."""
    try:
        return macs(model)
    except ValueError:  # a student's own layer with open sizes: the run goes on without this figure
        return 0
