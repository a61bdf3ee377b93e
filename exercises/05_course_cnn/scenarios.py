"""What is tried with a student's functions where they live: folders, callbacks, trainings of a few steps."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import keras
import numpy as np

EXERCISE, NAME = "05_course_cnn", "course_cnn"


def run_folders(student, how_many=3, text=True):
    """Folders asked for one right after the other: path below the root, whether it was there, and empty."""
    with TemporaryDirectory() as scratch:
        root = Path(scratch) / "logs"
        return [_made(student, root, text) for _ in range(how_many)]


def older_files(student):
    """Whether a file in the first run's folder outlives the beginning of a second run."""
    with TemporaryDirectory() as scratch:
        first = _path(student.run_dir(scratch, EXERCISE, NAME))
        first.mkdir(parents=True, exist_ok=True)
        (first / "events").write_text("kept")
        student.run_dir(scratch, EXERCISE, NAME)
        return (first / "events").is_file()


def board(student, histogram_freq=1, write_images=False):
    """What two epochs with the student's callbacks write: {folder: {tag: plugin}}."""
    with TemporaryDirectory() as scratch:
        folder = Path(scratch) / "run"
        callbacks = student.make_callbacks(folder, histogram_freq=histogram_freq, write_images=write_images)
        x, y = _points(8)
        _linear_model().fit(x, y, validation_split=0.25, epochs=2, verbose=0, callbacks=callbacks)
        return {name: _plugins(folder / name) for name in ("train", "validation")}


def gradients(student):
    """What the student's callback writes in two epochs of a training that changes nothing.

    "written": {tag: {"steps", "count", "least", "largest"}}; and all that the right answer depends on.
    """
    x, y = _points(6)
    model = _linear_model(rate=0.0)
    with TemporaryDirectory() as scratch:
        callback = student.GradientHistogram(Path(scratch), x, y)
        other_x, other_y = -x[::-1], y[:]
        model.fit(other_x, other_y, batch_size=3, epochs=2, verbose=0, callbacks=[callback])
        written = _histograms(Path(scratch) / "train")
    kernel, bias = (np.asarray(weight) for weight in model.weights)
    return {"written": written, "images": x, "labels": y, "kernel": kernel, "bias": bias}


def training(student, images=16, batch_size=4, epochs=2):
    """A training that is watched: who is trained on, who is validated on, in which order and batches."""
    x, y = _points(images)
    x[:, 0] = np.arange(images) / 64  # each image wears its number
    point, ended = keras.Input((4,)), []
    model = Watched(point, keras.layers.Dense(3, activation="softmax", name="linear")(point))
    watcher = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: ended.append(epoch))
    before = np.array(model.weights[0])
    history = student.train(model, (x, y), epochs, batch_size, [watcher])
    assert isinstance(getattr(history, "history", None), dict), (
        f"train(...) gave {type(history).__name__}, the History that fit returns was expected"
    )
    seen = list(model.seen)
    return {
        "trained": [batch for training, batch in seen if training],
        "validated": [batch for training, batch in seen if not training],
        "history": {key: list(map(float, values)) for key, values in history.history.items()},
        "moved": bool(np.abs(model.weights[0] - before).max() > 0),
        "epochs_told": len(ended),
        "probabilities": np.asarray(model(x)),
        "labels": y,
    }


def _made(student, root, text):
    before = set(root.rglob("*")) if root.exists() else set()
    folder = _path(student.run_dir(str(root) if text else root, EXERCISE, NAME))
    there = folder.is_dir()
    below = folder.is_relative_to(root / EXERCISE / NAME) and folder != root / EXERCISE / NAME
    return {
        "name": folder.relative_to(root).as_posix() if folder.is_relative_to(root) else folder.as_posix(),
        "below": below,
        "there": there,
        "new": folder not in before,
        "empty": there and not any(folder.iterdir()),
    }


def _path(folder):
    assert isinstance(folder, str | os.PathLike), (
        f"run_dir(...) gave {folder!r}, the path of the new folder was expected"
    )
    return Path(folder)


def _points(count):
    """So many points of four coordinates, in three classes, always the same."""
    random = np.random.default_rng(5)
    return random.normal(size=(count, 4)).astype("float32"), np.arange(count) % 3


def _linear_model(rate=0.1):
    point = keras.Input((4,))
    model = keras.Model(point, keras.layers.Dense(3, activation="softmax", name="linear")(point))
    model.compile(  # eagerly: to trace functions for so few steps takes longer, and TensorFlow warns of it
        keras.optimizers.SGD(rate), "sparse_categorical_crossentropy", metrics=["accuracy"], run_eagerly=True
    )
    return model


class Watched(keras.Model):
    """A network that writes down which images it is shown: (training, their numbers) for each batch."""

    def compile(self, *args, **kwargs):
        self.seen = []
        super().compile(*args, **{**kwargs, "run_eagerly": True, "jit_compile": False})

    def call(self, inputs, training=None, mask=None):
        if hasattr(inputs, "numpy"):  # Keras also calls it with symbols, to learn the shapes
            self.seen.append((bool(training), (inputs.numpy()[:, 0] * 64).astype(int).tolist()))
        return super().call(inputs, training=training, mask=mask)


def _events(folder):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    return EventAccumulator(str(folder), size_guidance={"tensors": 0}).Reload()


def _plugins(folder):
    if not folder.is_dir():
        return {}
    events = _events(folder)
    tags = events.Tags()["tensors"]
    return {tag: events.SummaryMetadata(tag).plugin_data.plugin_name for tag in tags}


def _histograms(folder):
    from tensorboard.util.tensor_util import make_ndarray

    found = {}
    if folder.is_dir():
        events = _events(folder)
        for tag, plugin in _plugins(folder).items():
            if plugin == "histograms":
                tensors = events.Tensors(tag)
                bins = make_ndarray(tensors[-1].tensor_proto)
                found[tag] = {
                    "steps": [event.step for event in tensors],
                    "count": int(bins[:, 2].sum()),
                    "least": float(bins[0, 0]),
                    "largest": float(bins[-1, 1]),
                }
    return found
