"""A training as a notebook shows it while it runs: one line that counts, and curves that grow."""

import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras

from cnn_course import plots
from cnn_course.lessons.reference_curves import Recorded
from cnn_course.training.callbacks import in_words

SECONDS_BETWEEN = 1.0
"""Between two updates: a picture takes a quarter of a second to draw."""


def in_a_notebook() -> bool:
    """Whether somebody looks on in Jupyter, VS Code or Colab; a terminal's IPython has no kernel."""
    ipython = sys.modules.get("IPython")
    return hasattr(ipython.get_ipython(), "kernel") if ipython else False


def epochs(count: int) -> str:
    """A number of epochs in words."""
    return f"{count} epoch{'' if count == 1 else 's'}"


@contextmanager
def tensorflow_hushed() -> Iterator[None]:
    """Inside, TensorFlow keeps its advice: that several networks are trained in a notebook is the point."""
    logger = logging.getLogger("tensorflow")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(before)


class Live(keras.callbacks.Callback):
    """Shows loss and accuracy after every epoch, above those of the recorded run, and how far it is."""

    def __init__(self, recorded: Recorded | None = None, *, title: str = "") -> None:
        super().__init__()
        self.recorded, self.title = recorded, title
        self.metrics: list[dict[str, Any]] = []

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        from IPython.display import display

        self.began = time.perf_counter()
        self.drawn = self.counted = -SECONDS_BETWEEN
        self.line = display(_Line("the first steps take longest"), display_id=True)
        self.picture = display(_Line(""), display_id=True)

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self.epoch = epoch

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        now = time.perf_counter() - self.began
        if now - self.counted >= SECONDS_BETWEEN:
            self.counted = now
            self.line.update(_Line(self._progress(batch + 1, now, logs or {})))

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self.metrics.append({"epoch": epoch + 1, **(logs or {})})
        now = time.perf_counter() - self.began
        if now - self.drawn >= SECONDS_BETWEEN or epoch + 1 == self.params["epochs"]:
            self.picture.update(self._curves())
            self.drawn = time.perf_counter() - self.began

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        took = in_words(time.perf_counter() - self.began)
        self.line.update(_Line(f"{epochs(len(self.metrics))} in {took}"))

    def _curves(self) -> plots.Picture:
        if self.recorded is None:
            return plots.curves(self.metrics, title=self.title)
        beneath, origin = self.recorded.metrics, self.recorded.origin
        return plots.curves(self.metrics, title=self.title, beneath=beneath, origin=origin)

    def _progress(self, steps: int, seconds: float, logs: dict[str, Any]) -> str:
        planned = self.params["epochs"]
        done = self.epoch + min(steps / self.params["steps"], 1)
        left = seconds * (planned - done) / done
        loss = f"loss {float(logs['loss']):.3f}, " if "loss" in logs else ""
        return f"epoch {self.epoch + 1} of {planned}: {loss}about {in_words(left)} left"


class _Line:
    """A line of text that a notebook shows without quotes."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __repr__(self) -> str:
        return self.text
