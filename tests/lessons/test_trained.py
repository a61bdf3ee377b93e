"""The network that a student has trained: found among the runs, seen by checks, handed in with the code."""

import json
import shutil
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers

from cnn_course.cli import main
from cnn_course.data import load
from cnn_course.grading.claimed.trained import read_trained
from cnn_course.lessons import course
from cnn_course.lessons.exercise import Exercise
from cnn_course.lessons.trained import newest_run
from cnn_course.training import train
from cnn_course.training.recipe import Recipe
from cnn_course.training.runs import open_run

RIGHT = "def double(x):\n    return 2 * x\n\n\ndef build(units):\n    return [units]\n"
NAME = "03_doubling"


@pytest.fixture(scope="module")
def trained_once(tmp_path_factory):
    """The folder of one run of the exercise, trained for an epoch on digits."""
    data = load("digits")
    image = keras.Input(data.input_shape)
    model = keras.Model(image, layers.Dense(10, "softmax")(layers.Flatten()(image)), name="net")
    recipe = Recipe(epochs=1, augment=())
    return train(model, data, recipe, logs=tmp_path_factory.mktemp("logs"), name=NAME, verbose=0).folder


@pytest.fixture
def runs(little_course, trained_once):
    """A function that puts a copy of that run into the course: name, time, changes to its record."""

    def put(name, stamp, **changes):
        folder = little_course / "logs" / name / "net" / stamp
        shutil.copytree(trained_once, folder)
        record = json.loads((folder / "run.json").read_text())
        (folder / "run.json").write_text(json.dumps(record | changes))
        return folder

    return put


def test_the_newest_finished_run_of_the_exercise_is_meant(runs):
    assert newest_run(NAME) is None
    runs(NAME, "20260101-120000")
    newest = runs(f"{NAME}-wide", "20260301-120000")
    runs(NAME, "20260401-120000", status="running")
    runs(f"{NAME}2", "20260501-120000")
    (runs(NAME, "20260601-120000") / "best.keras").unlink()
    (runs(NAME, "20260701-120000") / "run.json").write_text("{")
    assert newest_run(NAME).folder == newest


def test_submit_hands_in_what_was_trained(runs, capsys):
    run = runs(NAME, "20260101-120000")
    Path(f"exercises/{NAME}/exercise.py").write_text(RIGHT)
    assert main(["submit", "03"]) == 0
    said = capsys.readouterr().out
    best = open_run(run).best["val_accuracy"]
    assert f"logs/03_doubling/net/20260101-120000: {best:.1%} of its validation images, in epoch 1" in said
    assert "handin/03_doubling/trained.cnn: and this one, the network that you trained" in said
    net = read_trained(Path(f"handin/{NAME}/trained.cnn").read_bytes())
    validation = load("digits").validation
    right = np.argmax(net.predict(validation.images), axis=1) == validation.labels
    assert right.mean() == pytest.approx(best, abs=1e-6)


def test_submit_takes_the_run_that_is_named(runs, capsys):
    named = runs(NAME, "20260101-120000")
    runs(NAME, "20260201-120000")
    Path(f"exercises/{NAME}/exercise.py").write_text(RIGHT)
    assert main(["submit", "03", "--run", str(named)]) == 0
    assert "20260101-120000" in capsys.readouterr().out
    assert main(["submit", "03", "--run", "nowhere"]) == 1
    assert "nowhere is no run" in capsys.readouterr().err


def test_a_saved_network_that_is_damaged_does_not_hold_up_the_code(runs, capsys):
    (runs(NAME, "20260101-120000") / "best.keras").write_bytes(b"x")
    Path(f"exercises/{NAME}/exercise.py").write_text(RIGHT)
    assert main(["submit", "03"]) == 0
    assert "without the network that you trained: " in capsys.readouterr().out
    assert sorted(path.name for path in Path(f"handin/{NAME}").iterdir()) == ["exercise.py"]


def test_checks_see_the_same_network_while_one_learns(runs):
    folder = course.find("03")
    (folder / "test_public.py").write_text(
        "import pytest\n\n\n@pytest.mark.task('double')\ndef test_it_is_linear(trained):\n"
        "    assert trained.parameters == 30_730\n"
    )
    exercise = Exercise(folder, {})
    assert [str(outcome.status) for outcome in exercise.check("double").outcomes] == ["not attempted"]
    runs(NAME, "20260101-120000")
    assert [str(outcome.status) for outcome in exercise.check("double").outcomes] == ["passed"]
