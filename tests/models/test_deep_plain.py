"""Signals and gradients in a plain stack behave as deck 000 (L255-354) tells."""

import json
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from cnn_course.models import build

FACTS = json.loads((Path(__file__).parents[1] / "facts" / "small_networks.json").read_text())["signal"]


def images(count):
    return np.random.default_rng(0).normal(size=(count, 32, 32, 3)).astype("float32")


def stack(**arguments):
    """20 convolutions and the linear layer, as they were measured."""
    keras.utils.set_random_seed(0)
    return build("deep_plain", depth=21, **arguments)


def variance_ratio(network):
    """Variance of the last convolution's outputs in units of the first one's."""
    ends = [network.get_layer(f"conv{index}").output for index in (1, 20)]
    first, last = (np.asarray(y, "float64").var() for y in keras.Model(network.input, ends)(images(2)))
    return last / first


@pytest.mark.parametrize(
    "row", FACTS["variance_last_over_first"], ids=lambda row: f"{row['activation']} {row['initializer']}"
)
def test_variance_after_twenty_convolutions(row):
    ratio = variance_ratio(stack(activation=row["activation"], initializer=row["initializer"]))
    assert row["from"] < ratio < row["to"]


def test_batch_normalisation_makes_good_for_start_weights_that_are_too_small():
    network = stack(initializer=0.01, batch_norm=True, filters=16)
    ends = [network.get_layer(f"bn{index}").output for index in (1, 20)]
    normalised = keras.Model(network.input, ends)(images(2), training=True)
    for signal in normalised:  # below 1, since Keras adds 0.001 to the variance that it divides by
        assert 0.5 < np.asarray(signal).var() < 1


def first_over_last_gradient(network):
    with tf.GradientTape() as tape:
        labels = np.arange(4)
        loss = tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(labels, network(images(4))))
    kernels = [network.get_layer(f"conv{index}").kernel.value for index in (1, 20)]
    first, last = (float(tf.norm(gradient)) for gradient in tape.gradient(loss, kernels))
    return first / last


def test_gradients_vanish_through_sigmoids_and_not_through_relus():
    assert (
        first_over_last_gradient(stack(activation="sigmoid", initializer="glorot_uniform", filters=16)) < 1e-6
    )
    assert 1e-3 < first_over_last_gradient(stack(filters=16)) < 1e3


@pytest.mark.parametrize("depth", [1, 2, 9])
def test_depth_counts_the_convolutions_and_the_linear_layer(depth):
    network = build("deep_plain", depth=depth, filters=2, batch_norm=True)
    kinds = [type(layer).__name__ for layer in network.layers]
    assert kinds.count("Conv2D") + kinds.count("Dense") == depth
    assert kinds.count("BatchNormalization") == depth - 1


def test_normalisation_stands_between_the_convolution_and_its_activation():
    names = [layer.name for layer in build("deep_plain", depth=3, filters=2, batch_norm=True).layers]
    assert names == ["image", "conv1", "bn1", "relu1", "conv2", "bn2", "relu2", "gap", "predictions"]


def test_bias_starts_at_zero_and_goes_where_batch_normalisation_shifts():
    plain = build("deep_plain", depth=2, filters=2).get_layer("conv1")
    assert not np.asarray(plain.bias).any()
    assert not build("deep_plain", depth=2, filters=2, batch_norm=True).get_layer("conv1").use_bias


@pytest.mark.parametrize(
    ("initializer", "deviation"),
    [("he_normal", np.sqrt(2 / 576)), ("glorot_uniform", np.sqrt(2 / 1152)), (0.01, 0.01), (2, 2)],
)
def test_start_weights_have_their_standard_deviation(initializer, deviation):
    network = build("deep_plain", depth=3, initializer=initializer)
    assert np.asarray(network.get_layer("conv2").kernel).std() == pytest.approx(deviation, rel=0.02)


@pytest.mark.parametrize(
    ("activation", "values"),
    [
        ("sigmoid", [4.5e-05, 0.268941, 0.5, 0.731059, 0.999955]),
        ("tanh", [-1, -0.761594, 0, 0.761594, 1]),
        ("relu", [0, 0, 0, 1, 10]),
        ("leaky_relu", [-0.1, -0.01, 0, 1, 10]),
        ("prelu", [0, 0, 0, 1, 10]),  # its slopes start at 0
        ("elu", [-0.999955, -0.632121, 0, 1, 10]),
        ("linear", [-10, -1, 0, 1, 10]),
    ],
)
def test_activations_have_the_values_of_decks_002_and_003(activation, values):
    network = build("deep_plain", depth=2, filters=1, activation=activation)
    layer = network.get_layer(f"{activation}1")
    x = np.array([-10, -1, 0, 1, 10], "float32").reshape(5, 1, 1, 1) * np.ones((1, 32, 32, 1), "float32")
    np.testing.assert_allclose(np.asarray(layer(x))[:, 0, 0, 0], values, atol=1e-6)


def test_prelu_learns_one_slope_per_channel():
    layer = build("deep_plain", depth=2, filters=5, activation="prelu").get_layer("prelu1")
    assert layer.count_params() == 5
