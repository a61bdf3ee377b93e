"""TensorBoard: everything that a run shows while it trains.

Keras's own callback leaves its Graphs tab broken, writes no filters of RGB convolutions and no gradients
(its `write_grads`, seen in deck 001, lines 930-946, is gone), so this one writes with `tf.summary`.
Tags are Keras's where Keras has them (`epoch_loss`), so runs of both can be compared.
"""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from tensorboard.plugins.hparams import api as hparams

from cnn_course import plots
from cnn_course.analysis.filters import first_layer_filters
from cnn_course.data import Dataset
from cnn_course.data.pipeline import standardize
from cnn_course.training.gradients import probe_gradients
from cnn_course.training.metrics import Accuracy
from cnn_course.training.recipe import Recipe

PROBE_IMAGES = 64
HISTOGRAM_BINS = 30


class Board(keras.callbacks.Callback):
    """Writes `train/`, `validation/` and the HParams of a run for `tensorboard --logdir logs`.

    Every epoch: scalars, histograms of weights and gradients, first-layer filters. After epochs 1, 2, 4,
    8, ... and the last: the confusion matrix of the validation images.
    """

    def __init__(self, folder: Path, data: Dataset, recipe: Recipe, accuracy: Accuracy) -> None:
        super().__init__()
        self.folder, self.data, self.recipe, self.accuracy = folder, data, recipe, accuracy
        self.train = tf.summary.create_file_writer(str(folder / "train"))
        self.validation = tf.summary.create_file_writer(str(folder / "validation"))
        probe = data.train.take(np.arange(min(PROBE_IMAGES, len(data.train))))
        self.probe = standardize(probe.images, data.mean, data.std), probe.labels

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        write_hparams(self.folder, self.model.name, self.recipe)
        with self.train.as_default(step=0):
            tf.summary.text("recipe", _as_table(self.recipe.as_dict()))
            tf.summary.graph(_forward_graph(self.model, self.data.input_shape))
        self.train.flush()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        with self.train.as_default(step=epoch):
            self._scalars({k: v for k, v in (logs or {}).items() if not k.startswith("val_")})
            self._histograms()
            self._filters()
        with self.validation.as_default(step=epoch):
            self._scalars({k[4:]: v for k, v in (logs or {}).items() if k.startswith("val_")})
            if _is_power_of_two(epoch + 1) or epoch + 1 == self.params["epochs"]:
                matrix = np.asarray(self.accuracy.confusion).astype(int)
                figure = plots.confusion_matrix(matrix, self.data.classes)
                tf.summary.image("confusion_matrix", plots.as_array(figure)[None])
        self.train.flush()
        self.validation.flush()

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        self.close()

    def close(self) -> None:
        """Write what is left and close the files."""
        self.train.close()
        self.validation.close()

    def _scalars(self, values: dict[str, Any]) -> None:
        for name, value in values.items():
            tf.summary.scalar(f"epoch_{name}", value)

    def _histograms(self) -> None:
        for variable in self.model.trainable_variables:
            tf.summary.histogram(f"weights/{variable.path}", np.asarray(variable), buckets=HISTOGRAM_BINS)
        for path, gradient in probe_gradients(self.model, *self.probe).items():
            tf.summary.histogram(f"gradients/{path}", gradient, buckets=HISTOGRAM_BINS)

    def _filters(self) -> None:
        filters = first_layer_filters(self.model)
        if filters is not None:
            tf.summary.image("first_layer_filters", plots.tiles(filters)[None])


def write_hparams(folder: Path, model: str, recipe: Recipe) -> None:
    """The run's row in the HParams tab: its settings, and which metrics to compare them by."""
    values = {"model": model, **recipe.as_dict()}
    plain = {k: " ".join(map(str, v)) if isinstance(v, list) else v for k, v in values.items()}
    metrics = [
        hparams.Metric(f"epoch_{name}", group=group, display_name=f"{group} {name}")
        for group in ("validation", "train")
        for name in ("accuracy", "loss")
    ]
    with tf.summary.create_file_writer(str(folder)).as_default():
        hparams.hparams_config(hparams=[hparams.HParam(name) for name in plain], metrics=metrics)
        hparams.hparams(plain, trial_id=str(folder))


def _forward_graph(model: keras.Model, input_shape: tuple[int, ...]) -> Any:
    """The operations of one forward pass, as the Graphs tab wants them."""
    forward = tf.function(lambda images: model(images, training=False))
    return forward.get_concrete_function(tf.TensorSpec((1, *input_shape), tf.float32)).graph


def _as_table(values: dict[str, Any]) -> str:
    rows = "\n".join(f"| {name} | {value} |" for name, value in values.items())
    return f"| setting | value |\n| --- | --- |\n{rows}"


def _is_power_of_two(number: int) -> bool:
    return number & (number - 1) == 0
