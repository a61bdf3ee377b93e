"""Judge or use the network of a run."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

from cnn_course.data import Dataset
from cnn_course.data.pipeline import evaluation_batches, standardize
from cnn_course.training.checkpoint import BEST, load_model
from cnn_course.training.environment import keep_tensorflow_off_gpus
from cnn_course.training.metrics import Accuracy
from cnn_course.training.optimizers import l2_penalty
from cnn_course.training.outputs import compile_model, for_every_output, plain_names
from cnn_course.training.recipe import Recipe
from cnn_course.training.runs import open_run
from cnn_course.training.seal import open_test


def evaluate(folder: str | Path, load_data: Callable[..., Dataset], *, test: bool = False) -> dict[str, Any]:
    """Loss, accuracy and (with 20 classes or more) top-5 accuracy of a run's saved network.

    The loss is what the run calls `val_loss`: smoothed and with the penalty, as it was trained on. On the
    validation images; with `test` on the test images, which opens their seal and is recorded.
    `load_data`: called with the settings of the run's data, so that it is judged on the data it was made
    for; RuntimeError if what it loads is something else.
    """
    keep_tensorflow_off_gpus()
    run = open_run(folder)
    model = load_model(run.folder / BEST)
    data = load_data(**run.record["data"]["settings"])
    if data.digest != run.record["data"]["digest"]:
        raise RuntimeError(
            f"{data.source} is not the data that {folder} was trained on: their digests differ"
        )
    split = open_test(data, folder) if test else data.validation
    batches = evaluation_batches(split, *_moments(run.record))
    scores = _judge(model, batches, Recipe.from_dict(run.record["recipe"]), len(data.classes))
    return {"split": "test" if test else "validation", "images": len(split), **scores}


def _judge(model: keras.Model, batches: Any, recipe: Recipe, classes: int) -> dict[str, float]:
    with l2_penalty(model, recipe.l2):
        compile_model(model, recipe, Accuracy(classes))
        logs = model.evaluate(for_every_output(batches, model), return_dict=True, verbose=0)
    named = plain_names(logs, model)
    return {key: float(named[key]) for key in ("loss", "accuracy", "top5_accuracy") if key in named}


def predict(folder: str | Path, images: Sequence[np.ndarray]) -> np.ndarray:
    """Class probabilities (n, classes) of uint8 images that have the input shape of the run's network."""
    run = open_run(folder)
    shape = tuple(run.record["data"]["input_shape"])
    for image in images:
        if np.shape(image) != shape or np.asarray(image).dtype != np.uint8:
            form = f"{np.asarray(image).dtype} {np.shape(image)}"
            raise ValueError(f"an image is {form}; the network of {folder} takes uint8 {shape}")
    model = load_model(run.folder / BEST)
    outputs = model.predict(standardize(np.stack(images), *_moments(run.record)), verbose=0)
    return keras.tree.flatten(outputs)[0]


def _moments(record: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    return np.array(record["data"]["mean"], "float32"), np.array(record["data"]["std"], "float32")
