"""Keeps what an epoch achieved: the best network, the record, the checkpoint to resume from."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np

from cnn_course.training.checkpoint import BEST, CHECKPOINT, save_checkpoint, save_model
from cnn_course.training.environment import weights_digest
from cnn_course.training.runs import FINISHED, write_record


class Keeper(keras.callbacks.Callback):
    """Saves a run after every epoch; a file that can't be written is reported, and the old one stays.

    The checkpoint comes first and decides what is done. A process that is killed right after it makes up
    for the rest when the run is resumed: best network and record follow from the checkpoint.
    """

    def __init__(self, folder: Path, record: dict[str, Any], report: Callable[[str], None]) -> None:
        super().__init__()
        self.folder, self.record, self.report = folder, record, report
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
        """Write down that the run is finished; RuntimeError if its last epoch can't be saved even now."""
        if self.failing:
            self._keep(len(self.record["metrics"]), self._save)
        if self.failing:
            raise RuntimeError(
                f"{self.saved} of {len(self.record['metrics'])} epochs are saved in {self.folder}: "
                "make room, and the same command with --resume repeats the others"
            )
        self.finish(FINISHED)

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
        """Save the network if the latest epoch is the best one and that has not been done yet."""
        metrics = self.record["metrics"]
        if not metrics or metrics[-1] is not best_epoch(metrics):
            return
        if self.record["best_epoch"] != metrics[-1]["epoch"]:
            save_model(self.folder / BEST, self.model)
            self.record["best_epoch"] = metrics[-1]["epoch"]
            self.record["weights_digest"] = weights_digest(np.asarray(v) for v in self.model.weights)

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


def best_epoch(metrics: list[dict[str, Any]]) -> dict[str, Any]:
    """The epoch with the highest validation accuracy, the earliest of equals."""
    return max(metrics, key=lambda row: row["val_accuracy"])
