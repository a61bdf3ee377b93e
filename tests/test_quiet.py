"""Importing the course and then TensorFlow prints nothing; a TensorFlow that fails to import is heard."""

import os
import subprocess
import sys

NOISY_TENSORFLOW = """
import os
os.write(2, b"a line written by C++\\n")
{ending}
"""


def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env={k: v for k, v in os.environ.items() if not k.startswith("TF_CPP")} | environment,
    )


def test_tensorflow_is_imported_and_used_without_a_word():
    done = run("import cnn_course, keras; print(float(keras.ops.sum(keras.ops.ones(3))))")
    assert (done.stdout, done.stderr) == ("3.0\n", "")


def test_asking_where_tensorflow_is_does_not_use_the_quiet_up(tmp_path):
    ask = "import cnn_course, importlib.util; assert importlib.util.find_spec('tensorflow') is not None"
    path = fake_tensorflow(tmp_path, "")
    assert run(f"{ask}; {ask}; import tensorflow", PYTHONPATH=path).stderr == ""


def test_without_the_course_tensorflow_does_make_noise():
    assert run("import tensorflow").stderr != ""


def test_the_noise_can_be_had_back():
    assert run("import cnn_course, tensorflow", CNN_COURSE_TF_LOGS="1").stderr != ""


def fake_tensorflow(folder, ending: str) -> str:
    (folder / "tensorflow.py").write_text(NOISY_TENSORFLOW.format(ending=ending))
    return str(folder)


def test_a_failing_import_shows_what_tensorflow_had_to_say(tmp_path):
    path = fake_tensorflow(tmp_path, "raise ImportError('libcuda is broken')")
    done = run("import cnn_course, tensorflow", PYTHONPATH=path)
    assert done.returncode == 1
    assert "a line written by C++" in done.stderr
    assert "ImportError: libcuda is broken" in done.stderr


def test_errors_after_the_import_are_seen(tmp_path):
    path = fake_tensorflow(tmp_path, "")
    done = run("import cnn_course, tensorflow, os; os.write(2, b'later')", PYTHONPATH=path)
    assert done.stderr == "later"
