"""Optimisers against Keras's own, step for step."""

from functools import partial

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


STEPS = {
    "sgd": reference.sgd,
    "momentum_sgd": reference.momentum_sgd,
    "nesterov": partial(reference.momentum_sgd, nesterov=True),
    "adam": reference.adam,
}


def flat(result):
    """All arrays of what a step returned."""
    if isinstance(result, np.ndarray):
        return [result]
    return [array for part in result if not isinstance(part, int) for array in flat(part)]


@pytest.mark.parametrize("name", STEPS)
@pytest.mark.parametrize("rate", [0.1, 1, np.float32(0.1), np.float64(0.1), np.array(0.1)], ids=repr)
def test_float32_weights_stay_float32_for_any_learning_rate_and_gradient(name, rate):
    weights, gradients = [np.ones((4, 3), "float32"), np.ones(3, "float32")], [np.ones((4, 3)), np.ones(3)]
    arrays = flat(STEPS[name](weights, gradients, learning_rate=rate))
    assert len(arrays) >= 2
    assert {array.dtype for array in arrays} == {np.dtype("float32")}


@pytest.mark.parametrize("name", STEPS)
def test_whole_numbers_are_weights_too_and_are_not_cut_off(name):
    moved, *_ = flat(STEPS[name]([[1, 2]], [[1, 1]], learning_rate=0.25))
    first_step = 0.25 * 1.9 if name == "nesterov" else 0.25
    np.testing.assert_allclose(moved, [1 - first_step, 2 - first_step], rtol=1e-5)


def test_velocities_and_moments_of_other_shapes_are_told_what_fits(problem):
    weights, gradients = problem
    needed = r"\[\(3,\)\]; they must be \[\(4, 3\), \(3,\)\], like the weights"
    with pytest.raises(ValueError, match=f"velocities have the shapes {needed}"):
        reference.momentum_sgd(weights, gradients[0], [np.zeros(3)], learning_rate=0.1)
    for first, second in ((weights, [np.zeros(3)]), ([np.zeros(3)], weights)):
        with pytest.raises(ValueError, match=f"moments have the shapes {needed}"):
            reference.adam(weights, gradients[0], reference.Moments(1, first, second))
