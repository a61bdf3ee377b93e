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
