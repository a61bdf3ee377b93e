"""Local response normalisation computes the paper's formula, on every backend and in every precision."""

import os
import subprocess
import sys
from importlib.util import find_spec

import keras
import numpy as np
import pytest
import tensorflow as tf

from cnn_course.layers import LocalResponseNormalization


def maps(*shape, scale=30.0):
    return (scale * np.random.default_rng(0).normal(size=shape)).astype("float32")


def by_the_papers_formula(a, k, n, alpha, beta):
    """Section 3.3, in its own letters: sums run from max(0, i - n/2) to min(N - 1, i + n/2)."""
    N, b = a.shape[-1], np.empty_like(a)
    for i in range(N):
        first, last = max(0, i - n // 2), min(N - 1, i + n // 2)
        total = sum(a[..., j] ** 2 for j in range(first, last + 1))
        b[..., i] = a[..., i] / (k + alpha * total) ** beta
    return b


def test_defaults_are_the_values_of_the_paper():
    x = maps(2, 3, 4, 9)
    expected = by_the_papers_formula(x, k=2, n=5, alpha=1e-4, beta=0.75)
    np.testing.assert_allclose(LocalResponseNormalization()(x), expected, rtol=1e-5)


@pytest.mark.parametrize("depth_radius", [0, 1, 3, 20])
@pytest.mark.parametrize(("bias", "alpha", "beta"), [(2.0, 1e-4, 0.75), (1.0, 0.01, 0.5), (0.1, 0.0, 2.0)])
def test_layer_and_its_gradient_are_those_of_tensorflows_operation(depth_radius, bias, alpha, beta):
    x, weights = tf.constant(maps(2, 3, 3, 8)), maps(2, 3, 3, 8, scale=1.0)
    layer = LocalResponseNormalization(depth_radius, bias, alpha, beta)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        ours = layer(x)
        theirs = tf.nn.local_response_normalization(x, depth_radius, bias, alpha, beta)
        ours_sum, theirs_sum = tf.reduce_sum(ours * weights), tf.reduce_sum(theirs * weights)
    np.testing.assert_allclose(ours, theirs, rtol=1e-5)
    ours, theirs = tape.gradient(ours_sum, x), tape.gradient(theirs_sum, x)
    np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6 * np.abs(theirs).max())


def test_loud_neighbours_quieten_a_number():
    x = np.zeros((1, 1, 1, 7), "float32")
    x[..., 3], x[..., 5] = 1, 100
    y = np.asarray(LocalResponseNormalization()(x)).ravel()
    assert y[3] == pytest.approx(1 / (2 + 1e-4 * (1 + 100**2)) ** 0.75)
    alone = np.where(np.arange(7) == 3, x, 0)
    assert np.asarray(LocalResponseNormalization()(alone)).ravel()[3] == pytest.approx(1 / 2.0001**0.75)


@pytest.mark.parametrize(("dtype", "digits"), [("float16", 2e-3), ("bfloat16", 1e-2)])
def test_half_precision_survives_numbers_whose_squares_do_not_fit(dtype, digits):
    x = maps(2, 3, 3, 8, scale=1000.0)
    y = LocalResponseNormalization(dtype=f"mixed_{dtype}")(x)
    assert y.dtype == dtype
    expected = LocalResponseNormalization()(x)
    np.testing.assert_allclose(keras.ops.cast(y, "float32"), expected, rtol=digits)


def test_double_precision_stays_double():
    x = maps(2, 3, 3, 8).astype("float64")
    y = LocalResponseNormalization(dtype="float64")(x)
    expected = by_the_papers_formula(x, k=2, n=5, alpha=1e-4, beta=0.75)
    np.testing.assert_allclose(y, expected, rtol=1e-14)


def test_gradient_where_everything_is_zero_is_finite():
    x = tf.zeros((1, 2, 2, 4))
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = LocalResponseNormalization(bias=1e-3)(x)
    np.testing.assert_allclose(tape.gradient(y, x), 1e-3**-0.75, rtol=1e-5)


def test_shape_is_known_before_it_runs_and_stays_the_same():
    for shape in ((None, 8, 8, 3), (None, None, None, 3), (5, 3)):
        assert LocalResponseNormalization().compute_output_shape(shape) == shape
    assert LocalResponseNormalization()(keras.Input((None, 4, 3))).shape == (None, None, 4, 3)
    assert LocalResponseNormalization()(maps(5, 3)).shape == (5, 3)


def test_configuration_brings_the_same_layer_back():
    layer = LocalResponseNormalization(3, 1.5, 0.01, 0.5, name="norm1")
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer))
    assert again.get_config() == layer.get_config()
    np.testing.assert_array_equal(again(maps(1, 2, 2, 9)), layer(maps(1, 2, 2, 9)))
    assert layer.count_params() == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"depth_radius": -1}, "depth_radius is -1; it counts maps, so it is a whole number, at least 0"),
        ({"depth_radius": 2.5}, "depth_radius is 2.5; it counts maps, so it is a whole number, at least 0"),
        ({"bias": 0}, "bias is 0, alpha 0.0001; bias must be above 0, alpha at least 0"),
        ({"alpha": -1.0}, "bias is 2.0, alpha -1.0; bias must be above 0, alpha at least 0"),
        ({"bias": float("nan")}, "bias is nan, alpha 0.0001; bias must be above 0, alpha at least 0"),
    ],
)
def test_value_that_could_divide_by_zero_is_refused(arguments, message):
    with pytest.raises(ValueError) as caught:
        LocalResponseNormalization(**arguments)
    assert str(caught.value) == message


ON_ANOTHER_BACKEND = """
import keras, numpy, sys
from cnn_course.layers import LocalResponseNormalization
assert keras.backend.backend() == sys.argv[1]
x = numpy.load(sys.argv[2])
numpy.save(sys.argv[3], keras.ops.convert_to_numpy(LocalResponseNormalization(2, 1.0, 0.1, 0.5)(x)))
"""


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_other_backends_compute_the_same(backend, tmp_path):
    if find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    x = maps(2, 3, 3, 8)
    np.save(tmp_path / "x.npy", x)
    done = subprocess.run(
        [sys.executable, "-c", ON_ANOTHER_BACKEND, backend, tmp_path / "x.npy", tmp_path / "y.npy"],
        env=os.environ | {"KERAS_BACKEND": backend, "JAX_PLATFORMS": "cpu"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    expected = by_the_papers_formula(x, k=1, n=5, alpha=0.1, beta=0.5)
    np.testing.assert_allclose(np.load(tmp_path / "y.npy"), expected, rtol=1e-5)
