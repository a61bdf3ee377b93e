"""Schedules, penalty, decay and smoothing against the slides, the papers and Keras."""

import keras
import numpy as np
import pytest

from cnn_course.training.optimizers import build_loss, build_optimizer, build_schedule, l2_penalty, penalty
from cnn_course.training.recipe import Recipe


def rates(recipe: Recipe, steps_per_epoch: int) -> list[float]:
    schedule = build_schedule(recipe, steps_per_epoch)
    steps = range(recipe.epochs * steps_per_epoch)
    return [float(schedule(step)) if callable(schedule) else schedule for step in steps]


def test_step_schedule_drops_tenfold_at_half_and_three_quarters_as_in_the_resnet_paper():
    got = rates(Recipe(epochs=8, optimizer="sgd", schedule="step"), 10)
    assert got == pytest.approx([0.1] * 40 + [0.01] * 20 + [0.001] * 20)


def test_cosine_falls_from_the_peak_along_half_a_wave():
    got = rates(Recipe(epochs=4, learning_rate=0.2), 25)
    assert got == pytest.approx([0.1 * (1 + np.cos(np.pi * step / 100)) for step in range(100)], rel=1e-4)


def test_constant_rate_is_a_plain_number():
    assert build_schedule(Recipe(schedule="constant", learning_rate=0.3), 10) == 0.3


def test_warm_up_rises_in_equal_steps_and_hands_over_at_the_peak():
    got = rates(Recipe(epochs=4, learning_rate=1.0, warmup_epochs=1.0), 10)
    assert got[:10] == pytest.approx([0.1 * (step + 1) for step in range(10)])
    assert got[10] == pytest.approx(1.0)
    assert got[11:] == sorted(got[11:], reverse=True)


def one_weight_net() -> keras.Model:
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, name="out")])
    model.layers[0].set_weights([np.array([[1.0], [2.0], [3.0]]), np.array([5.0])])
    return model


def test_l2_is_the_penalty_of_the_slide_with_its_factor_one_half():
    model = one_weight_net()
    with l2_penalty(model, 0.1):  # deck 001, lines 827-839: alpha/2 * w.w = 0.05 * 14, the bias left out
        assert penalty(model) == pytest.approx(0.7)
    assert penalty(model) == 0


def test_a_regularizer_that_the_model_brought_comes_back():
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, kernel_regularizer="l1")])
    before = penalty(model)
    with l2_penalty(model, 0.1):
        assert penalty(model) != pytest.approx(before)
    assert penalty(model) == pytest.approx(before)


def test_l2_pulls_by_alpha_times_w_in_a_step_of_sgd():
    model = one_weight_net()
    recipe = Recipe(optimizer="sgd", learning_rate=1.0, momentum=0.0, schedule="constant", l2=0.1)
    with l2_penalty(model, recipe.l2):
        model.compile(build_optimizer(recipe, model, 1), loss="mse")
        inputs = np.zeros((4, 3), "float32")  # nothing but the penalty moves the kernel
        model.fit(inputs, np.full((4, 1), 5.0), batch_size=4, verbose=0)
    np.testing.assert_allclose(model.layers[0].kernel, [[0.9], [1.8], [2.7]], rtol=1e-6)


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_weight_decay_shrinks_kernels_and_spares_biases(optimizer):
    model = one_weight_net()
    recipe = Recipe(optimizer=optimizer, learning_rate=0.5, schedule="constant", weight_decay=0.2)
    model.compile(build_optimizer(recipe, model, 1), loss="mse")
    model.fit(np.zeros((4, 3), "float32"), np.full((4, 1), 5.0), batch_size=4, verbose=0)
    np.testing.assert_allclose(model.layers[0].kernel, 0.9 * np.array([[1.0], [2.0], [3.0]]), rtol=1e-6)
    np.testing.assert_allclose(model.layers[0].bias, [5.0], rtol=1e-6)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
def test_loss_equals_the_cross_entropy_of_keras(smoothing):
    rng = np.random.default_rng(0)
    probabilities = rng.dirichlet(np.ones(5), size=7).astype("float32")
    labels = rng.integers(0, 5, 7)
    oracle = keras.losses.CategoricalCrossentropy(label_smoothing=smoothing)
    expected = float(oracle(np.eye(5, dtype="float32")[labels], probabilities))
    loss = build_loss(Recipe(label_smoothing=smoothing), 5)(labels, probabilities)
    assert float(np.mean(loss)) == pytest.approx(expected, rel=1e-5)
