"""`train` from end to end on a small network: what it records, and how it survives what happens to runs."""

import errno
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest
from PIL import Image
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.hparams import api_pb2
from tensorboard.plugins.hparams import metadata as hparams

from cnn_course.training import board, loop, open_run, train
from cnn_course.training import callbacks as callbacks_module
from cnn_course.training import keeper as keeper_module
from cnn_course.training.checkpoint import BEST, CHECKPOINT
from cnn_course.training.loop import steps_per_execution
from cnn_course.training.projector import write_projector
from cnn_course.training.runs import find_runs


class StopAfter(keras.callbacks.Callback):
    """Raises `error` in the middle of an epoch."""

    def __init__(self, epoch: int, error: BaseException) -> None:
        super().__init__()
        self.epoch, self.error = epoch, error

    def on_epoch_begin(self, epoch, logs=None):
        self.now = epoch

    def on_train_batch_end(self, batch, logs=None):
        if self.now == self.epoch:
            raise self.error


def without_times(metrics: list[dict]) -> list[dict]:
    return [{k: v for k, v in row.items() if k not in ("seconds", "images_per_second")} for row in metrics]


@pytest.fixture(scope="module")
def finished(data, recipe, make_net, tmp_path_factory):
    """One finished run with the projector's files."""
    logs = tmp_path_factory.mktemp("logs")
    return train(make_net(dropout=0.2), data, recipe, logs=logs, name="demo", projector=True, verbose=0)


def test_a_small_network_learns(finished):
    assert finished.best["val_accuracy"] > 0.9
    assert finished.metrics[-1]["loss"] < finished.metrics[0]["loss"]


def test_the_record_says_what_ran_where_and_how_well(finished, data):
    record = json.loads((finished.folder / "run.json").read_text())
    assert record == finished.record
    assert record["status"] == "finished"
    assert record["parameters"] == {"total": 134, "trainable": 126, "non_trainable": 8}
    assert record["macs"] == 6 * 6 * 4 * 27 + 8
    assert record["data"]["digest"] == data.digest
    (session,) = record["sessions"]
    assert session["environment"]["keras"] == keras.__version__
    assert [row["epoch"] for row in record["metrics"]] == [1, 2, 3]
    assert {"loss", "accuracy", "val_loss", "val_accuracy", "images_per_second"} <= set(record["metrics"][0])
    assert len(session["code_digest"]) == len(record["weights_digest"]) == 64
    assert record["test_openings"] == []


def tags(folder: Path) -> dict[str, set[str]]:
    events = EventAccumulator(str(folder), size_guidance={"tensors": 0})
    events.Reload()
    found: dict[str, set[str]] = {}
    for tag in events.Tags()["tensors"]:
        kind = events.SummaryMetadata(tag).plugin_data.plugin_name
        found.setdefault(kind, set()).add(tag)
    return found


def test_tensorboard_gets_scalars_histograms_graph_images_and_text(finished):
    train_tags, validation_tags = tags(finished.folder / "train"), tags(finished.folder / "validation")
    measured = {"epoch_loss", "epoch_accuracy"}
    assert train_tags["scalars"] == measured | {
        "training/learning_rate", "training/images_per_second", "training/seconds"
    }  # fmt: skip
    assert validation_tags["scalars"] == measured
    assert {"weights/conv1/kernel", "gradients/conv1/kernel", "gradients/bn1/gamma"} <= train_tags[
        "histograms"
    ]
    assert train_tags["images"] == {"images/first_layer_filters"}
    assert validation_tags["images"] == {"images/confusion_matrix"}
    assert train_tags["text"] == {"recipe"}


def test_the_graph_has_one_box_per_layer_named_like_it(data, make_net, finished):
    events = EventAccumulator(str(finished.folder / "train"))
    events.Reload()
    names = [node.name for node in events.Graph().node]
    inputs = {name.split(":")[0] for node in events.Graph().node for name in node.input}
    boxes = {tuple(name.split("/")[:2]) for name in names if "/" in name}
    layers = {layer.name for layer in make_net().layers}
    assert {model for model, _ in boxes} == {"small_net"}
    assert {"conv1", "bn1"} <= {box for _, box in boxes} <= layers
    assert inputs <= set(names)
    assert len(names) == len(set(names))


