"""Killed processes, full disks: what was done before is kept, and a resumed run ends like an unbroken one."""

import errno
import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import tensorflow as tf

from cnn_course.training import evaluate, open_run, train
from cnn_course.training import keeper as keeper_module
from cnn_course.training.board import Board
from cnn_course.training.checkpoint import BEST, CHECKPOINT
from cnn_course.training.runs import create_run, find_runs, summary

CHILD = """
import os, signal, sys
from pathlib import Path
import cnn_course, keras
import numpy as np
from conftest import small_net, stripes_data
from cnn_course.training import Recipe, keeper, train

logs, resume, moment = sys.argv[1], sys.argv[2] or None, sys.argv[3]
die = lambda: os.kill(os.getpid(), signal.SIGKILL)

class InAStep(keras.callbacks.Callback):
    def on_epoch_begin(self, epoch, logs=None):
        self.epoch = epoch
    def on_train_batch_end(self, batch, logs=None):
        if moment == "in a step of epoch 2" and self.epoch == 1:
            die()

def half(file, **arrays):
    real(file, **arrays)
    file.truncate(file.tell() // 2)
    file.flush()
    die()

if moment == "while the first checkpoint is written":
    real, np.savez = np.savez, half
if moment == "after a checkpoint":
    keeper.save_model = lambda *_: die()
keras.utils.set_random_seed(0)
recipe = Recipe(epochs=5, batch_size=16, augment=("flip",), learning_rate=0.05)
train(
    small_net(dropout=0.3), stripes_data(), recipe,
    logs=logs, resume=resume, verbose=0, callbacks=[InAStep()],
)
"""


def killed(logs: Path, moment: str, resume: Path | str = "") -> Path:
    """The run of a process that kills itself, without any chance to tidy up, at that moment."""
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(logs), str(resume), moment],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parent)},
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    (folder,) = find_runs(logs)
    assert summary(folder)["status"] == "killed"
    return folder


def without_times(metrics: list[dict]) -> list[dict]:
    return [{k: v for k, v in row.items() if k not in ("seconds", "images_per_second")} for row in metrics]


def test_a_run_killed_three_times_ends_like_an_unbroken_one(data, recipe, make_net, tmp_path):
    recipe = replace(recipe, epochs=5)
    unbroken = train(make_net(dropout=0.3), data, recipe, logs=tmp_path / "a", verbose=0)

    folder = killed(tmp_path / "b", "while the first checkpoint is written")
    assert open_run(folder).metrics == []
    assert [path.suffix for path in folder.glob("checkpoint*")] == [".new"]

    killed(tmp_path / "b", "after a checkpoint", folder)
    assert (folder / CHECKPOINT).exists()
    assert not (folder / BEST).exists()
    assert not list(folder.glob("checkpoint*.new"))

    killed(tmp_path / "b", "in a step of epoch 2", folder)
    assert without_times(open_run(folder).metrics) == without_times(unbroken.metrics[:1])
    assert (folder / BEST).exists()

    resumed = train(make_net(dropout=0.3), data, recipe, logs=tmp_path / "b", resume=True, verbose=0)
    assert resumed.folder == folder
    assert [session["first_epoch"] for session in resumed.record["sessions"]] == [1, 1, 2, 2]
    assert without_times(resumed.metrics) == without_times(unbroken.metrics)
    assert resumed.record["weights_digest"] == unbroken.record["weights_digest"]
    assert not list(folder.glob("*.new*"))


def test_a_run_killed_after_its_last_epoch_is_only_concluded(data, recipe, make_net, tmp_path):
    run = train(make_net(), data, recipe, logs=tmp_path, verbose=0)
    (run.folder / "run.json").write_text(json.dumps({**run.record, "status": "running"}))
    resumed = train(make_net(), data, recipe, resume=run.folder, verbose=0)
    assert resumed.record["status"] == "finished"
    assert resumed.metrics == run.metrics


def test_a_folder_without_a_record_is_no_run(data, recipe, make_net, tmp_path):
    create_run(tmp_path, "run", "small_net")
    assert find_runs(tmp_path) == []
    with pytest.raises(FileNotFoundError, match="there is no run there; leave --resume out"):
        train(make_net(), data, recipe, logs=tmp_path, resume=True)


