"""Solved notebooks run from top to bottom, in the smoke profile; on CIFAR where it is at hand."""

from pathlib import Path

import pytest

from cnn_course.lessons.execute import CellFailed, solved_notebook
from cnn_course.lessons.experiment import SMOKE_DATA
from cnn_course.lessons.masters import find_masters
from cnn_course.lessons.record import record
from cnn_course.lessons.reference_curves import read_reference

COURSE = Path(__file__).resolve().parents[2]


@pytest.fixture
def images(request, monkeypatch):
    """The real images of CIFAR where they are beside this repository, made-up ones elsewhere."""
    try:
        monkeypatch.setenv("CNN_COURSE_DATA", str(request.getfixturevalue("real_cifar")))
    except pytest.skip.Exception:
        monkeypatch.setenv(SMOKE_DATA, "made-up")


@pytest.mark.slow
@pytest.mark.timeout(900)  # trainings, on a busy machine
@pytest.mark.parametrize("folder", find_masters(COURSE), ids=lambda folder: folder.name)
def test_the_solved_notebook_runs(folder, images):
    with solved_notebook(folder, "smoke"):
        pass


@pytest.mark.slow
def test_an_experiment_is_recorded_from_a_real_run(folder, edit, monkeypatch):
    monkeypatch.setenv(SMOKE_DATA, "made-up")
    edit("lesson.py", 'ex.check("largest")', """import keras

data = ex.data(per_class=4)
image = keras.Input(data.input_shape)
flat = keras.layers.Flatten()(image)
model = keras.Model(image, keras.layers.Dense(10, activation="softmax")(flat), name="linear")
run = ex.train(model, data)""")  # fmt: skip
    (line,) = record(folder, "smoke")
    assert line.startswith("90_numbers: ")
    assert len(read_reference(folder)[""].metrics) == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("1 / 0", r"cell \d+ \(1 / 0\) raised ZeroDivisionError: division by zero"),
        ("import sys; print('oh', file=sys.stderr)", r"cell \d+ \(import sys.* wrote to standard error: oh"),
    ],
)
def test_a_cell_that_fails_is_named(folder, edit, monkeypatch, cell, said):
    monkeypatch.setenv("CNN_COURSE_PROFILE", "smoke")
    edit("lesson.py", "# %% tags", f"# %%\n{cell}\n\n# %% tags")
    with pytest.raises(CellFailed, match=said), solved_notebook(folder, "smoke"):
        pass


@pytest.mark.slow
def test_an_experiment_that_trains_nothing_is_not_recorded(folder, monkeypatch):
    with pytest.raises(RuntimeError, match=r"90_numbers trains nothing: no cell of it calls ex.train"):
        record(folder, "smoke")
    assert not (folder / "reference.json").exists()
