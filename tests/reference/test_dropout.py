"""Dropout: what is kept, what is scaled, and that both forms expect the same."""

import keras
import numpy as np
import pytest

from cnn_course import reference


@pytest.mark.parametrize("mode", ["classic", "inverted"])
def test_training_and_inference_expect_the_same(mode, random):
    x, rate = np.full((400, 500), 3.0), 0.3
    mask = reference.dropout_mask(x.shape, rate, random)
    trained = reference.dropout(x, mask, rate=rate, mode=mode)
    assert trained.mean() == pytest.approx(
        reference.dropout_inference(x, rate=rate, mode=mode).mean(), rel=0.01
    )
    assert (trained == 0).mean() == pytest.approx(rate, abs=0.01)


def test_inverted_dropout_scales_as_keras_does():
    y = np.asarray(keras.layers.Dropout(0.25, seed=1)(np.ones((50, 50)), training=True))
    mask = (y > 0).astype("float32")
    np.testing.assert_allclose(reference.dropout(np.ones((50, 50)), mask, rate=0.25), y, rtol=1e-6)
    assert y.max() == pytest.approx(4 / 3)


def test_classic_dropout_leaves_what_stays_and_shrinks_later():
    x, mask = np.array([1.0, 2, 4]), np.array([1.0, 0, 1])
    assert reference.dropout(x, mask, rate=0.5, mode="classic").tolist() == [1, 0, 4]
    assert reference.dropout_inference(x, rate=0.5, mode="classic").tolist() == [0.5, 1, 2]
    assert reference.dropout_inference(x, rate=0.5).tolist() == [1, 2, 4]


@pytest.mark.parametrize("mode", ["classic", "inverted"])
def test_gradients_pass_finite_differences(mode, random):
    x, dy = random.standard_normal((2, 4, 5))
    options = {"mask": reference.dropout_mask(x.shape, 0.4, random), "rate": 0.4, "mode": mode}
    dx = reference.dropout_backward(dy, x, **options)
    (worst,) = reference.gradient_check(lambda x: reference.dropout(x, **options), [x], dx, dy)
    assert worst.error < 1e-6, worst


def test_float32_stays_float32_and_wrong_arguments_are_told_the_rule():
    x = np.ones((2, 2), "float32")
    assert reference.dropout(x, np.ones((2, 2)), rate=0.1).dtype == np.float32
    assert reference.dropout_inference(x, rate=0.1, mode="classic").dtype == np.float32
    with pytest.raises(ValueError, match="rate is 1; it is the share that is dropped, from 0 to below 1"):
        reference.dropout_inference(x, rate=1)
    with pytest.raises(ValueError, match="mode is 'new'; choose one of 'inverted', 'classic'"):
        reference.dropout(x, x, rate=0.1, mode="new")
    with pytest.raises(ValueError, match=r"mask has shape \(2,\); it must be \(2, 2\)"):
        reference.dropout(x, np.ones(2), rate=0.1)
