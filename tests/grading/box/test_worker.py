"""Submissions judged in real boxes, as a worker judges them."""

import subprocess
import sys
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import pytest

from cnn_course.grading.batch.worker import Worker
from cnn_course.grading.jail.limits import Limits

CLASSROOM = Path(__file__).parents[1] / "classroom"
LIMITS = Limits(load_seconds=60, call_seconds=3, total_seconds=120, memory=2**30)
FILES = ("test_public.py", "test_hidden.py", "exercise.json", "exercise.py", "scenarios.py")


@pytest.fixture(scope="module")
def worker(tmp_path_factory):
    with closing(Worker(tmp_path_factory.mktemp("worker"))) as worker:
        yield worker


@pytest.fixture
def judge(worker):
    """A function that has the text of a submission judged; level and limits may be others than usual."""

    def judged(exercise, source, level="bwrap", limits=LIMITS, name="exercise.py", **extra):
        folder = CLASSROOM / exercise
        files = {file: (folder / file).read_text() for file in FILES if (folder / file).is_file()} | extra
        job = {
            "submission": "somebody",
            "name": name,
            "source": source,
            "trained": None,
            "seed": 0,
            "level": level,
        }
        return worker.result(job | {"exercise": {"name": exercise, "files": files}, "limits": asdict(limits)})

    return judged


def points(result):
    return sum(outcome["points"] for outcome in result["outcomes"] if outcome["status"] == "passed")


def statuses(result):
    return {outcome["status"] for outcome in result["outcomes"]}


def solution(exercise):
    return (CLASSROOM / exercise / "solution.py").read_text()


@pytest.mark.parametrize("level", ["bwrap+cgroup", "bwrap", "landlock"])
def test_the_solution_earns_every_point_at_every_level(judge, level):
    result = judge("small", solution("small"), level)
    assert (points(result), result["limit"], result["problems"]) == (13, "", [])
    assert result["isolation"] == level


def test_the_stub_earns_nothing_and_is_not_attempted(judge):
    result = judge("small", (CLASSROOM / "small" / "exercise.py").read_text())
    assert statuses(result) == {"not attempted"}


def test_a_wrong_answer_hears_what_it_hears_while_learning(judge):
    result = judge("small", "def output_size(w, f, s=1, p=0):\n    return (w - f + p) // s + 1\n")
    messages = [outcome["message"] for outcome in result["outcomes"]]
    due = "output_size(32, 3, 1, 1) gave 31, 32 was expected; padding counts on both sides"
    assert due in messages


def test_an_error_names_the_students_own_line(judge):
    result = judge("small", "def relu(x):\n    y = x.nonsense\n    return y\n")
    [message] = {o["message"] for o in result["outcomes"] if o["task"] == "relu"}
    assert message.startswith("relu raised AttributeError")
    assert message.endswith("in exercise.py, line 2: y = x.nonsense")


def test_hidden_checks_are_marked_as_hidden(judge):
    hidden = [outcome["hidden"] for outcome in judge("small", "")["outcomes"]]
    assert hidden == [False] * 5 + [True] * 4


def test_what_is_printed_comes_back_with_its_check_alone(judge):
    result = judge("small", "def relu(x):\n    print('here')\n    return x\n")
    assert [o["printed"] for o in result["outcomes"] if o["task"] == "relu"] == ["here\n", "here\n"]
    assert not [o for o in result["outcomes"] if o["task"] != "relu" and o["printed"]]


def test_a_crash_in_one_task_costs_no_points_in_another(judge):
    crashes = "import os\n\n\ndef relu(x):\n    os._exit(0)\n"
    result = judge("small", solution("small") + crashes)
    assert (points(result), result["limit"]) == (10, "crash")
    assert result["limit_says"].startswith("relu ended the whole program")
    messages = [outcome["message"] for outcome in result["outcomes"] if outcome["task"] == "relu"]
    assert messages[1].startswith("relu was not run again")


def test_what_ends_the_program_while_it_loads_is_not_loaded_twice(judge):
    result = judge("small", "import os\nos._exit(0)\n")
    assert (points(result), result["limit"]) == (0, "crash")
    assert "relu was not run: the file ended the whole program" in result["outcomes"][2]["message"]


def test_random_numbers_are_the_same_in_every_box(judge):
    source = "import numpy as np\n\n\ndef relu(x):\n    return str(np.random.random())\n"
    first, second = (judge("small", source)["outcomes"] for _ in range(2))
    assert [o["message"] for o in first] == [o["message"] for o in second]


