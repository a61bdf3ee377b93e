"""Normalisations against Keras, TensorFlow, finite differences and their laws."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from cnn_course import reference


def assert_gradients(f, arrays, gradients, dy):
    worst = reference.gradient_check(f, arrays, gradients, dy)
    assert max(difference.error for difference in worst) < 1e-6, list(map(str, worst))


@pytest.mark.parametrize("shape", [(6, 3), (4, 3, 2, 3)])
def test_batch_norm_is_keras_in_training_and_in_inference(shape, random, keras_passes, assert_close):
    x, gamma, beta = random.standard_normal(shape) * 3 + 1, *random.standard_normal((2, 3))
    layer = keras.layers.BatchNormalization(dtype="float64")
    layer.build(x.shape)
    layer.set_weights([gamma, beta, np.zeros(3), np.ones(3)])
    y, dy, (dx,) = keras_passes(lambda x: layer(x, training=True), x)
    assert_close(reference.batch_norm(x, gamma, beta), y)
    ours, dgamma, dbeta = reference.batch_norm_backward(dy, x, gamma)
    assert_close(ours, dx)
    assert_gradients(reference.batch_norm, [x, gamma, beta], [ours, dgamma, dbeta], dy)
    mean, variance = (
        reference.moving_average(old, new)
        for old, new in zip((0, 1), reference.batch_statistics(x), strict=True)
    )
    assert_close([mean, variance], [layer.moving_mean, layer.moving_variance])
    inference = reference.batch_norm_inference(x, gamma, beta, mean, variance)
    assert_close(inference, layer(x, training=False))


def test_batch_norm_leaves_mean_beta_and_deviation_gamma(random):
    y = reference.batch_norm(random.standard_normal((50, 4, 4, 2)) * 9 + 7, [2.0, 3], [-1.0, 5], epsilon=0)
    mean, variance = reference.batch_statistics(y)
    np.testing.assert_allclose(mean, [-1, 5], atol=1e-12)
    np.testing.assert_allclose(variance, [4, 9])


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 2**31), st.floats(-3, 3), st.floats(0.1, 5))
def test_batch_norm_gradient_has_no_part_that_shifts_or_scales_a_channel(seed, shift, scale):
    random = np.random.default_rng(seed)
    x, dy = random.standard_normal((2, 8, 3))
    dx, _, _ = reference.batch_norm_backward(dy, x, np.ones(3), epsilon=0)
    np.testing.assert_allclose(dx.sum(axis=0), 0, atol=1e-9)
    np.testing.assert_allclose((dx * x).sum(axis=0), 0, atol=1e-9)
    y = reference.batch_norm(scale * x + shift, np.ones(3), np.zeros(3), epsilon=0)
    np.testing.assert_allclose(y, reference.batch_norm(x, np.ones(3), np.zeros(3), epsilon=0), atol=1e-9)


@pytest.mark.parametrize("options", [{}, {"depth_radius": 1, "bias": 1.0, "alpha": 0.5, "beta": 0.5}])
def test_local_response_norm_is_tensorflows(options, random, assert_close):
    defaults = {"depth_radius": 2, "bias": 2.0, "alpha": 1e-4, "beta": 0.75}  # Krizhevsky et al. 2012
    x, dy = random.standard_normal((2, 2, 3, 3, 7))
    theirs = tf.nn.local_response_normalization(x.astype("float32"), **defaults | options)
    np.testing.assert_allclose(reference.local_response_norm(x, **options), theirs, rtol=1e-5)
    dx = reference.local_response_norm_backward(dy, x, **options)
    assert_gradients(lambda x: reference.local_response_norm(x, **options), [x], [dx], dy)


def local_contrast_by_loops(x, size, across, epsilon):
    y, reach = np.empty_like(x), size // 2
    for n, h, w, c in np.ndindex(*x.shape):
        maps = slice(None) if across else slice(c, c + 1)
        around = x[n, max(h - reach, 0) : h + reach + 1, max(w - reach, 0) : w + reach + 1, maps]
        y[n, h, w, c] = (x[n, h, w, c] - around.mean()) / max(around.std(), epsilon)
    return y


@pytest.mark.parametrize("across", [False, True])
def test_local_contrast_norm_is_what_its_formula_says(across, random, assert_close):
    x, dy = random.standard_normal((2, 2, 5, 6, 3))
    options = {"size": 3, "across_features": across}
    assert_close(reference.local_contrast_norm(x, **options), local_contrast_by_loops(x, 3, across, 1e-3))
    dx = reference.local_contrast_norm_backward(dy, x, **options)
    assert_gradients(lambda x: reference.local_contrast_norm(x, **options), [x], [dx], dy)


def test_local_contrast_norm_forgets_light_and_contrast_and_keeps_flat_images_flat(random):
    x = random.standard_normal((1, 6, 6, 2))
    y = reference.local_contrast_norm(x)
    np.testing.assert_allclose(reference.local_contrast_norm(3 * x + 7), y, atol=1e-9)
    flat = np.full((1, 6, 6, 2), 0.7)
    np.testing.assert_allclose(reference.local_contrast_norm(flat), 0, atol=1e-9)
    assert np.isfinite(reference.local_contrast_norm_backward(np.ones_like(flat), flat)).all()


@pytest.mark.parametrize("across", [False, True])
def test_weak_contrast_on_a_bright_image_survives_rounding(across, random):
    bright = (3000 + random.standard_normal((2, 8, 8, 3))).astype("float32")
    dy = random.standard_normal(bright.shape).astype("float32")
    exact, options = bright.astype("float64"), {"across_features": across}
    y = reference.local_contrast_norm(bright, **options)
    dx = reference.local_contrast_norm_backward(dy, bright, **options)
    assert y.dtype == dx.dtype == np.float32
    np.testing.assert_allclose(y, local_contrast_by_loops(exact, 5, across, 1e-3), atol=1e-4)
    expected = reference.local_contrast_norm_backward(dy, exact, **options)
    np.testing.assert_allclose(dx, expected, atol=1e-4)


@pytest.mark.parametrize("light", [137.3, 1000.1])
@pytest.mark.parametrize("across", [False, True])
def test_a_bright_flat_image_has_no_contrast_in_float32(light, across):
    flat = np.full((1, 40, 40, 3), light, "float32")
    np.testing.assert_allclose(reference.local_contrast_norm(flat, across_features=across), 0, atol=1e-5)


def test_numbers_that_do_not_fit_are_told_what_would():
    with pytest.raises(
        ValueError, match=r"gamma has shape \(2,\); it must be \(3,\), one number for each channel"
    ):
        reference.batch_norm(np.ones((4, 3)), np.ones(2), np.ones(3))
    with pytest.raises(ValueError, match="size is 4; a neighbourhood has its pixel in the middle"):
        reference.local_contrast_norm(np.ones((1, 5, 5, 1)), size=4)
    with pytest.raises(ValueError, match="depth_radius is -1"):
        reference.local_response_norm(np.ones((1, 5, 5, 1)), depth_radius=-1)
    for options in ({"bias": 0}, {"alpha": -1}, {"bias": float("nan")}):
        with pytest.raises(ValueError, match="bias must be above 0 and alpha at least 0"):
            reference.local_response_norm(np.ones((1, 5, 5, 1)), **options)
    for epsilon in (0, -1e-3):
        with pytest.raises(ValueError, match=f"epsilon is {epsilon}; it must be above 0"):
            reference.local_contrast_norm(np.ones((1, 5, 5, 1)), epsilon=epsilon)
    for momentum in (-0.1, 1.1):
        with pytest.raises(ValueError, match=f"momentum is {momentum}; it is the share of what is old"):
            reference.moving_average(np.ones(2), np.ones(2), momentum=momentum)
