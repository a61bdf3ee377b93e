"""The exercise as text: this course's, and anybody's who writes one in the same form."""

import json

import pytest

from cnn_course.grading.batch.exercise import read_exercise

TEST = """
import pytest

@pytest.mark.task("double")
def test_three_is_doubled(submission):
    pass

@pytest.mark.points(2)
@pytest.mark.task("halve")
def test_four_is_halved(submission):
    pass
"""


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "my_own_exercise"
    place.mkdir()
    (place / "test_public.py").write_text(TEST)
    return place


def test_a_folder_with_checks_is_an_exercise(folder):
    exercise = read_exercise(folder)
    assert exercise.name == "my_own_exercise"
    assert exercise.facts == {
        "name": "my_own_exercise", "title": "my_own_exercise", "tasks": ["double", "halve"], "decks": [],
    }  # fmt: skip
    assert exercise.files == {"test_public.py": TEST}
    assert exercise.solution is None


def test_what_exercise_json_says_counts(folder):
    (folder / "exercise.json").write_text(json.dumps({"title": "Doubling", "tasks": ["double"]}))
    (folder / "solution.py").write_text("def double(x): return 2 * x\n")
    exercise = read_exercise(folder)
    assert exercise.facts["title"] == "Doubling"
    assert exercise.facts["tasks"] == ["double"]
    assert exercise.solution == "def double(x): return 2 * x\n"
    assert "solution.py" not in exercise.files


def test_another_check_is_another_exercise_and_another_solution_is_not(folder):
    before = read_exercise(folder).digest
    (folder / "solution.py").write_text("pass\n")
    (folder / "notes.txt").write_text("mine")
    assert read_exercise(folder).digest == before
    (folder / "test_hidden.py").write_text("")
    assert read_exercise(folder).digest != before


def test_what_is_no_exercise_is_told_in_a_line(tmp_path, folder):
    with pytest.raises(ValueError, match="nowhere is no folder; --exercise takes a number, a name or"):
        read_exercise(tmp_path / "nowhere")
    with pytest.raises(ValueError, match="has neither test_public.py nor test_hidden.py"):
        read_exercise(tmp_path)
    (folder / "exercise.json").write_text("{")
    with pytest.raises(ValueError, match="exercise.json is no JSON"):
        read_exercise(folder)
    (folder / "exercise.json").write_text("[]")
    with pytest.raises(ValueError, match="holds no object"):
        read_exercise(folder)
    (folder / "test_public.py").write_bytes(b"\xff")
    with pytest.raises(ValueError, match="test_public.py is no UTF-8 text"):
        read_exercise(folder)
    (folder / "test_public.py").write_text("def (:")
    with pytest.raises(ValueError, match="test_public.py, line 1, is no Python"):
        read_exercise(folder)