def test_boxes_keep_their_names_where_keras_numbers_the_layers():
    layers = [keras.layers.Dense(2, name=name) for name in ("dense", "dense_1", "dense_2")]
    model = keras.Sequential([keras.Input((3,)), *layers], name="net")
    scopes = [node.name.split("/") for node in board._forward_graph(model, (3,)).node]
    assert {scope[1] for scope in scopes if scope[0] == "net"} == {"dense", "dense_1", "dense_2"}


def test_hparams_get_the_settings_and_metrics_that_exist(finished):
    events = EventAccumulator(str(finished.folder), size_guidance={"tensors": 0})
    events.Reload()
    content = events.SummaryMetadata(hparams.EXPERIMENT_TAG).plugin_data.content
    columns = hparams.parse_experiment_plugin_data(content)
    content = events.SummaryMetadata(hparams.SESSION_START_INFO_TAG).plugin_data.content
    session = hparams.parse_session_start_info_plugin_data(content)
    assert {info.name for info in columns.hparam_infos} == set(session.hparams)
    assert {info.name for info in columns.hparam_infos if info.differs} == set(board.FIRST_SETTINGS)
    assert session.hparams["data"].string_value == "stripes"
    assert session.group_name == f"{finished.folder.name[4:]} small_net demo"
    content = events.SummaryMetadata(hparams.SESSION_END_INFO_TAG).plugin_data.content
    assert hparams.parse_session_end_info_plugin_data(content).status == api_pb2.STATUS_SUCCESS
    for metric in columns.metric_infos:
        assert metric.name.tag in tags(finished.folder / metric.name.group)["scalars"]


def test_tensorboard_shows_the_figures_of_the_record(finished):
    events = EventAccumulator(str(finished.folder / "validation"), size_guidance={"tensors": 0})
    events.Reload()
    import tensorflow as tf

    shown = [
        (event.step, float(tf.make_ndarray(event.tensor_proto))) for event in events.Tensors("epoch_accuracy")
    ]
    assert shown == [(row["epoch"], pytest.approx(row["val_accuracy"])) for row in finished.metrics]


def test_projector_files_fit_together(finished, data):
    folder = finished.folder / "validation"
    features = np.loadtxt(folder / "features.tsv")
    assert features.shape == (64, 4)
    assert (folder / "labels.tsv").read_text().split() == [
        data.classes[label] for label in data.validation.labels
    ]
    config = (folder / "projector_config.pbtxt").read_text()
    assert 'tensor_path: "features.tsv"' in config
    assert "single_image_dim: 8" in config


def test_the_projector_shows_large_images_as_thumbnails(data, make_net, tmp_path):
    split = data.validation
    large = replace(data, validation=replace(split, images=split.images.repeat(20, 1).repeat(10, 2)))
    model = keras.Sequential(
        [keras.Input((160, 80, 3)), keras.layers.GlobalAveragePooling2D(), keras.layers.Dense(2)]
    )
    (tmp_path / "run").mkdir()
    folder = write_projector(tmp_path / "run", model, large)
    config = (folder / "projector_config.pbtxt").read_text()
    assert re.findall(r"single_image_dim: (\d+)", config) == ["27", "54"]
    with Image.open(folder / "sprite.png") as sprite:
        assert sprite.size == (8 * 27, 8 * 54)


def test_saved_network_opens_with_plain_keras_alone(finished):
    code = (
        "import sys, keras; model = keras.models.load_model(sys.argv[1]);"
        "print(model.compiled, type(model.get_layer('bn1')).__module__, 'cnn_course' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(finished.folder / BEST)], capture_output=True, text=True, check=True
    )
    compiled, home, ours = done.stdout.split()
    assert (compiled, home.split(".")[0], ours) == ("False", "keras", "False")


