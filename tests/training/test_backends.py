"""Training is TensorFlow's by default, and runs on JAX too."""

import json
import os
import subprocess
import sys


def test_the_course_cnn_trains_on_jax(tmp_path):
    words = "train course_cnn --data shapes --classes circle star --per-class 16 --epochs 1 --batch-size 16"
    options = "--set head=gap --label-smoothing 0.1 --l2 1e-4 --name jax"
    done = subprocess.run(
        [sys.executable, "-m", "cnn_course", *words.split(), *options.split(), "--logs", tmp_path],
        env=os.environ | {"KERAS_BACKEND": "jax"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (record,) = [json.loads(path.read_text()) for path in tmp_path.glob("jax/course_cnn/*/run.json")]
    assert (record["status"], record["sessions"][0]["environment"]["backend"]) == ("finished", "jax")
    assert "on jax TensorBoard gets neither the graph nor histograms of gradients" in done.stdout
