"""Activations and their gradients, against Keras, finite differences and the values of the decks."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from cnn_course import reference

X = np.array([-10.0, -1, 0, 1, 10])
VALUES = {  # fact A01: values of decks 002 and 003 at X
    "relu": ({}, [0, 0, 0, 1, 10]),
    "leaky_relu 002": ({"slope": 0.01}, [-0.1, -0.01, 0, 1, 10]),
    "leaky_relu 003": ({"slope": 0.1}, [-1, -0.1, 0, 1, 10]),
    "elu": ({}, [-0.999955, -0.632121, 0, 1, 10]),
    "sigmoid": ({}, [4.5e-05, 0.268941, 0.5, 0.731059, 0.999955]),
    "tanh": ({}, [-1.0, -0.761594, 0.0, 0.761594, 1.0]),
    "step": ({}, [0, 0, 0, 1, 1]),
}
KERAS = {
    "relu": ({}, keras.ops.relu),
    "leaky_relu": ({"slope": 0.25}, lambda x: keras.ops.leaky_relu(x, 0.25)),
    "elu": ({"alpha": 1.5}, lambda x: keras.ops.elu(x, 1.5)),
    "sigmoid": ({}, keras.ops.sigmoid),
    "tanh": ({}, keras.ops.tanh),
}


@pytest.mark.parametrize("name", VALUES)
def test_values_are_those_of_the_decks(name):
    options, values = VALUES[name]
    np.testing.assert_allclose(getattr(reference, name.split()[0])(X, **options), values, atol=6e-7)


@pytest.mark.parametrize("name", KERAS)
def test_values_and_gradients_are_those_of_keras(name, random, keras_passes, assert_close):
    options, function = KERAS[name]
    x = np.concatenate([random.standard_normal(40) * 3, [0.0]])
    y, dy, (dx,) = keras_passes(function, x)
    assert_close(getattr(reference, name)(x, **options), y)
    assert_close(getattr(reference, f"{name}_backward")(dy, x, **options), dx)
    small = x.astype("float32")
    assert getattr(reference, name)(small, **options).dtype == np.float32
    assert getattr(reference, f"{name}_backward")(small, small, **options).dtype == np.float32


def test_relu_answers_the_question_of_the_deck():
    x = np.array([-10.0, 0, 10])
    assert reference.relu(x).tolist() == [0, 0, 10]
    assert reference.relu_backward(np.ones(3), x).tolist() == [0, 0, 1]


def test_sigmoid_is_exact_and_silent_far_out():
    with np.errstate(all="raise", under="ignore"):
        assert reference.sigmoid(np.array([-1000.0, 1000])).tolist() == [0, 1]
        assert reference.elu(np.array([-1000.0, 1000])).tolist() == [-1, 1000]
        assert reference.elu_backward(np.ones(2), np.array([-1000.0, 1000])).tolist() == [0, 1]


def test_sigmoid_passes_a_quarter_of_the_gradient_at_most():
    slopes = reference.sigmoid_backward(np.ones(2001), np.linspace(-10, 10, 2001))
    assert slopes.max() == slopes[1000] == 0.25


def test_prelu_learns_one_slope_for_each_channel(random, keras_passes, assert_close):
    x, alpha = random.standard_normal((3, 4, 5, 2)), np.array([0.1, 0.7])
    y, dy, gradients = keras_passes(lambda x, a: tf.where(x > 0, x, a * x), x, alpha)
    assert_close(reference.prelu(x, alpha), y)
    for ours, theirs in zip(reference.prelu_backward(dy, x, alpha), gradients, strict=True):
        assert_close(ours, theirs)
    layer = keras.layers.PReLU(shared_axes=[1, 2], dtype="float64")
    layer.build(x.shape)
    layer.set_weights([alpha.reshape(1, 1, 2)])
    assert_close(reference.prelu(x, alpha), layer(x))


def test_maxout_with_an_affine_map_and_zero_is_relu_of_dense(random):
    x, kernel, bias = (
        random.standard_normal((6, 4)),
        random.standard_normal((4, 3)),
        random.standard_normal(3),
    )
    y = reference.maxout(x, np.stack([kernel, 0 * kernel]), np.stack([bias, 0 * bias]))
    np.testing.assert_allclose(y, reference.relu(reference.dense(x, kernel, bias)))


def test_maxout_gradients_pass_finite_differences(random):
    arrays = [random.standard_normal(shape) for shape in ((5, 4), (3, 4, 2), (3, 2))]
    dy = random.standard_normal((5, 2))
    worst = reference.gradient_check(reference.maxout, arrays, reference.maxout_backward(dy, *arrays), dy)
    assert max(difference.error for difference in worst) < 1e-6, worst


def test_arguments_that_do_not_fit_are_told_what_would():
    with pytest.raises(
        ValueError, match=r"alpha has shape \(3,\); it must be \(2,\), one slope for each channel"
    ):
        reference.prelu(np.ones((4, 2)), np.ones(3))
    with pytest.raises(ValueError, match=r"4 features need \(pieces, 4, units\)"):
        reference.maxout(np.ones((2, 4)), np.ones((2, 3, 5)), np.ones((2, 5)))
    with pytest.raises(ValueError, match="dy has shape"):
        reference.relu_backward(np.ones(2), np.ones(3))
