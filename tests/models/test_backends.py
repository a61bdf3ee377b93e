"""Builders are plain Keras 3, so they run on another backend than TensorFlow too."""

import os
import subprocess
import sys

ALL_ON_JAX = """
import cnn_course, keras, numpy
from cnn_course.models import build, catalogue
assert keras.backend.backend() == "jax"
for row in catalogue():
    small = {"input_shape": (32, 32, 3), "head": "gap"} if "batch_norm" in row["arguments"] else {}
    network = build(row["name"], **small)
    rows = numpy.asarray(network(numpy.ones((2, *network.input_shape[1:]), "float32")))
    assert rows.shape == (2, network.output_shape[1]) and numpy.isfinite(rows).all(), row["name"]
    assert abs(rows.sum(axis=1) - 1).max() < 1e-4, row["name"]
"""


def test_every_network_runs_on_jax():
    environment = os.environ | {"KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"}
    done = subprocess.run(
        [sys.executable, "-c", ALL_ON_JAX], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