def test_a_training_that_fails_before_its_first_step_is_recorded_as_failed(data, recipe, make_net, tmp_path):
    run = train(make_net(), data, recipe, logs=tmp_path, verbose=0)
    (run.folder / "run.json").write_text(json.dumps({**run.record, "status": "running"}))
    (run.folder / CHECKPOINT).write_bytes(b"PK")
    with pytest.raises(RuntimeError, match="is damaged"):
        train(make_net(), data, recipe, resume=run.folder, verbose=0)
    assert open_run(run.folder).record["status"] == "failed"
    assert open_run(run.folder).metrics == run.metrics


def full_disk(*_):
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_run_whose_last_epochs_found_no_room_is_not_finished_but_resumed(
    data, recipe, make_net, tmp_path, monkeypatch
):
    real, said = keeper_module.save_checkpoint, []
    with monkeypatch.context() as patch, pytest.raises(RuntimeError) as stop:
        patch.setattr(
            keeper_module,
            "save_checkpoint",
            lambda path, model, metrics, seconds: (full_disk if len(metrics) > 1 else real)(
                path, model, metrics, seconds
            ),
        )
        train(make_net(), data, recipe, logs=tmp_path, verbose=0, report=said.append)
    assert len(said) == 1
    assert str(stop.value).startswith("1 of 3 epochs are saved in")
    (folder,) = find_runs(tmp_path)
    assert open_run(folder).best["epoch"] == 1
    said.clear()
    resumed = train(make_net(), data, recipe, logs=tmp_path, resume=True, verbose=0, report=said.append)
    assert said[0].startswith(f"going on with {folder}")
    assert (resumed.record["status"], len(resumed.metrics)) == ("finished", 3)


@pytest.mark.parametrize(
    "problem",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        tf.errors.ResourceExhaustedError(
            None, None, "logs/events; No space left on device\n\tCould not flush"
        ),
        ValueError("No space left on device"),  # as whatever else a library may raise
    ],
)
def test_training_goes_on_without_tensorboard_if_its_files_find_no_room(
    problem, data, recipe, make_net, tmp_path, monkeypatch
):
    calls, said = [], []

    def failing(board, epoch, logs=None):
        calls.append(epoch)
        raise problem

    monkeypatch.setattr(Board, "on_epoch_end", failing)
    run = train(make_net(), data, recipe, logs=tmp_path, verbose=0, report=said.append)
    assert calls == [0]
    assert said == [
        "the files for TensorBoard can't be written any more (No space left on device); "
        "training goes on without them"
    ]
    assert (run.record["status"], len(run.metrics)) == ("finished", 3)


def test_training_goes_on_without_tensorboard_if_its_files_can_t_even_be_opened(
    data, recipe, make_net, tmp_path, monkeypatch
):
    said = []
    monkeypatch.setattr(tf.summary, "create_file_writer", full_disk)
    run = train(make_net(), data, recipe, logs=tmp_path, verbose=0, report=said.append)
    assert len(said) == 1
    assert said[0].startswith("the files for TensorBoard can't be written any more (No space left")
    assert run.record["status"] == "finished"


def test_the_best_network_that_could_be_saved_is_kept_and_the_record_says_which(
    data, recipe, make_net, tmp_path, monkeypatch
):
    real, tried = keeper_module.save_model, []

    def full_at_first(*arguments):
        tried.append(arguments)
        (full_disk if len(tried) == 1 else real)(*arguments)

    monkeypatch.setattr(keeper_module, "save_model", full_at_first)
    run = train(make_net(), data, replace(recipe, epochs=2), logs=tmp_path, verbose=0, report=tried.append)
    kept = run.metrics[1]
    assert (run.best, summary(run.folder)["best_epoch"]) == (kept, 2)
    judged = evaluate(run.folder, lambda **_: data)
    assert judged["accuracy"] == pytest.approx(kept["val_accuracy"])


def test_a_run_that_could_save_no_network_is_not_called_finished(
    data, recipe, make_net, tmp_path, monkeypatch
):
    monkeypatch.setattr(keeper_module, "save_model", full_disk)
    with pytest.raises(RuntimeError, match="3 of 3 epochs are saved in .*: make room, and the same command"):
        train(make_net(), data, recipe, logs=tmp_path, verbose=0, report=lambda _: None)
    monkeypatch.undo()
    resumed = train(make_net(), data, recipe, logs=tmp_path, resume=True, verbose=0)
    assert (resumed.record["status"], resumed.best["epoch"]) == ("finished", 3)
    assert (resumed.folder / BEST).exists()
