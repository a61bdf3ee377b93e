"""The experiment of a notebook: its data, its training, what is shown of it; on made-up images."""

import json
from types import SimpleNamespace

import keras
import numpy as np
import pytest

from cnn_course.lessons import experiment, live
from cnn_course.lessons.reference_curves import read_reference, write_reference
from cnn_course.training.runs import find_runs

FACTS = {"data": {"name": "cifar10"}, "profiles": {"smoke": {"per_class": 4, "epochs": 2, "batch_size": 20}}}


@pytest.fixture
def ex(tmp_path, monkeypatch):
    """An exercise in a course of its own, in the smoke profile, with made-up images."""
    folder = tmp_path / "exercises" / "90_numbers"
    folder.mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CNN_COURSE_PROFILE", "smoke")
    monkeypatch.setenv(experiment.SMOKE_DATA, "made-up")
    return SimpleNamespace(name="90_numbers", folder=folder, facts=FACTS)


@pytest.fixture
def shown(monkeypatch):
    """What a notebook displays, in order: every first display and every update."""
    import IPython.display

    seen = []

    def display(thing, display_id):
        assert display_id is True
        seen.append(thing)
        return SimpleNamespace(update=seen.append)

    monkeypatch.setattr(IPython.display, "display", display)
    monkeypatch.setattr(experiment, "in_a_notebook", lambda: True)
    return seen


def linear():
    image = keras.Input((32, 32, 3))
    x = keras.layers.Flatten()(image)
    return keras.Model(image, keras.layers.Dense(10, activation="softmax")(x), name="linear")


def test_the_setup_line_says_device_profile_and_data(ex):
    line = experiment.setup_line(ex)
    assert line.endswith("profile smoke: 4 images of each class of cifar10, 2 epochs")
    assert line.partition(";")[0]


def test_made_up_images_are_those_of_the_profile_and_called_so(ex, capsys):
    data = experiment.data(ex)
    assert len(data.train) == 40
    assert data.classes[3] == "cat"
    out = capsys.readouterr().out
    assert out.startswith("MADE-UP IMAGES")
    assert "40 images to train on" in out


def test_changes_overrule_the_profile_and_a_name_the_header(ex):
    assert len(experiment.data(ex, per_class=2, classes=["cat", "dog"]).train) == 4
    assert len(experiment.data(ex, "cifar100", labels="coarse").classes) == 20


def test_made_up_images_are_for_smoke_alone(ex, monkeypatch, tiny_cifar10_dir):
    monkeypatch.setenv("CNN_COURSE_PROFILE", "cpu")
    monkeypatch.setenv("CNN_COURSE_DATA", str(tiny_cifar10_dir))
    assert "made" not in experiment.data(ex).source


def test_without_images_the_ways_out_are_said(ex, monkeypatch, tmp_path):
    monkeypatch.delenv(experiment.SMOKE_DATA)
    with pytest.raises(FileNotFoundError) as problem:
        experiment.data(ex, data_dir=tmp_path, download=False)
    assert "CIFAR-10" in str(problem.value)
    assert problem.value._render_traceback_() == [str(problem.value)]


def test_a_training_follows_the_profile_and_is_recorded_below_logs(ex, tmp_path, capsys):
    run = experiment.train(ex, linear(), experiment.data(ex), learning_rate=0.01)
    assert run.record["recipe"]["epochs"] == 2
    assert run.record["recipe"]["learning_rate"] == 0.01
    assert run.folder.parents[2] == tmp_path / "logs"
    assert run.folder.parents[1].name == "90_numbers"
    assert "of the validation images, in epoch" in capsys.readouterr().out


def test_a_label_tells_trainings_of_one_exercise_apart(ex, tmp_path):
    experiment.train(ex, linear(), experiment.data(ex), label="small", epochs=1)
    assert [path.parents[1].name for path in find_runs(tmp_path / "logs")] == ["90_numbers-small"]


