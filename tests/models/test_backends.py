"""Builders are plain Keras 3, so they run on another backend than TensorFlow too."""

import os
import subprocess
import sys
from pathlib import Path

ALL_ON_JAX = """
import json, sys
import cnn_course, keras, numpy
from cnn_course.models import build, catalogue
assert keras.backend.backend() == "jax"

def zeros(self, shape, dtype=None, **_):
    return keras.ops.zeros(shape, dtype or "float32")

forms = json.loads(open(sys.argv[1]).read())
for name in sys.argv[2:]:
    network = build(name, **forms["forms"][name])
    rows = numpy.asarray(network(numpy.ones((2, *network.input_shape[1:]), "float32")))
    assert rows.shape == (2, network.output_shape[1]) and numpy.isfinite(rows).all(), name
    assert abs(rows.sum(axis=1) - 1).max() < 1e-4, name
keras.initializers.VarianceScaling.__call__ = zeros  # the others are only built: shapes, not numbers
for row in catalogue():
    if row["name"] not in sys.argv[2:]:
        network = build(row["name"], **forms["forms"].get(row["name"], {}))
        assert network.output_shape[0] is None and len(network.output_shape) == 2, row["name"]
"""

# One of each family also computes; the others of a family repeat its blocks.
COMPUTED = [
    "linear",
    "mlp",
    "course_cnn",
    "lenet5",
    "pattern_cnn",
    "recipe_cnn",
    "downsampling_cnn",
    "all_cnn",
    "nin",
    "zf_small",
    "deep_plain",
    "alexnet_cifar",
    "vgg11",
    "googlenet_cifar",
    "resnet20",
    "resnet29",
    "plain20",
    "resnet18",
    "mini_xception",
    "mobilenet_v2_cifar",
]


def test_every_network_builds_and_runs_on_jax():
    environment = os.environ | {"KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"}
    forms = Path(__file__).parents[1] / "facts" / "cifar_forms.json"
    done = subprocess.run(
        [sys.executable, "-c", ALL_ON_JAX, str(forms), *COMPUTED],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