def test_two_trainings_with_one_seed_give_the_same_figures_to_the_last_bit(data, recipe, make_net, tmp_path):
    runs = [train(make_net(dropout=0.2), data, recipe, logs=tmp_path, verbose=0) for _ in range(2)]
    assert without_times(runs[0].metrics) == without_times(runs[1].metrics)
    assert runs[0].folder != runs[1].folder


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_a_resumed_run_ends_like_an_unbroken_one(optimizer, data, recipe, make_net, tmp_path):
    recipe = replace(recipe, optimizer=optimizer, l2=1e-3, label_smoothing=0.1)
    unbroken = train(make_net(dropout=0.3), data, recipe, logs=tmp_path / "a", verbose=0)
    with pytest.raises(ZeroDivisionError):
        train(
            make_net(dropout=0.3), data, recipe, logs=tmp_path / "b", verbose=0,
            callbacks=[StopAfter(1, ZeroDivisionError())],
        )  # fmt: skip
    (folder,) = find_runs(tmp_path / "b")
    assert len(open_run(folder).metrics) == 1
    resumed = train(make_net(dropout=0.3), data, recipe, resume=folder, verbose=0)
    assert resumed.folder == folder
    assert without_times(resumed.metrics) == without_times(unbroken.metrics)
    assert resumed.record["weights_digest"] == unbroken.record["weights_digest"]
    assert resumed.record["status"] == "finished"


def test_resuming_with_another_plan_or_a_finished_run_is_refused(finished, data, recipe, make_net):
    with pytest.raises(ValueError, match=r"can't be resumed with another plan \(epochs 3 there, 5 here\)"):
        train(make_net(), data, replace(recipe, epochs=5), resume=finished.folder)
    with pytest.raises(ValueError, match=r"is finished \(3 epochs\)"):
        train(make_net(), data, recipe, resume=finished.folder)


def test_ctrl_c_keeps_what_is_done_and_says_how_to_go_on(data, recipe, make_net, tmp_path):
    said = []
    with pytest.raises(KeyboardInterrupt):
        train(
            make_net(), data, recipe, logs=tmp_path, verbose=0, report=said.append,
            callbacks=[StopAfter(2, KeyboardInterrupt())],
        )  # fmt: skip
    (folder,) = find_runs(tmp_path)
    assert said == [
        f"stopped; 2 of 3 epochs are saved in {folder}: the same command with --resume goes on from there"
    ]
    assert open_run(folder).record["status"] == "interrupted"
    assert (folder / CHECKPOINT).exists()


