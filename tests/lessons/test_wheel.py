"""What the wheel carries of the exercises: what students get, and nothing else."""

import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NOT_FOR_STUDENTS = {"lesson.py", "solution.py", "test_hidden.py", "mistakes.py", "alternatives.py"}


@pytest.fixture(scope="module")
def names(tmp_path_factory) -> list[str]:
    """The names in the wheel of this repository."""
    wheel = pytest.importorskip("hatchling.builders.wheel")
    built = wheel.WheelBuilder(str(ROOT)).build(directory=str(tmp_path_factory.mktemp("wheel")))
    return zipfile.ZipFile(next(iter(built))).namelist()


def test_the_wheel_has_every_notebook_with_its_stub_and_visible_checks(names):
    for folder in sorted(path.parent for path in ROOT.glob("exercises/*/exercise.json")):
        inside = f"cnn_course/exercises/{folder.name}"
        for file in (f"{folder.name}.ipynb", "exercise.py", "exercise.json", "test_public.py"):
            assert f"{inside}/{file}" in names


def test_the_wheel_has_neither_solutions_nor_hidden_checks(names):
    of_exercises = [name for name in names if "exercises/" in name]
    assert of_exercises
    assert not [name for name in of_exercises if Path(name).name in NOT_FOR_STUDENTS]


def test_the_wheel_has_what_a_new_exercise_begins_with(names):
    assert "cnn_course/lessons/new_exercise/lesson.py.txt" in names
