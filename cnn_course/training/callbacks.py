"""What happens around the steps of a training: seeds, clock, forecast, and the guard against NaN."""

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np

from cnn_course.data.pipeline import Epochs
from cnn_course.training.metrics import Accuracy
from cnn_course.training.optimizers import penalty

Report = Callable[[str], None]

LONG_SECONDS = 30
"""From this duration on, a training is announced with the time that it will take."""

FORWARD_SHARE = 1 / 3
"""A validation image costs a forward pass; a training image that and a backward pass twice as long."""


class EpochStart(keras.callbacks.Callback):
    """Makes each epoch a function of (weights, seed, epoch): its batches, its augmentation, its dropout."""

    def __init__(self, epochs: Epochs, seed: int) -> None:
        super().__init__()
        self.epochs, self.seed = epochs, seed

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self.epochs.epoch = epoch
        states = [v for v in self.model.variables if v.path.endswith("seed_generator_state")]
        fresh = np.random.default_rng([self.seed, epoch]).integers(0, 2**31, size=len(states))
        for state, value in zip(states, fresh, strict=True):
            state.assign(np.array([value, 0]).astype(state.dtype))


class Clock(keras.callbacks.Callback):
    """Adds to an epoch's logs: seconds, images_per_second of training, learning_rate, regulariser_share.

    The learning rate is the one that the epoch began with. The share is that of the penalty in `val_loss`,
    both with the weights at the end of the epoch; `loss` is a mean over weights that no longer are.
    """

    def __init__(self, epochs: Epochs) -> None:
        super().__init__()
        self.epochs = epochs

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self.began = time.perf_counter()
        self.executions: list[tuple[int, float]] = []
        self.rate = float(np.asarray(self.model.optimizer.learning_rate))

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        steps = min(batch + 1, len(self.epochs))  # the last execution may have fewer than the others
        self.executions.append((steps, time.perf_counter()))

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        if logs is None or not self.executions:
            return
        logs["seconds"] = time.perf_counter() - self.began
        logs["images_per_second"] = self._images_per_second()
        logs["learning_rate"] = self.rate
        share = penalty(self.model) / logs["val_loss"] if logs["val_loss"] else 0.0
        if share > 0:
            logs["regulariser_share"] = share

    def _images_per_second(self) -> float:
        # The first execution of a run builds the graph; it would hide how quick the others are.
        start = (0, self.began) if len(self.executions) == 1 else self.executions[0]
        steps, end = self.executions[-1][0] - start[0], self.executions[-1][1]
        return steps * self.epochs.batch_size / max(end - start[1], 1e-9)


class Forecast(keras.callbacks.Callback):
    """Says how long a training will take, once a few steps have been timed, if it will take long."""

    def __init__(self, epochs: Epochs, validation_images: int, report: Report) -> None:
        super().__init__()
        self.epochs, self.report = epochs, report
        images = len(epochs) * epochs.batch_size
        self.steps_per_epoch = len(epochs) * (1 + FORWARD_SHARE * validation_images / images)

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self.stamps: list[tuple[int, float]] = []

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        if len(self.stamps) == 3:
            return
        steps = self.epochs.epoch * len(self.epochs) + min(batch + 1, len(self.epochs))
        self.stamps.append((steps, time.perf_counter()))
        if len(self.stamps) == 3:
            (first, began), (last, now) = self.stamps[0], self.stamps[-1]
            if last > first:
                self._announce((now - began) / (last - first), last - first)

    def _announce(self, seconds_per_step: float, timed: int) -> None:
        remaining = self.params["epochs"] - self.epochs.epoch
        total = remaining * self.steps_per_epoch * seconds_per_step
        if total >= LONG_SECONDS:
            step = f"{seconds_per_step * 1000:.0f} ms a step, timed over {timed}"
            self.report(f"this will take about {in_words(total)} ({remaining} epochs, {step})")


def in_words(seconds: float) -> str:
    """A duration as a person would say it: "45 seconds", "3.5 minutes", "2.1 hours"."""
    if seconds < 90:
        return f"{seconds:.0f} seconds"
    if seconds < 5400:
        return f"{seconds / 60:.1f} minutes"
    return f"{seconds / 3600:.1f} hours"


