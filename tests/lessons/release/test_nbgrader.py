"""The tree for nbgrader: valid metadata, points that add up, all for the solution and none for a stub."""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import nbformat
import pytest

from cnn_course.lessons.course import NoSuchName
from cnn_course.lessons.execute import run_notebook
from cnn_course.lessons.exercise import Exercise
from cnn_course.lessons.release.master import masters
from cnn_course.lessons.release.nbgrader import nbgrader, nbgrader_for_students
from cnn_course.lessons.release.write import write

SOURCE = "source/90_numbers/90_numbers.ipynb"
KEYS = {"schema_version", "grade", "grade_id", "solution", "locked", "task", "points"}
TESTS_IN_THE_LITTLE_COURSE = {"test-mean": 1, "test-largest": 3}


@pytest.fixture
def tree(folder, tmp_path) -> Path:
    """The little course for nbgrader, in a folder of its own."""
    write(nbgrader(masters(folder.parents[1])), tmp_path / "nb")
    return tmp_path / "nb"


def graded(notebook) -> dict:
    return {cell.metadata.nbgrader.grade_id: cell for cell in notebook.cells if "nbgrader" in cell.metadata}


def test_every_cell_that_nbgrader_looks_at_obeys_its_third_schema(folder):
    made = nbgrader(masters(folder.parents[1]))
    notebook = nbformat.reads(made[SOURCE].decode(), as_version=4)
    nbformat.validate(notebook)
    cells = [cell for cell in notebook.cells if "nbgrader" in cell.metadata]
    names = [cell.metadata.nbgrader.grade_id for cell in cells]
    assert names == ["setup", "mean", "test-mean", "largest", "test-largest"]
    for cell in cells:
        marks = dict(cell.metadata.nbgrader)
        assert set(marks) == KEYS if marks["grade"] else set(marks) == KEYS - {"points"}
        assert marks["schema_version"] == 3
        assert all(type(marks[key]) is bool for key in ("grade", "solution", "locked", "task"))
        assert re.fullmatch(r"[a-zA-Z0-9_\-]+", marks["grade_id"])
        assert cell.cell_type == "code"
        kinds = [kind for kind in ("grade", "solution", "locked", "task") if marks[kind]]
        assert kinds == ["locked" if names.index(marks["grade_id"]) == 0 else kinds[0]]


def test_points_of_a_task_are_those_of_its_visible_and_hidden_checks(folder):
    cells = graded(nbformat.reads(nbgrader(masters(folder.parents[1]))[SOURCE].decode(), as_version=4))
    points = {name: c.metadata.nbgrader.points for name, c in cells.items() if c.metadata.nbgrader.grade}
    assert points == TESTS_IN_THE_LITTLE_COURSE
    assert "Points: 3, 2 of them for hidden checks;" in cells["test-largest"].source
    assert "HIDDEN TESTS" not in cells["test-mean"].source


def test_a_task_that_is_checked_in_no_cell_of_its_own_gets_tests_right_after_it(folder, edit):
    edit("lesson.py", 'ex.check("mean")', 'print(ex.check("mean"))')
    notebook = nbformat.reads(nbgrader(masters(folder.parents[1]))[SOURCE].decode(), as_version=4)
    names = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in notebook.cells]
    assert names[names.index("mean") + 1] == "test-mean"
    nbformat.validate(notebook)


def test_students_get_neither_solutions_nor_hidden_checks_nor_instructors_cells(folder):
    made = nbgrader(masters(folder.parents[1]))
    assert "fsum" in made[SOURCE].decode()
    assert "empty lists" not in made[SOURCE].decode()
    assert "test_negative" in made["hidden_checks/90_numbers/test_hidden.py"].decode()
    given = nbgrader_for_students(masters(folder.parents[1]))
    assert set(given) == {
        SOURCE,
        *(
            f"source/90_numbers/exercises/90_numbers/{name}"
            for name in ("exercise.json", "test_public.py", "questions.py")
        ),
    }
    text = b"".join(given.values()).decode()
    assert "fsum" not in text
    assert "test_negative" not in text


