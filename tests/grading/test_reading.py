"""A student's file as a namespace: what runs counts, what fails is told in a line."""

import json
import time

import pytest

from cnn_course.grading.cells import without_magics
from cnn_course.grading.in_process import in_process
from cnn_course.grading.reading import read_student_file
from cnn_course.grading.submission import StudentError


def notebook(path, *cells) -> None:
    """A notebook of (source, metadata) cells; source None stands for text."""
    made = [
        {"cell_type": "code", "source": source.splitlines(keepends=True), "metadata": metadata, "outputs": []}
        for source, metadata in cells
    ]
    made.append({"cell_type": "markdown", "source": "# text", "metadata": {}})
    path.write_text(json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))


def test_a_module_is_run_and_what_fails_takes_nothing_with_it(tmp_path, capfd):
    path = tmp_path / "exercise.py"
    path.write_text(
        "from __future__ import annotations\nimport nonsense_module\nprint('hello')\n"
        "def f(x: NotDefined) -> int:\n    return x + ONE\nONE = 1\nboom = 1 / 0\nTWO = 2\n"
        "if __name__ == '__main__':\n    raise SystemExit\n"
    )
    read = read_student_file(path)
    assert read.namespace["f"](1) == read.namespace["TWO"] == 2
    assert read.problems == [
        "exercise.py raised ModuleNotFoundError: No module named 'nonsense_module', "
        "in exercise.py, line 2: import nonsense_module",
        "exercise.py raised ZeroDivisionError: division by zero, in exercise.py, line 7: boom = 1 / 0",
    ]
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("def f(:\n", "line 1 of exercise.py is no Python: "),
        ("x = 1\x00", "exercise.py is no Python: "),
        ("import sys; sys.exit()", "exercise.py calls exit()"),
        ("input()", "exercise.py calls input(), which waits for a keyboard"),
    ],
)
def test_a_module_that_does_not_run_is_told_in_a_line(tmp_path, text, words):
    path = tmp_path / "exercise.py"
    path.write_text(text)
    (problem,) = read_student_file(path).problems
    assert words in problem
    assert "\n" not in problem


def test_of_a_notebook_tasks_count_whole_and_other_cells_by_what_they_define(tmp_path):
    path = tmp_path / "03.ipynb"
    notebook(
        path,
        ("ex = exercise('03')", {"tags": ["setup"]}),
        ("import math\nROOT = math.sqrt(4)", {"tags": ["module"]}),
        ("def f(x):\n    %time y = 1\n    return helper(x) + K + ROOT", {"task": "f"}),
        ("def helper(x):\n    return mean([x])", {}),
        ("from statistics import mean", {}),
        ("K = 10\nmodel = train_for_hours()\ndef late(): return 7", {}),
        ("%%bash\nrm -rf everything", {}),
    )
    read = read_student_file(path)
    assert read.problems == []
    assert read.namespace["f"](1) == 1 + 10 + 2
    assert read.namespace["late"]() == 7
    assert not {"ex", "model"} & set(read.namespace)


def test_an_error_in_a_cell_names_its_line(tmp_path):
    path = tmp_path / "03.ipynb"
    notebook(path, ("def f(x):\n    # a comment\n    return x[3]", {"task": "f"}), ("def g(:", {"task": "g"}))
    read = read_student_file(path)
    assert len(read.problems) == 1
    assert read.problems[0].startswith("line 1 of cell of g is no Python")
    with pytest.raises(StudentError, match=r"in line 3: return x\[3\]"):
        in_process(read.namespace).f([1])


@pytest.mark.parametrize("text", ["", "{", "[]", '{"cells": 3}', '{"cells": [{}]}', "[" * 100_000])
def test_a_damaged_notebook_is_a_plain_line(tmp_path, text):
    path = tmp_path / "03.ipynb"
    path.write_text(text)
    with pytest.raises(ValueError, match="03.ipynb is no notebook of format 4"):
        read_student_file(path)


def test_other_files_and_missing_ones_are_refused(tmp_path):
    with pytest.raises(ValueError, match=r"notes.txt is neither a .py nor an .ipynb file"):
        read_student_file(tmp_path / "notes.txt")
    with pytest.raises(FileNotFoundError, match="exercise.py does not exist"):
        read_student_file(tmp_path / "exercise.py")


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("%time x = 1\n!pip install y\n?sum\nsum?\nfiles = !ls\nx = 5", 5),
        ("%%time\nx = 5", 5),
        ("%%capture out\nx = 5", 5),
        ("x = (17\n% 6)", 5),
        ("x = 5 if (1\n!= 2) else 0", 5),
        ("!pip install y\nx = 5 if (1\n!= 2) else 0", 5),
        ('x = """\n%s\nrate = %f\n!\n"""', "\n%s\nrate = %f\n!\n"),
        ("if True:\n    %matplotlib inline\n    x = 5", 5),
    ],
)
def test_what_is_for_jupyter_alone_is_left_out_and_python_stays(tmp_path, source, value):
    path = tmp_path / "03.ipynb"
    notebook(path, (source, {"task": "f"}))
    read = read_student_file(path)
    assert read.problems == []
    assert read.namespace["x"] == value


@pytest.mark.parametrize("source", [" " * 500_000, "x" * 500_000, "x," * 250_000, "x." * 250_000])
def test_long_lines_that_are_no_python_take_no_time(source):
    began = time.monotonic()
    assert without_magics(f"(\n{source}") == f"(\n{source}"
    assert time.monotonic() - began < 5


def test_a_syntax_error_in_one_function_takes_no_other_with_it(tmp_path):
    path = tmp_path / "exercise.py"
    path.write_text(
        "import math\n\n\ndef half(x):\n    return x / 2\n\n\ndef broken(x)\n    return x\n\n\n"
        "@staticmethod\ndef third(x):\n    return math.floor(x / 3)\n\n\ndef worse(:\n    pass\n"
    )
    read = read_student_file(path)
    assert read.namespace["half"](4) == 2
    assert isinstance(read.namespace["third"], staticmethod)
    assert read.namespace["third"](10) == 3
    assert "broken" not in read.namespace
    assert read.problems == [
        "line 8 of exercise.py is no Python: expected ':'",
        "line 17 of exercise.py is no Python: invalid syntax",
    ]