class ProgressBar(keras.callbacks.ProgbarLogger):
    """Keras's bar, which counts past the end where the last execution has fewer steps than the others."""

    def __init__(self) -> None:
        super().__init__()
        self.in_a_line = False
        """Whether the bar has begun a line and not ended it."""

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        super().on_train_batch_end(min(batch, self.target - 1), logs)
        self.in_a_line = self.verbose == 1

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        super().on_epoch_end(epoch, logs)
        self.in_a_line = False

    def below(self, report: Report) -> Report:
        """The same report, but on a line of its own while the bar stands in one."""

        def report_below(text: str) -> None:
            report(f"\n{text}" if self.in_a_line else text)
            self.in_a_line = False

        return report_below


class Dispensable(keras.callbacks.Callback):
    """Stands for a callback that writes files no training needs: if it fails, the training goes on without.

    Files broken off are of no use to whoever reads them, so the callback is not called again. `make`: builds
    the callback, which may fail too.
    """

    def __init__(self, make: Callable[[], Any], files: str, report: Report) -> None:
        super().__init__()
        self.files, self.report = files, report
        self.callback: Any = None
        with self._attempt():
            self.callback = make()

    def set_params(self, params: dict[str, Any]) -> None:
        self._call("set_params", params)

    def set_model(self, model: keras.Model) -> None:
        self._call("set_model", model)

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self._call("on_train_begin", logs)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self._call("on_epoch_end", epoch, logs)

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        self._call("on_train_end", logs)

    def close(self) -> None:
        """Close the callback, which writes what it still holds."""
        self._call("close")

    def _call(self, method: str, *arguments: Any) -> None:
        if self.callback is not None:
            with self._attempt():
                getattr(self.callback, method)(*arguments)

    @contextmanager
    def _attempt(self) -> Iterator[None]:
        try:
            yield
        except Exception as problem:  # whatever it is: hours of training must not end for a picture
            self.callback = None
            self.report(
                f"{self.files} can't be written any more ({_reason(problem)}); training goes on without them"
            )


def _reason(problem: Exception) -> str:
    """Why something could not be written, in a few words."""
    if isinstance(problem, OSError):
        return problem.strerror or str(problem)
    text = str(getattr(problem, "message", problem)).strip() or type(problem).__name__
    return text.splitlines()[0].rpartition("; ")[2]  # TensorFlow: "path; No space left on device", more lines


class NotFinite(RuntimeError):
    """The loss became NaN or infinite; the message says where and what to try."""


class StopOnNaN(keras.callbacks.Callback):
    """Ends a training whose loss is no longer a number; names the step, the learning rate, the ways out."""

    def __init__(self, accuracy: Accuracy, peak_rate: float) -> None:
        super().__init__()
        self.accuracy, self.peak_rate = accuracy, peak_rate

    def on_epoch_begin(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        self.epoch = epoch

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        # The last update of an epoch is in no loss yet: it shows in the weights, or in validation.
        weights = (np.isfinite(np.asarray(weight)).all() for weight in self.model.weights)
        if not (math.isfinite((logs or {}).get("val_loss", 0.0)) and all(weights)):
            raise NotFinite(f"the network became NaN at the end of epoch {epoch + 1}; {self._ways_out()}")

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        if logs is None or math.isfinite(float(logs["loss"])):
            return
        if keras.backend.backend() == "jax":  # whose trainer keeps the variables to itself meanwhile
            self.model.jax_state_sync()
        step = int(np.asarray(self.accuracy.bad_step)) or batch + 1
        rate = float(np.asarray(self.model.optimizer.learning_rate))
        raise NotFinite(
            f"the loss became NaN in step {step} of epoch {self.epoch + 1}, at the learning rate {rate:.3g}; "
            f"{self._ways_out()}"
        )

    def _ways_out(self) -> str:
        tenth = f"{self.peak_rate / 10:.1g}"
        return f"try a tenth of the rate (--learning-rate {tenth}), --warmup-epochs 1, or batch normalisation"
