"""Signals and gradients through deep plain networks (deck 000, L255-354)."""

import keras
import numpy as np

from cnn_course.analysis.signals import gradient_norms, signal_variances
from cnn_course.models import build


def deep(**arguments):
    keras.utils.set_random_seed(0)
    return build("deep_plain", depth=21, filters=16, **arguments)


def images(count=4):
    return np.random.default_rng(0).normal(size=(count, 32, 32, 3)).astype("float32")


def test_variances_are_those_of_the_layers_outputs():
    network = deep()
    rows = signal_variances(network, images())
    assert [row["layer"] for row in rows] == [*(f"conv{i}" for i in range(1, 21)), "predictions"]
    seventh = keras.Model(network.input, network.get_layer("conv7").output)(images())
    assert rows[6]["variance"] == np.asarray(seventh, "float64").var()


def test_a_signal_survives_with_he_and_dies_with_small_weights():
    def last_over_first(network):
        rows = signal_variances(network, images())[:-1]
        return rows[-1]["variance"] / rows[0]["variance"]

    assert 0.05 < last_over_first(deep()) < 20
    assert last_over_first(deep(initializer=0.01)) < 1e-12


def test_gradients_vanish_through_sigmoids_and_are_those_of_keras():
    network = deep(activation="sigmoid", initializer="glorot_uniform")
    norms = [row["norm"] for row in gradient_norms(network, images(), np.arange(4))]
    assert norms[0] / norms[19] < 1e-6
    shallow = build("linear", input_shape=(4, 4, 1), classes=3)
    x, labels = (
        np.random.default_rng(0).normal(size=(5, 4, 4, 1)).astype("float32"),
        np.array([0, 1, 2, 0, 1]),
    )
    (row,) = gradient_norms(shallow, x, labels)
    p = np.asarray(shallow(x), "float64")
    p[np.arange(5), labels] -= 1
    np.testing.assert_allclose(row["norm"], np.linalg.norm(x.reshape(5, -1).T @ p / 5), rtol=1e-4)