def test_hidden_checks_are_called_where_an_instructor_grades_and_not_shown(tree, monkeypatch):
    assignment = tree / "autograded" / "student" / "90_numbers"
    shutil.copytree(tree / "source/90_numbers", assignment)
    exercise = Exercise(assignment / "exercises/90_numbers", {"largest": lambda values: max(0, *values)})
    monkeypatch.chdir(assignment)
    report = exercise.check("largest", hidden=True)
    assert (report.share_of(3), len(report.outcomes)) == (1.0, 2)
    assert "negative numbers" not in repr(report.visible)
    assert exercise.check("largest").share_of(3) == 3.0  # so that nbgrader's Validate is content
    monkeypatch.chdir("/")  # where a student is, there are none
    with pytest.raises(NoSuchName, match="this copy of the course has no hidden checks"):
        exercise.check("largest", hidden=True)


def test_the_settings_are_python(folder):
    compile(nbgrader(masters(folder.parents[1]))["nbgrader_config.py"], "nbgrader_config.py", "exec")


def earned(notebook) -> dict[str, float]:
    """What nbgrader reads from the cells of tests: the one result, if nothing went to standard error."""
    points = {}
    for name, cell in graded(notebook).items():
        if cell.metadata.nbgrader.grade:
            assert not [o for o in cell.outputs if o.output_type == "error" or o.get("name") == "stderr"]
            (result,) = [o for o in cell.outputs if o.output_type == "execute_result"]
            points[name] = float(result.data["text/plain"])
            shown = "".join(str(o.get("data", "")) for o in cell.outputs)
            assert "negative numbers" not in shown  # the hidden check, which feedback must not show
    return points


@pytest.mark.slow
def test_solutions_earn_all_points_part_of_them_a_part_and_stubs_none(tree, monkeypatch, tmp_path):
    monkeypatch.setenv("CNN_COURSE_PROFILE", "smoke")
    monkeypatch.chdir(tree)
    exercise = tree / "source/90_numbers/exercises/90_numbers"
    neither = {"count = len(values)": "raise NotImplementedError()", "best = values[0]": "best = 0"}
    for student, changes, due in (
        ("one", {}, {"test-mean": 1, "test-largest": 3}),
        ("two", neither, {"test-mean": 0, "test-largest": 1}),  # the second fails the hidden check alone
    ):
        text = (tree / SOURCE).read_text("utf-8")
        for right, wrong in changes.items():
            assert right in text
            text = text.replace(right, wrong)
        notebook = nbformat.reads(text, as_version=4)
        scratch = tree / "autograded" / student  # below the hidden checks, as nbgrader has it
        run_notebook(notebook, exercise, scratch, "smoke")
        assert earned(notebook) == due


@pytest.mark.slow
@pytest.mark.skipif(find_spec("nbgrader") is None, reason="nbgrader is not installed beside this course")
def test_nbgrader_itself_takes_it_and_gives_the_points(tree):
    shown = run("generate_assignment", "--assignment", "90_numbers", folder=tree)
    released = tree / "release/90_numbers/90_numbers.ipynb"
    assert "fsum" not in released.read_text("utf-8"), shown
    solved, stub = json.loads((tree / SOURCE).read_text("utf-8")), json.loads(released.read_text("utf-8"))
    for cell, answer in zip(stub["cells"], solved["cells"], strict=True):
        cell["solved"] = answer["source"] if "task" in cell["metadata"] else cell["source"]
    for student in ("solver", "stubber"):
        place = shutil.copytree(released.parent, tree / "submitted" / student / "90_numbers")
        cells = [{**c, "source": c["solved" if student == "solver" else "source"]} for c in stub["cells"]]
        for cell in cells:
            del cell["solved"]
        (place / released.name).write_text(json.dumps({**stub, "cells": cells}), "utf-8")
    assert "passes all the tests" in run("validate", SOURCE, folder=tree)
    shown = run("autograde", "--assignment", "90_numbers", folder=tree)
    run("export", folder=tree)
    rows = csv.DictReader((tree / "grades.csv").read_text("utf-8").splitlines())
    scores = {row["student_id"]: (float(row["score"]), float(row["max_score"])) for row in rows}
    assert scores == {"solver": (4.0, 4.0), "stubber": (0.0, 4.0)}, shown


def run(*words: str, folder: Path) -> str:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # where alembic is
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *words],
        cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True, timeout=250,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout + done.stderr
