"""Optimisers against Keras's own, step for step."""

import keras
import numpy as np
import pytest

from cnn_course import reference


def keras_steps(optimizer, weights, gradients):
    variables = [keras.Variable(w, dtype="float64") for w in weights]
    for step in gradients:
        optimizer.apply(step, variables)
    return [np.asarray(variable) for variable in variables]


@pytest.fixture
def problem(random):
    shapes = [(4, 3), (3,)]
    weights = [random.standard_normal(shape) for shape in shapes]
    return weights, [[random.standard_normal(shape) for shape in shapes] for _ in range(5)]


def assert_same(ours, theirs, rtol=1e-6):
    for mine, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(mine, other, rtol=rtol)


def test_plain_descent_is_keras(problem):
    weights, gradients = problem
    ours = weights
    for step in gradients:
        ours = reference.sgd(ours, step, learning_rate=0.1)
    assert_same(ours, keras_steps(keras.optimizers.SGD(0.1), weights, gradients))


@pytest.mark.parametrize("nesterov", [False, True])
def test_momentum_is_keras(problem, nesterov):
    weights, gradients = problem
    ours, velocities = weights, None
    for step in gradients:
        ours, velocities = reference.momentum_sgd(
            ours, step, velocities, learning_rate=0.1, momentum=0.9, nesterov=nesterov
        )
    optimizer = keras.optimizers.SGD(0.1, momentum=0.9, nesterov=nesterov)
    assert_same(ours, keras_steps(optimizer, weights, gradients))


def test_adam_is_keras(problem):
    weights, gradients = problem
    ours, moments = weights, None
    for step in gradients:
        ours, moments = reference.adam(ours, step, moments, learning_rate=0.01)
    assert moments.steps == 5
    assert_same(ours, keras_steps(keras.optimizers.Adam(0.01), weights, gradients), rtol=1e-5)


def test_adams_first_step_has_the_size_of_the_learning_rate(problem):
    weights, gradients = problem
    moved, _ = reference.adam(weights, gradients[0], learning_rate=0.01)
    steps = np.concatenate([np.ravel(m - w) for m, w in zip(moved, weights, strict=True)])
    np.testing.assert_allclose(np.abs(steps), 0.01, rtol=1e-3)


def test_no_step_changes_the_weights_that_came(problem):
    weights, gradients = problem
    before = [w.copy() for w in weights]
    reference.sgd(weights, gradients[0], learning_rate=0.1)
    reference.momentum_sgd(weights, gradients[0], learning_rate=0.1)
    reference.adam(weights, gradients[0])
    assert all((w == b).all() for w, b in zip(weights, before, strict=True))


def test_gradients_of_other_shapes_are_told_what_fits(problem):
    weights, _ = problem
    with pytest.raises(
        ValueError, match=r"gradients have the shapes \[\(4, 3\)\]; they must be \[\(4, 3\), \(3,\)\]"
    ):
        reference.sgd(weights, [np.zeros((4, 3))], learning_rate=0.1)
