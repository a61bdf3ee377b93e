"""Keeps what an epoch achieved: the best network, the record, the checkpoint to resume from."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np

from cnn_course.training.checkpoint import BEST, CHECKPOINT, save_checkpoint, save_model
from cnn_course.training.environment import weights_digest
from cnn_course.training.runs import FINISHED, kept_epoch, write_record


class Keeper(keras.callbacks.Callback):
    """Saves a run after every epoch; a file that can't be written is reported, and the old one stays.

    The checkpoint comes first and decides what is done. A process that is killed right after it makes up
    for the rest when the run is resumed: best network and record follow from the checkpoint.
    """

    def __init__(
        self,
        folder: Path,
        record: dict[str, Any],
        switched: Sequence[keras.layers.Layer],
        report: Callable[[str], None],
    ) -> None:
        super().__init__()
        self.folder, self.record, self.switched, self.report = folder, record, switched, report
        self.failing = False
        self.saved = len(record["metrics"])
        """Epochs that the checkpoint has."""

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        self.began, self.seconds_before = time.perf_counter(), self.record["seconds"]
        self.saved = len(self.record["metrics"])
        self._save_best()
        write_record(self.folder, self.record)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        row = {"epoch": epoch + 1, **{name: float(value) for name, value in (logs or {}).items()}}
        self.record["metrics"].append(row)
        self.record["seconds"] = self.seconds_before + time.perf_counter() - self.began
        self._keep(epoch + 1, self._save)

    def complete(self) -> None:
        """Write down that the run is finished; RuntimeError if what it achieved can't be saved even now."""
        if self.failing:
            self._keep(len(self.record["metrics"]), self._save)
        if not self.failing:
            self.finish(FINISHED)
        if self.failing:
            raise RuntimeError(
                f"{self.saved} of {len(self.record['metrics'])} epochs are saved in {self.folder}: "
                "make room, and the same command with --resume does the rest"
            )

    def finish(self, status: str, reason: str | None = None) -> None:
        """Write down how the run ended."""
        self.record["status"] = status
        if reason is not None:
            self.record["reason"] = reason
        self._keep(len(self.record["metrics"]), lambda: write_record(self.folder, self.record))

    def _save(self) -> None:
        metrics = self.record["metrics"]
        save_checkpoint(self.folder / CHECKPOINT, self.model, metrics, self.record["seconds"])
        self.saved = len(metrics)
        self._save_best()
        write_record(self.folder, self.record)

    def _save_best(self) -> None:
        """Save the network if the latest epoch is better than the one that is kept.

        That is the best epoch, unless a full disk kept it from being saved: then the best of the others.
        """
        if not self.record["metrics"]:
            return
        latest, kept = self.record["metrics"][-1], self._kept()
        if kept is None or latest["val_accuracy"] > kept["val_accuracy"]:
            save_model(self.folder / BEST, self.model, self.switched)
            self.record["best_epoch"] = latest["epoch"]
            self.record["weights_digest"] = weights_digest(np.asarray(v) for v in self.model.weights)

    def _kept(self) -> dict[str, Any] | None:
        return kept_epoch(self.record) if (self.folder / BEST).exists() else None

    def _keep(self, epoch: int, save: Callable[[], None]) -> None:
        try:
            save()
        except OSError as problem:
            if not self.failing:
                reason = problem.strerror or problem
                self.report(
                    f"epoch {epoch} could not be saved ({reason}); what {self.folder} had before is intact, "
                    "and training goes on: make room, and the next epoch will be saved"
                )
            self.failing = True
        else:
            self.failing = False
