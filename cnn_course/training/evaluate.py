"""Judge or use the network of a run."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

from cnn_course.data import Dataset
from cnn_course.data.pipeline import evaluation_batches, standardize
from cnn_course.training.checkpoint import BEST, load_model
from cnn_course.training.loop import TOP5_FROM
from cnn_course.training.runs import open_run
from cnn_course.training.seal import open_test


def evaluate(folder: str | Path, load_data: Callable[..., Dataset], *, test: bool = False) -> dict[str, Any]:
    """Loss, accuracy and (with 20 classes or more) top-5 accuracy of a run's saved network.

    On the validation images; with `test` on the test images, which opens their seal and is recorded.
    `load_data`: called with the settings of the run's data, so that it is judged on the data it was made
    for; RuntimeError if what it loads is something else.
    """
    run = open_run(folder)
    model = load_model(run.folder / BEST)
    data = load_data(**run.record["data"]["settings"])
    if data.digest != run.record["data"]["digest"]:
        raise RuntimeError(
            f"{data.source} is not the data that {folder} was trained on: their digests differ"
        )
    split = open_test(data, folder) if test else data.validation
    batches = evaluation_batches(split, *_moments(run.record))
    probabilities = model.predict(batches, verbose=0)
    return {
        "split": "test" if test else "validation",
        "images": len(split),
        **scores(probabilities, split.labels),
    }


def scores(probabilities: np.ndarray, labels: np.ndarray) -> dict[str, float]:
    """Mean cross-entropy, accuracy, and top-5 accuracy from 20 classes on; (n, classes) and (n,)."""
    chosen = probabilities[np.arange(len(labels)), labels]
    better = (probabilities > chosen[:, None]).sum(axis=1)
    result = {
        "loss": float(-np.log(np.maximum(chosen, 1e-12)).mean()),
        "accuracy": float((probabilities.argmax(axis=1) == labels).mean()),
    }
    if probabilities.shape[1] >= TOP5_FROM:
        result["top5_accuracy"] = float((better < 5).mean())
    return result


def predict(folder: str | Path, images: Sequence[np.ndarray]) -> np.ndarray:
    """Class probabilities (n, classes) of uint8 images that have the input shape of the run's network."""
    run = open_run(folder)
    model: keras.Model = load_model(run.folder / BEST)
    return model.predict(standardize(np.stack(images), *_moments(run.record)), verbose=0)


def _moments(record: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    return np.array(record["data"]["mean"], "float32"), np.array(record["data"]["std"], "float32")