def test_a_label_that_can_name_no_folder_is_told(ex):
    with pytest.raises(ValueError, match="label='a/b': use letters, digits"):
        experiment.train(ex, linear(), None, label="a/b")


def test_logs_lie_in_the_course_wherever_in_it_one_is(ex, tmp_path):
    (tmp_path / "notebooks").mkdir()
    assert experiment.logs_folder(tmp_path / "notebooks") == tmp_path / "logs"
    assert experiment.logs_folder(tmp_path / "exercises") == tmp_path / "logs"


def test_outside_of_a_course_logs_lie_where_one_is(tmp_path):
    assert experiment.logs_folder(tmp_path) == tmp_path / "logs"


def test_a_notebook_shows_curves_that_grow_and_ends_with_the_time(ex, shown, monkeypatch):
    monkeypatch.setattr(live, "SECONDS_BETWEEN", 0.0)
    experiment.train(ex, linear(), experiment.data(ex))
    pictures = [thing for thing in shown if hasattr(thing, "axes")]
    assert [len(picture.axes[0].lines[0].get_xdata()) for picture in pictures] == [1, 2]
    lines = [repr(thing) for thing in shown if not hasattr(thing, "axes")]
    assert any(line.startswith("epoch 2 of 2: loss ") for line in lines)
    assert lines[-1].startswith("2 epochs in ")


def test_a_quick_training_is_drawn_once(ex, shown, monkeypatch):
    monkeypatch.setattr(live, "SECONDS_BETWEEN", 1000.0)
    experiment.train(ex, linear(), experiment.data(ex), epochs=3)
    (first, last) = [thing for thing in shown if hasattr(thing, "axes")]
    assert len(last.axes[0].lines[0].get_xdata()) == 3
    assert len(first.axes[0].lines[0].get_xdata()) == 1


def test_recorded_curves_lie_beneath_with_where_they_are_from(ex, shown):
    run = experiment.train(ex, linear(), experiment.data(ex))
    write_reference(ex.folder, [run], "smoke")
    experiment.train(ex, linear(), experiment.data(ex), epochs=1)
    picture = shown[-2]
    recorded, own = picture.axes[0].lines[:2]
    assert recorded.get_ydata() == pytest.approx([row["loss"] for row in run.metrics], abs=1e-4)
    assert len(own.get_xdata()) == 1
    assert "recorded" in recorded.get_label()
    assert "smoke, 2 epochs, " in picture.legends[0].get_title().get_text()


def test_the_reference_keeps_each_labels_last_run_without_dates(ex):
    data = experiment.data(ex)
    runs = [experiment.train(ex, linear(), data, label=label, epochs=1) for label in ("", "b", "b")]
    path = write_reference(ex.folder, runs, "cpu")
    kept = json.loads(path.read_text("utf-8"))
    assert set(kept) == {"machine", "profile", "runs"}
    assert set(kept["runs"]) == {"", "b"}
    assert set(kept["runs"]["b"]) == {"data", "epochs", "seconds", "metrics"}
    assert read_reference(ex.folder)["b"].metrics[0]["loss"] == pytest.approx(
        runs[-1].metrics[0]["loss"], abs=1e-4
    )
    assert "CPU" not in kept["machine"] or "no GPU" in kept["machine"]


def test_an_exercise_without_a_reference_has_no_curves(ex):
    assert read_reference(ex.folder) == {}


def test_tensorboard_is_not_started_in_smoke(ex, capsys):
    experiment.tensorboard(ex)
    assert "tensorboard --logdir logs" in capsys.readouterr().out


def test_made_up_images_of_a_class_share_a_colour(ex):
    data = experiment.data(ex)
    means = data.train.images.mean(axis=(1, 2))
    within = [np.ptp(means[data.train.labels == label], axis=0).max() for label in range(10)]
    assert max(within) < 10
    assert np.ptp(means, axis=0).max() > 50
