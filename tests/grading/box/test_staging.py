"""The code that a box sees."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cnn_course.grading.box.staging import needed, stage
from cnn_course.grading.box.warm import frameworks_of

SECRETS = ("cnn_course.models", "cnn_course.lessons", "cnn_course.grading.expect", "cnn_course.grading.batch")


def test_a_box_sees_no_builder_no_check_and_no_lesson():
    seen = needed(["cnn_course.grading.box.inside", "cnn_course.layers"])
    assert not [name for name in seen if name.startswith(SECRETS)]


def test_the_program_inside_runs_on_the_staged_code_alone(tmp_path):
    start = stage(tmp_path)
    text = "import cnn_course.grading.box.inside as i; print(i.__file__)"
    words = [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r}); {text}"]
    done = subprocess.run(words, capture_output=True, text=True, check=True, cwd=os.sep)
    assert Path(done.stdout.strip()).is_relative_to(tmp_path)
    assert start.parent == tmp_path


@pytest.mark.parametrize("module", ["cnn_course.reference", "cnn_course.layers"])
def test_what_an_exercise_hands_out_is_there_with_all_that_it_imports(tmp_path, module):
    stage(tmp_path, [module])
    text = f"import {module}"
    words = [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r}); {text}"]
    subprocess.run(words, check=True, cwd=os.sep, env={"TF_CPP_MIN_LOG_LEVEL": "3"})


def test_a_box_warms_up_what_the_exercise_imports():
    assert frameworks_of("import keras\nimport numpy as np") == ("numpy", "keras")
    assert frameworks_of("from keras import layers", "import tensorflow as tf") == ("tensorflow", "keras")
    assert frameworks_of("import math\n\ndef f():\n    import keras") == ()
