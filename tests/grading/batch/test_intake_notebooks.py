"""Of a notebook, the cells of tasks count, in their places, and run as they do while learning."""

import json

import pytest

from cnn_course.grading.batch.found import Refused
from cnn_course.grading.batch.notebooks import Cell, source_of
from cnn_course.grading.reading import read_student_file

TASK = {"task": "conv2d"}


@pytest.fixture
def source(facts, notebook):
    return lambda *cells, **more: source_of("a.ipynb", notebook(*cells, **more).decode(), facts)


def test_cells_of_tasks_and_imports_keep_their_numbers_and_nothing_else_stays(source):
    made = source(
        ("ex = exercise('03')", {"tags": ["setup"]}),
        ("import numpy", {"tags": ["module"], "secret": "of the author"}),
        ("train_for_hours()", {}),
        ("def conv2d(x): pass", {"task": "conv2d", "deletable": False}),
    )
    assert made.cells == [Cell(2, "", "import numpy"), Cell(4, "conv2d", "def conv2d(x): pass")]
    cells = json.loads(made.text)["cells"]
    assert [cell["source"] for cell in cells] == ["", "import numpy", "", "def conv2d(x): pass"]
    assert [cell["metadata"] for cell in cells] == [{}, {"tags": ["module"]}, {}, TASK]


@pytest.mark.parametrize(
    ("metadata", "task"),
    [
        ({"task": "conv2d"}, "conv2d"),
        ({"nbgrader": {"grade_id": "conv2d", "solution": True}}, "conv2d"),
        ({"nbgrader": {"grade_id": "task-conv2d", "solution": True}}, "conv2d"),
        ({"nbgrader": {"grade_id": "cell-3f", "solution": True}}, "cell-3f"),
        ({"nbgrader": {"grade_id": "cell-3f", "solution": False, "grade": True}}, None),
        ({"id": "task-im2col"}, "im2col"),  # Colab
        ({"id": "3f"}, None),
        ({"task": ["conv2d"]}, None),
        ({"task": "pool2d"}, None),
        ({"nbgrader": "?", "tags": 3}, None),
    ],
)
def test_how_the_cell_of_a_task_is_known(source, metadata, task):
    made = source(("0", TASK), ("1", metadata))
    assert [cell.task for cell in made.cells[1:]] == ([task] if task else [])


def test_the_name_of_a_cell_is_enough_where_a_program_drops_metadata(facts):
    cell = {"id": "task-conv2d", "cell_type": "code", "metadata": {}, "source": ["x = 1\n", "y = 2"]}
    made = source_of("a.ipynb", json.dumps({"cells": [cell]}), facts)
    assert made.cells == [Cell(1, "conv2d", "x = 1\ny = 2")]


def test_errors_name_the_cell_and_line_that_the_student_sees(tmp_path, source):
    made = source(
        ("# text\n", {}),
        ("import nonsense_module", {"tags": ["module"]}),
        ("%matplotlib inline\n!pip install x\nK = 2\nboom = 1 / 0", TASK),
    )
    (tmp_path / "a.ipynb").write_text(made.text)
    read = read_student_file(tmp_path / "a.ipynb")
    assert read.namespace["K"] == 2
    assert "in line 1: import nonsense_module" in read.problems[0]
    assert read.problems[0].startswith("cell 2 ")
    assert "in line 4: boom = 1 / 0" in read.problems[1]
    assert read.problems[1].startswith("cell of conv2d ")


def test_a_helper_in_another_cell_is_told(source):
    made = source(
        ("def helper(x): pass\nclass Kept: pass", {}),
        ("def again(): pass\ndef unused(): pass", {}),
        ("def conv2d(x):\n    return helper(x) + again() + len(x)\ndef again(): pass", TASK),
    )
    assert made.note == "only cells of tasks count; left out: helper in cell 1"


def test_stored_outputs_are_not_looked_at(facts, notebook):
    made = json.loads(notebook(("x = 1", TASK)))
    made["cells"][0]["outputs"] = [{"data": {"image/png": "A" * 5_000_000}}, None, 3]
    assert source_of("a.ipynb", json.dumps(made), facts).cells == [Cell(1, "conv2d", "x = 1")]


def test_what_is_wrong_with_a_notebook_is_refused(source):
    with pytest.raises(Refused, match="is the notebook of 02_mlp, not of 03_convolution"):
        source(("x = 1", TASK), exercise="02_mlp")
