"""Softmax, cross-entropy and the penalty, against Keras, finite differences and deck 001's numbers."""

import keras
import numpy as np
import pytest

from cnn_course import reference

LABELS = np.array([2, 0, 1, 1])


def test_softmax_is_keras_and_stays_finite_at_a_thousand(random, keras_passes, assert_close):
    z = random.standard_normal((4, 3))
    y, dy, (dz,) = keras_passes(keras.ops.softmax, z)
    assert_close(reference.softmax(z), y)
    assert_close(reference.softmax_backward(dy, z), dz)
    with np.errstate(all="raise", under="ignore"):
        assert reference.softmax([[1000, 1000, 1000]]).tolist() == [[1 / 3] * 3]
        assert reference.softmax([[0.0, 1000]]).tolist() == [[0, 1]]


def test_cross_entropy_from_scores_is_keras(random, keras_passes, assert_close):
    z = random.standard_normal((4, 3))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, dtype="float64")
    y, _, (dz,) = keras_passes(lambda z: loss(LABELS, z), z)
    dy = np.random.default_rng(1).standard_normal(())
    assert_close(reference.softmax_cross_entropy(z, LABELS), y)
    assert_close(reference.softmax_cross_entropy_backward(dy, z, LABELS), dz)


def test_the_two_ways_to_cross_entropy_agree_in_value_and_gradient(random, assert_close):
    z = random.standard_normal((4, 3))
    p = reference.softmax(z)
    assert_close(reference.cross_entropy(p, LABELS), reference.softmax_cross_entropy(z, LABELS))
    dp = reference.cross_entropy_backward(1.0, p, LABELS)
    assert_close(reference.softmax_backward(dp, z), reference.softmax_cross_entropy_backward(1.0, z, LABELS))


def test_guessing_costs_the_logarithm_of_the_number_of_classes():
    assert reference.cross_entropy(np.full((4, 10), 0.1), LABELS) == pytest.approx(2.302585)


def test_scores_far_apart_still_have_a_finite_loss_where_probabilities_do_not():
    z = np.array([[0.0, 1000]])
    assert reference.softmax_cross_entropy(z, [0]) == 1000
    assert reference.cross_entropy(reference.softmax(z), [0]) == np.inf


def test_penalty_is_that_of_the_slide_and_half_of_keras():
    weights = np.array([1.0, 2, 3])
    assert reference.l2_penalty(weights, alpha=0.1) == pytest.approx(0.7)
    np.testing.assert_allclose(reference.l2_penalty_backward(1.0, weights, alpha=0.1), [0.1, 0.2, 0.3])
    assert float(keras.regularizers.L2(0.1 / 2)(weights)) == pytest.approx(0.7)
    assert float(keras.regularizers.L2(0.1)(weights)) == pytest.approx(1.4)


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([0, 1], r"labels have shape \(2,\) and type int64; they must be \(4,\) whole numbers"),
        ([0.0, 1, 2, 1], r"labels have shape \(4,\) and type float64; they must be \(4,\) whole numbers"),
        ([0, 1, 2, 3], "labels go from 0 to 3; with 3 classes they must lie between 0 and 2"),
        ([0, 1, -1, 2], "labels go from -1 to 2; with 3 classes they must lie between 0 and 2"),
    ],
)
def test_labels_that_do_not_fit_are_told_what_would(labels, message):
    with pytest.raises(ValueError, match=message):
        reference.softmax_cross_entropy(np.zeros((4, 3)), labels)
