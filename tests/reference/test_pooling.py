"""Pooling over space and over features, against Keras, the decks' examples and brute force."""

import re

import keras
import numpy as np
import pytest

from cnn_course import layers, reference

POOLS = {
    "max": (reference.max_pool2d, reference.max_pool2d_backward),
    "average": (reference.average_pool2d, reference.average_pool2d_backward),
    "l2": (reference.l2_pool2d, reference.l2_pool2d_backward),
}
EACH = pytest.mark.parametrize("pool", POOLS)
KERAS = {
    "max": keras.layers.MaxPooling2D,
    "average": keras.layers.AveragePooling2D,
    "l2": layers.L2Pooling2D,
}


def test_the_decks_examples(pooling_fact):
    forward, _ = POOLS[pooling_fact["pool"]]
    y = forward(np.array(pooling_fact["map"])[None, :, :, None])
    assert np.allclose(y[0, :, :, 0], pooling_fact["output"], atol=5e-5)


@pytest.mark.parametrize(
    "options",
    [
        {"pool_size": 2},
        {"pool_size": 2, "padding": "same"},
        {"pool_size": 3, "strides": 2},
        {"pool_size": 3, "strides": 2, "padding": "same"},
        {"pool_size": (2, 3), "strides": (3, 1), "padding": "same"},
        {"pool_size": 3, "strides": 1, "padding": "same"},
    ],
    ids=str,
)
@pytest.mark.parametrize("sides", [(6, 8), (7, 5)])
@EACH
def test_outputs_and_gradients_are_those_of_keras(pool, sides, options, random, keras_passes, assert_close):
    forward, backward = POOLS[pool]
    x = random.standard_normal((2, *sides, 3))
    y, dy, (dx,) = keras_passes(KERAS[pool](dtype="float64", **options), x)
    assert_close(forward(x, **options), y)
    assert_close(backward(dy, x, **options), dx)


@EACH
def test_gradients_with_padding_pass_the_check_by_finite_differences(pool, random):
    forward, backward = POOLS[pool]
    options = {"pool_size": 3, "strides": 2, "padding": 1}
    x = random.permutation(2 * 5 * 6 * 2).reshape(2, 5, 6, 2) / 100 - 0.6  # no two alike: no kinks
    dy = random.standard_normal(forward(x, **options).shape)
    gradient = backward(dy, x, **options)
    (worst,) = reference.gradient_check(lambda x: forward(x, **options), [x], gradient, dy)
    assert worst.error < 1e-6


def test_the_margin_is_no_maximum_and_no_part_of_a_mean():
    x = np.full((1, 2, 2, 1), -4.0)
    options = {"pool_size": 2, "strides": 2, "padding": 1}
    assert reference.max_pool2d(x, **options).ravel().tolist() == [-4] * 4
    assert reference.average_pool2d(x, **options).ravel().tolist() == [-4] * 4
    assert reference.l2_pool2d(x, **options).ravel().tolist() == [4] * 4


@pytest.mark.parametrize(
    "options",
    [
        {"pool_size": 2},
        {"pool_size": 3, "strides": 2, "padding": "same"},
        {"pool_size": 2, "strides": 1},
    ],
    ids=str,
)
def test_of_equal_maxima_the_first_gets_the_gradient_as_in_tensorflow(options, random, keras_passes):
    x = random.integers(0, 2, (3, 6, 7, 2)).astype(float)
    _, dy, (dx,) = keras_passes(keras.layers.MaxPooling2D(dtype="float64", **options), x)
    assert np.allclose(reference.max_pool2d_backward(dy, x, **options), dx)


def test_on_an_even_map_the_gradient_goes_to_the_top_left():
    dx = reference.max_pool2d_backward(np.ones((1, 1, 1, 1)), np.zeros((1, 2, 2, 1)))
    assert dx[0, :, :, 0].tolist() == [[1, 0], [0, 0]]


def test_l2_pooling_of_nothing_has_gradient_zero():
    x = np.zeros((1, 2, 2, 2))
    assert not reference.l2_pool2d_backward(np.ones((1, 1, 1, 2)), x).any()
    assert not reference.l2_pool_features_backward(np.ones((1, 2, 2, 1)), x).any()


@pytest.mark.parametrize(
    "options", [{}, {"pool_size": 3, "strides": 1}, {"pool_size": 2, "strides": 3}], ids=str
)
def test_l2_pooling_over_features_is_the_layer_of_this_course(options, random, keras_passes, assert_close):
    x = random.standard_normal((2, 3, 4, 7))
    y, dy, (dx,) = keras_passes(layers.L2FeaturePooling(dtype="float64", **options), x)
    assert_close(reference.l2_pool_features(x, **options), y)
    assert_close(reference.l2_pool_features_backward(dy, x, **options), dx)


def test_l2_pooling_over_features_takes_neighbouring_maps():
    x = np.array([3.0, 4.0, 0.0, 12.0, 5.0]).reshape(1, 1, 1, 5)
    assert reference.l2_pool_features(x).ravel().tolist() == [5, 12]
    assert reference.l2_pool_features(x, 2, strides=1).ravel().tolist() == [5, 4, 12, 13]


@EACH
def test_types_stay_and_whole_numbers_do_not_overflow(pool):
    forward, backward = POOLS[pool]
    x = np.full((1, 4, 4, 1), 200, "float32")
    y = forward(x, padding="same")
    assert (y.dtype, backward(y, x, padding="same").dtype) == (np.float32, np.float32)
    assert np.array_equal(forward(x.astype("uint8"), padding="same"), y)


@EACH
def test_what_does_not_fit_is_said_in_one_line(pool):
    forward, backward = POOLS[pool]
    x = np.ones((1, 4, 4, 1))
    for call, message in (
        (lambda: forward(x[0]), "x has shape (4, 4, 1); it must be (images, height, width, channels)"),
        (lambda: forward(x, 5), "a window of 5 pixels does not fit into 4"),
        (lambda: forward(x, 0), "pool_size is 0; it must be a whole number of at least 1"),
        (lambda: forward(x, 2, padding=2), "padding is 2; it must be less than the pool_size (2, 2)"),
        (lambda: backward(x, x), "dy has shape (1, 4, 4, 1); it must be (1, 2, 2, 1), like the output"),
    ):
        with pytest.raises(ValueError, match=re.escape(message)):
            call()


def test_pooling_over_more_features_than_there_are_is_refused():
    for pool_size, message in (
        (3, "pool_size is 3; there are only 2 maps"),
        (0, "pool_size is 0; it must be"),
    ):
        with pytest.raises(ValueError, match=message):
            reference.l2_pool_features(np.ones((1, 2, 2, 2)), pool_size)
    with pytest.raises(ValueError, match="strides is 0"):
        reference.l2_pool_features(np.ones((1, 2, 2, 2)), strides=0)
