"""What a run needs to go on: weights, optimiser state and the epochs so far, in one file.

The file is a plain .npz: every array is checked by its CRC when it is read, and no pickle is involved.
A new checkpoint takes the place of the old one only when it is whole.
"""

import json
import os
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import keras
import numpy as np

import cnn_course.layers  # noqa: F401  saved networks with layers of ours can be opened once these are known
from cnn_course.replacing import replacing

CHECKPOINT, BEST = "checkpoint.npz", "best.keras"


def save_checkpoint(path: Path, model: keras.Model, metrics: list[dict[str, Any]], seconds: float) -> None:
    """Write weights, optimiser state, metrics per epoch, seconds of training; OSError keeps the old file."""
    arrays: dict[str, Any] = {f"weight_{i}": np.asarray(v) for i, v in enumerate(model.weights)}
    arrays |= {f"optimizer_{i}": np.asarray(v) for i, v in enumerate(model.optimizer.variables)}
    about = json.dumps({"metrics": metrics, "seconds": seconds}).encode()
    with replacing(path) as file:
        np.savez(file, about=np.frombuffer(about, "uint8"), **arrays)


def load_checkpoint(path: Path, model: keras.Model) -> tuple[list[dict[str, Any]], float]:
    """Put the saved weights and optimiser state into a compiled model; returns its metrics and seconds.

    Raises RuntimeError in one line when the file is damaged or belongs to another network or optimiser.
    """
    try:
        with np.load(path, allow_pickle=False) as saved:
            arrays = {name: saved[name] for name in saved.files}
        about = json.loads(arrays.pop("about").tobytes())
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as problem:
        raise RuntimeError(f"{path} is damaged; start a new run without --resume") from problem
    targets = {f"weight_{i}": v for i, v in enumerate(model.weights)}
    targets |= {f"optimizer_{i}": v for i, v in enumerate(model.optimizer.variables)}
    if {k: a.shape for k, a in arrays.items()} != {k: tuple(v.shape) for k, v in targets.items()}:
        raise RuntimeError(f"{path} belongs to another network or optimiser; repeat the command of that run")
    for name, variable in targets.items():
        variable.assign(arrays[name])
    return about["metrics"], about["seconds"]


def save_model(path: Path, model: keras.Model, switched: Sequence[keras.layers.Layer] = ()) -> None:
    """Save as plain Keras, without optimiser, loss, metrics: `keras.models.load_model` opens it anywhere.

    `switched`: layers that compute in another precision for the training, and are saved in float32. A
    network that has a layer of this course opens after `import cnn_course.layers`.
    """
    fresh = path.with_name(f"{path.stem}.new.keras")
    try:
        with _as_built(model, switched):
            model.save(fresh)
        with fresh.open("r+b") as file:  # Windows flushes nothing that is open for reading only
            os.fsync(file.fileno())
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def load_model(path: Path) -> keras.Model:
    """Open a saved network; RuntimeError in one line if the file is damaged."""
    if not path.is_file():
        raise FileNotFoundError(
            f"{path} is missing: this run has no saved network (was its first epoch done?)"
        )
    try:
        return keras.models.load_model(path, compile=False)
    except Exception as problem:  # h5py, zipfile, json and Keras each have their own
        raise RuntimeError(f"{path} is damaged or no Keras model; train the run again") from problem


@contextmanager
def _as_built(model: keras.Model, switched: Sequence[keras.layers.Layer]) -> Iterator[None]:
    """Inside, `model` is as its builder left it: not compiled, every layer in its own precision."""
    optimizer, compiled = model.optimizer, model.compiled
    policies = [layer.dtype_policy for layer in switched]
    model.optimizer, model.compiled = None, False
    for layer in switched:
        layer.dtype_policy = "float32"
    try:
        yield
    finally:
        model.optimizer, model.compiled = optimizer, compiled
        for layer, policy in zip(switched, policies, strict=True):
            layer.dtype_policy = policy