def test_nan_stops_with_step_rate_and_remedy_and_keeps_the_good_checkpoint(data, recipe, make_net, tmp_path):
    class Poison(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 1:
                self.model.get_layer("conv1").kernel.assign(np.full((3, 3, 3, 4), np.nan))

    with pytest.raises(RuntimeError) as stop:
        train(make_net(), data, recipe, logs=tmp_path, verbose=0, callbacks=[Poison()])
    (folder,) = find_runs(tmp_path)
    assert str(stop.value).startswith("the loss became NaN in step 1 of epoch 2, at the learning rate ")
    assert "--learning-rate" in str(stop.value)
    assert str(stop.value).endswith(f"1 of 3 epochs are saved in {folder}")
    assert open_run(folder).record["status"] == "failed"
    assert np.isfinite(keras.models.load_model(folder / BEST).get_layer("conv1").kernel).all()


def test_a_full_disk_keeps_the_old_checkpoint_says_so_and_training_goes_on(
    data, recipe, make_net, tmp_path, monkeypatch
):
    real, said, sizes = keeper_module.save_checkpoint, [], []

    def full_in_epoch_2(path, model, metrics, seconds):
        if len(metrics) == 2:
            sizes.append(path.read_bytes())
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if len(metrics) == 3:
            assert path.read_bytes() == sizes[0]
        real(path, model, metrics, seconds)

    monkeypatch.setattr(keeper_module, "save_checkpoint", full_in_epoch_2)
    run = train(make_net(), data, recipe, logs=tmp_path, verbose=0, report=said.append)
    assert len(said) == 1
    assert said[0].startswith("epoch 2 could not be saved (No space left on device); what")
    assert run.record["status"] == "finished"


@pytest.fixture
def _long(monkeypatch):
    """Every training counts as a long one, whose time is told."""
    monkeypatch.setattr(callbacks_module, "LONG_SECONDS", 0)
    monkeypatch.setattr(loop, "steps_per_execution", lambda *_: 1)


@pytest.mark.usefixtures("_long")
def test_a_silent_training_is_not_forecast(data, recipe, make_net, tmp_path, capsys):
    train(make_net(), data, replace(recipe, epochs=1), logs=tmp_path, verbose=0)
    assert capsys.readouterr().out == ""


@pytest.mark.usefixtures("_long")
@pytest.mark.parametrize("verbose", [1, 2])
def test_what_is_said_during_a_training_stands_on_lines_of_its_own(
    verbose, data, recipe, make_net, tmp_path, capsys
):
    train(make_net(), data, replace(recipe, epochs=2), logs=tmp_path, verbose=verbose)
    out = capsys.readouterr().out
    before, _, after = out.partition("this will take about ")
    assert before.endswith("\n")
    assert not before.endswith("\n\n")
    assert "\n" in after
    assert "Epoch 1/2" in before
    assert (re.search(r"\d/8", before) is not None) == (verbose == 1)  # the bar had begun


def test_a_model_that_does_not_fit_the_data_is_refused_before_a_folder_is_made(
    data, recipe, make_net, tmp_path
):
    with pytest.raises(
        ValueError, match="small_net has 3 outputs, stripes has 2 classes: build it with classes=2"
    ):
        train(make_net(classes=3), data, recipe, logs=tmp_path)
    assert find_runs(tmp_path) == []
    assert not list(tmp_path.iterdir())


def test_mixed_precision_trains_and_is_saved_in_float32(data, recipe, make_net, tmp_path):
    model = make_net()
    run = train(model, data, replace(recipe, precision="mixed_float16"), logs=tmp_path, verbose=0)
    assert run.best["val_accuracy"] > 0.9
    assert run.record["sessions"][0]["precision"] == "mixed_float16"
    loaded = keras.models.load_model(run.folder / BEST)
    assert {layer.dtype_policy.name for layer in [*loaded.layers, *model.layers]} == {"float32"}


@pytest.mark.parametrize(("asked", "recorded"), [(None, ["crop"]), ((), []), (("flip",), ["flip"])])
def test_a_recipe_without_augmentation_of_its_own_takes_what_suits_the_data(
    asked, recorded, data, recipe, make_net, tmp_path, monkeypatch
):
    used = []

    def epochs(split, batch_size, augmentations, seed):
        used.append(list(augmentations))
        raise ZeroDivisionError

    monkeypatch.setattr("cnn_course.training.loop.Epochs", epochs)
    recipe = replace(recipe, augment=asked)
    with pytest.raises(ZeroDivisionError):
        train(make_net(), replace(data, augment=("crop",)), recipe, logs=tmp_path, verbose=0)
    (folder,) = find_runs(tmp_path)
    assert (used, open_run(folder).record["recipe"]["augment"]) == ([recorded], recorded)


def test_tiny_networks_take_many_steps_an_execution_and_large_ones_few():
    assert steps_per_execution(30_720, 128) == 32
    assert steps_per_execution(15_470_264_320, 128) == 1


def test_weights_that_become_nan_in_the_last_step_of_an_epoch_are_not_saved(data, recipe, make_net, tmp_path):
    class Poison(keras.callbacks.Callback):
        def on_test_begin(self, logs=None):
            if len(open_run(next(iter(find_runs(tmp_path)))).metrics) == 1:
                self.model.get_layer("conv1").kernel.assign(np.full((3, 3, 3, 4), np.nan))

    with pytest.raises(RuntimeError, match="the network became NaN at the end of epoch 2; try a tenth"):
        train(make_net(), data, recipe, logs=tmp_path, verbose=0, callbacks=[Poison()])
    (folder,) = find_runs(tmp_path)
    assert open_run(folder).record["status"] == "failed"
    assert len(open_run(folder).metrics) == 1
    assert np.isfinite(keras.models.load_model(folder / BEST).get_layer("conv1").kernel).all()


def test_resuming_with_other_arguments_of_the_builder_is_refused(finished, data, recipe, make_net):
    with pytest.raises(ValueError, match=r"arguments \{\} there, \{'dropout': 0.5\} here"):
        train(make_net(), data, recipe, resume=finished.folder, arguments={"dropout": 0.5})
