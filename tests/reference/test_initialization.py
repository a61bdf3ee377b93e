"""First weights: their deviations, and what becomes of a signal behind twenty layers."""

import keras
import numpy as np
import pytest

from cnn_course import reference

KERNEL = (3, 3, 64, 128)


def test_deviations_are_those_of_the_facts():
    assert reference.he_std(KERNEL) == pytest.approx(0.058926, abs=1e-6)
    assert reference.glorot_std(KERNEL) == pytest.approx(0.034021, abs=1e-6)
    assert (reference.fan_in(KERNEL), reference.fan_out(KERNEL)) == (576, 1152)
    assert (reference.fan_in((10, 4)), reference.fan_out((10, 4))) == (10, 4)


@pytest.mark.parametrize(
    ("std", "initializer"),
    [
        (reference.he_std, keras.initializers.HeNormal),
        (reference.glorot_std, keras.initializers.GlorotUniform),
    ],
)
def test_deviations_are_those_that_keras_draws(std, initializer):
    drawn = np.asarray(initializer(seed=0)(KERNEL))
    assert drawn.std() == pytest.approx(std(KERNEL), rel=0.01)


@pytest.mark.parametrize("draw", [reference.normal_weights, reference.uniform_weights])
def test_weights_have_the_deviation_asked_for_and_mean_zero(draw, random):
    weights = draw((200, 300), 0.1, random)
    assert weights.std() == pytest.approx(0.1, rel=0.02)
    assert abs(weights.mean()) < 0.002


def test_uniform_weights_keep_within_the_limit_of_glorot(random):
    limit = np.sqrt(6 / (200 + 300))
    assert (
        np.abs(reference.uniform_weights((200, 300), reference.glorot_std((200, 300)), random)).max() <= limit
    )


@pytest.mark.parametrize(
    ("std", "low", "high"),
    [(reference.he_std((256, 256)), 0.2, 3), (reference.glorot_std((256, 256)), 0, 1e-3), (0.2, 1e5, np.inf)],
)
def test_a_signal_survives_twenty_relu_layers_with_he_alone(std, low, high, random):
    kernels = [reference.normal_weights((256, 256), std, random) for _ in range(20)]
    variances = reference.signal_variances(random.standard_normal((200, 256)), kernels, reference.relu)
    assert len(variances) == 21
    assert low < variances[20] / variances[1] < high


@pytest.mark.parametrize(
    ("scale", "low", "high"),
    [(1, 0.05, 3), (0.5, 0, 1e-4), (2, 1e4, np.inf)],
    ids=["He", "half of it", "twice as much"],
)
def test_a_signal_survives_ten_convolutions_with_he_alone(scale, low, high, random):
    shape = (3, 3, 16, 16)
    kernels = [reference.normal_weights(shape, scale * reference.he_std(shape), random) for _ in range(10)]
    x = random.standard_normal((4, 16, 16, 16))
    variances = reference.signal_variances(x, kernels, reference.relu)
    assert len(variances) == 11
    assert low < variances[10] / variances[1] < high
    first = np.var(reference.relu(reference.conv2d(x, kernels[0], padding="same")))
    assert variances[1] == pytest.approx(first)


def test_shapes_that_no_kernel_has_are_told_what_would():
    for shape in ((3, 3, 0, 64), (64,), ()):
        for std in (reference.he_std, reference.glorot_std):
            with pytest.raises(
                ValueError, match=r"a kernel's is \(\.\.\., inputs, outputs\), each at least 1"
            ):
                std(shape)
    with pytest.raises(ValueError, match=r"kernel has shape \(2, 4, 4\); it must be \(features, units\) or"):
        reference.signal_variances(np.ones((2, 4)), [np.ones((2, 4, 4))], reference.relu)
    with pytest.raises(ValueError, match=r"x has shape \(1, 2, 2, 4\); it must be \(images, features\)"):
        reference.signal_variances(np.ones((1, 2, 2, 4)), [np.ones((4, 4))], reference.relu)