def test_the_seed_changes_the_inputs_of_hidden_checks_and_no_points(worker, judge):
    source = "def output_size(*a, **k): pass\n\n\ndef relu(x):\n    raise ValueError(float(x.ravel()[0]))\n"
    told = [o["message"] for o in judge("small", source)["outcomes"] if o["task"] == "relu" and o["hidden"]]
    again = [o["message"] for o in judge("small", source)["outcomes"] if o["task"] == "relu" and o["hidden"]]
    assert told == again


def test_a_notebook_is_read_cell_by_cell(judge):
    import json

    cell = {"cell_type": "code", "metadata": {"task": "relu"}, "source": solution("small"), "outputs": []}
    note = {"cell_type": "markdown", "metadata": {}, "source": ["text"]}
    result = judge("small", json.dumps({"cells": [note, cell], "metadata": {}}), name="small.ipynb")
    assert points(result) == 13


def test_the_courses_own_functions_do_not_count(judge):
    source = "from cnn_course.reference import relu\n\n" + solution("small")
    result = judge("small", source)
    assert points(result) == 13
    assert "belongs to the course" in result["problems"][0]


def test_what_the_stub_imports_of_the_course_can_be_used(judge):
    source = "from cnn_course.reference import softmax\n\n" + solution("small")
    stub = "import numpy as np\nfrom cnn_course.reference import softmax\n"
    result = judge("small", source, **{"exercise.py": stub})
    assert result["problems"] == []


def test_a_check_that_watches_from_inside_says_so(judge):
    scenarios = "def twice(student, x):\n    return student.relu(x) + student.relu(x)\n"
    tests = (
        "import pytest\nfrom cnn_course.grading import expect\n\n\n"
        "@pytest.mark.task('relu')\n@pytest.mark.hint('h')\n"
        "def test_twice(submission):\n    expect.equal(submission.scenario('twice', 3), 6, 'twice')\n\n\n"
        "@pytest.mark.task('relu')\n@pytest.mark.hint('h')\n"
        "def test_once(submission):\n    expect.equal(submission.relu(3), 3, 'relu(3)')\n"
    )
    extra = {"scenarios.py": scenarios, "test_public.py": tests, "test_hidden.py": ""}
    result = judge("small", "def relu(x):\n    return x\n", **extra)
    assert [(o["status"], o["observed"]) for o in result["outcomes"]] == [("passed", True), ("passed", False)]


def test_a_broken_exercise_is_the_graders_error(judge):
    result = judge("small", solution("small"), **{"test_public.py": "import nothing_of_that_name"})
    assert "test_public.py could not be read" in result["error"]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not limit that")
def test_an_answer_cannot_fill_the_memory_of_the_machine():
    code = """
import numpy as np
from cnn_course.grading.batch.worker import MEMORY, _limit_memory

_limit_memory()
np.empty(MEMORY // 2, "u1")
try:
    np.empty(2 * MEMORY, "u1")
except MemoryError:
    print("refused")
"""
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout == "refused\n"


@pytest.mark.slow
def test_networks_are_judged_by_what_they_are(judge):
    result = judge("network", solution("network"), limits=Limits())
    assert [o["message"] for o in result["outcomes"]] == ["", "", "", ""]
    assert points(result) == 8


@pytest.mark.slow
def test_a_network_that_claims_to_be_another_earns_nothing(judge):
    source = '''
import json

import keras


class Claims(keras.Model):
    """Says of itself what is due, and is something else."""

    def to_json(self, **kwargs):
        real = build_right()
        return real.to_json()

    def count_params(self):
        return 4154


def build_right(filters=8, classes=10):
    image = keras.Input((16, 16, 3))
    x = keras.layers.Conv2D(filters, 3, activation="relu")(image)
    x = keras.layers.Flatten()(keras.layers.MaxPooling2D(2)(x))
    return keras.Model(image, keras.layers.Dense(classes, activation="softmax")(x))


def build(filters=8, classes=10):
    image = keras.Input((16, 16, 3))
    return Claims(image, keras.layers.GlobalAveragePooling2D()(image))
'''
    result = judge("network", source, limits=Limits())
    assert not [o for o in result["outcomes"] if o["task"] == "build" and o["status"] == "passed"]


@pytest.mark.slow
def test_a_network_cannot_answer_for_itself(judge):
    source = """
import keras
import numpy as np


class Liar(keras.Model):
    def predict(self, x, **kwargs):
        return np.ones((2, 6, 6, 4), "float32")


def block(x, filters):
    y = keras.layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
    return keras.layers.BatchNormalization()(y)


keras.Model.predict = Liar.predict
"""
    result = judge("network", source, limits=Limits())
    [hidden] = [o for o in result["outcomes"] if o["task"] == "block" and o["hidden"]]
    assert hidden["status"] == "failed"
    assert "behind ReLU nothing is below 0" in hidden["message"]
