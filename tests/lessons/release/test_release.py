"""`cnn-course release` from the command line: what it writes, and when it refuses."""

import shutil
from pathlib import Path
from textwrap import indent

import pytest

from cnn_course.cli import main
from cnn_course.cli.flags import build_parser
from cnn_course.lessons import course as student_course
from cnn_course.lessons.release import gradescope, write
from cnn_course.lessons.working_copy import make_working_copy

SOLUTION = "best = values[0]\nfor value in values:\n    best = value if value > best else best"


@pytest.fixture
def course(folder, monkeypatch) -> Path:
    """The little course; the current folder."""
    monkeypatch.chdir(folder.parents[1])
    return folder.parents[1]


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_plain_folders_are_what_init_makes(course, tmp_path, monkeypatch, capsys):
    assert main(["release", str(tmp_path / "out")]) == 0
    said = capsys.readouterr().out
    assert "leaks       none found" in said
    monkeypatch.setattr(student_course, "_of_the_package", lambda: (course / "exercises",))
    make_working_copy(tmp_path / "copy")
    assert contents(tmp_path / "out") == contents(tmp_path / "copy")


def test_files_are_made_from_the_masters_not_from_what_lies_beside_them(course, folder, tmp_path):
    (folder / "exercise.py").write_text(SOLUTION, "utf-8")
    (course / "notebooks" / "90_numbers.ipynb").write_text("{}", "utf-8")
    assert main(["release", str(tmp_path / "out")]) == 0
    files = contents(tmp_path / "out")
    assert b"raise NotImplementedError()" in files["exercises/90_numbers/exercise.py"]
    assert b"Two functions to write." in files["notebooks/90_numbers.ipynb"]


def test_only_the_exercises_that_are_named_are_released(course, folder, tmp_path, capsys):
    shutil.copytree(folder, folder.with_name("91_other"))
    assert main(["release", str(tmp_path / "out"), "91"]) == 0
    assert {Path(name).parts[1] for name in contents(tmp_path / "out") if "/" in name} == {
        "91_other",
        "91_other.ipynb",
    }
    assert main(["release", str(tmp_path / "none"), "92"]) == 2
    assert "no exercise '92'" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()


def test_a_folder_that_is_not_empty_is_left_alone(course, tmp_path, capsys):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").write_text("keep", "utf-8")
    assert main(["release", str(tmp_path / "out")]) == 1
    assert "is not empty; name a new folder" in capsys.readouterr().err
    assert contents(tmp_path / "out") == {"mine": b"keep"}


@pytest.mark.parametrize("target", ["plain", "nbgrader"])
def test_a_leak_is_named_with_its_place_and_nothing_is_written(course, edit, tmp_path, capsys, target):
    edit("lesson.py", 'ex.check("largest")', f'ex.check("largest")\n\n# %%\n{SOLUTION}')
    assert main(["release", str(tmp_path / "out"), "--target", target]) == 1
    said = capsys.readouterr().out
    assert "90_numbers.ipynb, cell 9 source:1: it shows the solution of largest: best = values[0]" in said
    assert said.endswith("leaks       1\nwritten     nothing\n")
    assert not (tmp_path / "out").exists()


def test_a_leak_of_an_exercise_that_is_not_released_is_one_too(course, folder, edit, tmp_path, capsys):
    other = folder.with_name("91_other")
    shutil.copytree(folder, other)
    text = (other / "test_hidden.py").read_text("utf-8")
    (other / "test_hidden.py").write_text(text.replace('"largest([-2, -1])"', '"a word between us"'), "utf-8")
    edit("lesson.py", "Two functions to write.", "Two functions, and a word between us.")
    assert main(["release", str(tmp_path / "out"), "91"]) == 0  # the author of 90 shows it: it is public
    edit("lesson.py", "Two functions, and a word between us.", "See test_negative_numbers_have_a_largest.")
    assert main(["release", str(tmp_path / "more"), "90"]) == 1
    assert "the hidden check test_negative" in capsys.readouterr().out


def test_instructors_are_told_what_to_keep_to_themselves(course, tmp_path, monkeypatch, capsys):
    assert main(["release", str(tmp_path / "nb"), "--target", "nbgrader"]) == 0
    assert "keep        this tree holds solutions and hidden checks" in capsys.readouterr().out
    monkeypatch.setattr(gradescope, "wheel", lambda: ("cnn_course-1.whl", b""))
    assert main(["release", str(tmp_path / "gs"), "--target", "gradescope"]) == 0
    assert "keep        these zips hold hidden checks" in capsys.readouterr().out


def test_a_solution_in_a_file_of_hidden_checks_is_no_leak_for_gradescope(
    course, folder, tmp_path, monkeypatch
):
    monkeypatch.setattr(gradescope, "wheel", lambda: ("cnn_course-1.whl", b""))
    path = folder / "test_hidden.py"
    answer = indent(f"{SOLUTION}\nreturn best", "    ")
    path.write_text(f"{path.read_text('utf-8')}\n\ndef largest(values):\n{answer}\n", "utf-8")
    assert main(["release", str(tmp_path / "gs"), "--target", "gradescope"]) == 0


def test_a_folder_that_is_there_can_be_scanned(course, folder, tmp_path, capsys):
    assert main(["release", str(tmp_path / "out")]) == 0
    assert main(["release", str(tmp_path / "out"), "--scan"]) == 0
    assert "files       6 looked through" in capsys.readouterr().out
    shutil.copyfile(folder / "solution.py", tmp_path / "out" / "notes.txt")
    assert main(["release", str(tmp_path / "out"), "--scan"]) == 1
    said = capsys.readouterr().out
    assert "notes.txt:10: it shows the solution of mean: count = len(values)" in said
    assert "leaks       2" in said
    assert main(["release", str(tmp_path / "nowhere"), "--scan"]) == 1
    assert "nowhere is no folder" in capsys.readouterr().err


def test_the_flags_name_the_targets_there_are():
    shown = build_parser().parse_args(["release", "x"])
    assert shown.target == "plain"
    for target in write.TARGETS:
        assert build_parser().parse_args(["release", "x", "--target", target]).target == target


def test_without_masters_there_is_nothing_to_release(tmp_path, monkeypatch, capsys):
    from cnn_course.cli import release

    def nothing(start):
        raise FileNotFoundError("no course here: neither ...")

    monkeypatch.setattr(release, "course_folder", nothing)
    assert main(["release", str(tmp_path / "out")]) == 1
    assert "no course here" in capsys.readouterr().err
