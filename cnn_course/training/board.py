"""TensorBoard: everything that a run shows while it trains.

Keras's own callback leaves its Graphs tab broken, writes no filters of RGB convolutions and no gradients
(its `write_grads`, seen in deck 001, lines 930-946, is gone), so this one writes with `tf.summary`.
Tags are Keras's for what is measured on both sets (`epoch_loss`), so runs of both can be compared; steps
are epochs as everywhere in this course, from 1 (Keras's callback counts from 0).
"""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from tensorboard.plugins.hparams import api as hparams
from tensorboard.plugins.hparams import api_pb2, summary

from cnn_course import plots
from cnn_course.analysis.filters import first_layer_filters
from cnn_course.data import Dataset
from cnn_course.data.pipeline import standardize
from cnn_course.training.gradients import probe_gradients
from cnn_course.training.metrics import Accuracy
from cnn_course.training.recipe import Recipe

PROBE_IMAGES = 64
HISTOGRAM_BINS = 30
FIRST_SETTINGS = ("data", "epochs", "learning_rate", "model", "optimizer")
"""What the HParams tab shows of a run's settings before one asks for more: it has room for five."""


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
        settings = {"model": self.model.name, "data": self.data.name, **self.recipe.as_dict()}
        plain = {k: " ".join(map(str, v)) if isinstance(v, list) else v for k, v in settings.items()}
        write_hparams(self.folder, plain)
        with self.train.as_default(step=0):
            tf.summary.text("recipe", _as_table(plain))
            if keras.backend.backend() == "tensorflow":
                tf.summary.graph(_forward_graph(self.model, self.data.input_shape))
        self.train.flush()

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        number = epoch + 1
        with self.train.as_default(step=number):
            self._scalars(logs or {})
            self._histograms()
            self._filters()
        with self.validation.as_default(step=number):
            for name, value in (logs or {}).items():
                if name.startswith("val_"):
                    tf.summary.scalar(f"epoch_{name[4:]}", value)
            if _is_power_of_two(number) or number == self.params["epochs"]:
                self._confusion()
        self.train.flush()
        self.validation.flush()

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        self.close()
        ended = summary.session_end_pb(api_pb2.STATUS_SUCCESS)  # or the HParams tab calls it "unknown"
        with tf.summary.create_file_writer(str(self.folder)).as_default():
            tf.summary.experimental.write_raw_pb(ended.SerializeToString(), step=0)

    def close(self) -> None:
        """Write what is left and close the files."""
        self.train.close()
        self.validation.close()

    def _scalars(self, logs: dict[str, Any]) -> None:
        # TensorBoard opens the first two groups of tags: accuracy and loss, if nothing comes before them.
        for name, value in logs.items():
            if not name.startswith("val_"):
                tf.summary.scalar(f"epoch_{name}" if f"val_{name}" in logs else f"training/{name}", value)

    def _histograms(self) -> None:
        for variable in self.model.trainable_variables:
            tf.summary.histogram(f"weights/{variable.path}", np.asarray(variable), buckets=HISTOGRAM_BINS)
        on_tensorflow = keras.backend.backend() == "tensorflow"
        gradients = probe_gradients(self.model, *self.probe) if on_tensorflow else {}
        for path, gradient in gradients.items():
            tf.summary.histogram(f"gradients/{path}", gradient, buckets=HISTOGRAM_BINS)

    def _filters(self) -> None:
        filters = first_layer_filters(self.model)
        if filters is not None:
            tf.summary.image("images/first_layer_filters", plots.tiles(filters)[None])

    def _confusion(self) -> None:
        matrix = np.asarray(self.accuracy.confusion).astype(int)
        figure = plots.confusion_matrix(matrix, self.data.classes)
        tf.summary.image("images/confusion_matrix", plots.as_array(figure)[None])


def write_hparams(folder: Path, settings: dict[str, Any]) -> None:
    """The run's row in the HParams tab: its settings, and the metrics to compare runs by.

    Only metrics that every run has: where one is missing, the tab's parallel coordinates leave the run out.
    """
    metrics = [
        hparams.Metric(f"epoch_{name}", group=group, display_name=f"{group} {name}").as_proto()
        for group in ("validation", "train")
        for name in ("accuracy", "loss")
    ]
    # The tab lists settings that "differ" first. Whether they do between runs, one run alone can't know.
    columns = [api_pb2.HParamInfo(name=name, differs=name in FIRST_SETTINGS) for name in settings]
    config = summary.experiment_pb(columns, metrics)
    where = folder.resolve()  # the year is left out, since the column shows only 13 letters
    trial = f"{where.name[4:]} {settings['model']} {where.parent.parent.name}"
    with tf.summary.create_file_writer(str(folder)).as_default():
        tf.summary.experimental.write_raw_pb(config.SerializeToString(), step=0)
        hparams.hparams(settings, trial_id=trial)


def _forward_graph(model: keras.Model, input_shape: tuple[int, ...]) -> Any:
    """The operations of one forward pass, as the Graphs tab wants them: in boxes named like the layers."""
    forward = tf.function(lambda images: model(images, training=False))
    graph = forward.get_concrete_function(tf.TensorSpec((1, *input_shape), tf.float32)).graph.as_graph_def()
    # Keras opens each scope twice, to build and to call a layer: what is called is in `conv1_1`, or in
    # `conv1_2` where another layer's name is `conv1_1`.
    scopes = {f"{layer.name}_{n}": layer.name for layer in model._flatten_layers() for n in (1, 2)}
    nodes = [node for node in graph.node if node.op != "NoOp"]  # only orders the others in time
    del graph.node[:]
    for node in nodes:
        node.name = _renamed(node.name, scopes)
        node.input[:] = [_renamed(name, scopes) for name in node.input if not name.startswith("^")]
    graph.node.extend(nodes)
    return graph


def _renamed(path: str, scopes: dict[str, str]) -> str:
    *outer, operation = path.split("/")
    return "/".join([*(scopes.get(scope, scope) for scope in outer), operation])


def _as_table(values: dict[str, Any]) -> str:
    rows = "\n".join(f"| {name} | {value} |" for name, value in values.items())
    return f"| setting | value |\n| --- | --- |\n{rows}"


def _is_power_of_two(number: int) -> bool:
    return number & (number - 1) == 0
