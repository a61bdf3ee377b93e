"""The small networks of the course have their figures, learn, can be saved, and refuse what cannot be."""

import importlib
import json
from functools import cache
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from cnn_course.analysis.cost import macs
from cnn_course.models import build, find_builder

FACTS = json.loads((Path(__file__).parents[1] / "facts" / "small_networks.json").read_text())

NETWORKS = [  # small ones of each kind
    ("pattern_cnn", {}),
    ("pattern_cnn", {"convs": (1, 2), "filters": (4, 8), "hidden": (), "batch_norm": True}),
    ("recipe_cnn", {"filters": 4}),
    ("recipe_cnn", {"filters": 4, "stem": True, "pool_last": True, "batch_norm": True}),
    ("downsampling_cnn", {"downsampling": "max"}),
    ("downsampling_cnn", {"downsampling": "average", "head": "flatten"}),
    ("downsampling_cnn", {"downsampling": "l2"}),
    ("downsampling_cnn", {"downsampling": "overlapping"}),
    ("downsampling_cnn", {"downsampling": "strided"}),
    ("all_cnn", {}),
    ("nin", {}),
    ("zf_small", {}),
    ("zf_small", {"contrast_norm": True, "kernel_size": 11, "strides": 4}),
    ("deep_plain", {"depth": 6, "filters": 8}),
    ("deep_plain", {"depth": 4, "filters": 8, "activation": "prelu", "batch_norm": True}),
]
SMALLEST = [  # what leaves the last map one pixel
    ("pattern_cnn", {"filters": (2, 2, 2)}, 8),
    ("pattern_cnn", {"convs": (1,), "filters": (2,)}, 2),
    ("recipe_cnn", {"filters": 2, "pool_last": True}, 2),
    ("recipe_cnn", {"filters": 2, "stem": True}, 3),
    ("recipe_cnn", {"filters": 2, "stem": True, "pool_last": True}, 7),
    ("downsampling_cnn", {"downsampling": "max"}, 8),
    ("downsampling_cnn", {"downsampling": "average"}, 8),
    ("downsampling_cnn", {"downsampling": "l2"}, 8),
    ("all_cnn", {}, 9),
]
ANY_SIZE = [
    ("recipe_cnn", {"filters": 2}),
    ("downsampling_cnn", {"downsampling": "overlapping"}),
    ("downsampling_cnn", {"downsampling": "strided"}),
    ("nin", {}),
    ("zf_small", {"strides": 4}),
    ("deep_plain", {"depth": 2, "filters": 2}),
]


def name_of(value):
    return " ".join(f"{k}={v}" for k, v in value.items()) if isinstance(value, dict) else str(value)


def images(count, *shape):
    return np.random.default_rng(0).normal(size=(count, *shape)).astype("float32")


@cache
def network_of(name, **arguments):
    """Built once for the tests that leave its weights alone."""
    keras.utils.set_random_seed(1)
    return build(name, **arguments)


@pytest.mark.parametrize("row", FACTS["networks"], ids=lambda row: f"{row['model']} {row['arguments']}")
def test_network_has_its_size_and_cost(row):
    network = build(row["model"], **row["arguments"])
    assert network.count_params() == row["total"]
    assert macs(network) == row["macs"]


@pytest.mark.parametrize(("name", "arguments"), NETWORKS, ids=name_of)
def test_first_step_has_a_finite_loss_and_reaches_every_weight(name, arguments):
    network = network_of(name, **arguments)
    labels = np.arange(8)
    with tf.GradientTape() as tape:
        probabilities = network(images(8, 32, 32, 3), training=True)
        loss = tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(labels, probabilities))
    assert np.isfinite(loss)
    weights = network.trainable_weights
    gradients = tape.gradient(loss, [weight.value for weight in weights])
    for weight, gradient in zip(weights, gradients, strict=True):
        assert np.isfinite(gradient).all(), weight.path
        assert np.abs(gradient).max() > 0, weight.path


@pytest.mark.parametrize(("name", "arguments"), NETWORKS, ids=name_of)
def test_saved_network_gives_the_same_answers_when_loaded(name, arguments, tmp_path):
    network = network_of(name, **arguments)
    network.save(tmp_path / "network.keras")
    again = keras.saving.load_model(tmp_path / "network.keras")
    x = images(2, 32, 32, 3)
    np.testing.assert_array_equal(again(x), network(x))


@pytest.mark.parametrize(("name", "arguments", "smallest"), SMALLEST, ids=name_of)
def test_the_smallest_image_is_the_smallest_that_works(name, arguments, smallest, monkeypatch):
    network = build(name, input_shape=(smallest, smallest + 1, 1), classes=2, **arguments)
    assert np.isfinite(network(images(1, smallest, smallest + 1, 1))).all()
    smaller = {"input_shape": (smallest + 30, smallest - 1, 1), "classes": 2, **arguments}
    with pytest.raises(ValueError) as caught:
        build(name, **smaller)
    assert str(caught.value) == (
        f"{smallest + 30}x{smallest - 1} images are too small for {name}; "
        f"the smallest possible input_shape is ({smallest}, {smallest}, 1)"
    )
    leaves_out_our_checks(name, monkeypatch)
    with pytest.raises(ValueError, match=r"[Nn]egative dimension|output size|zero|<= 0"):
        positive_everywhere(build(name, **smaller))


def leaves_out_our_checks(name, monkeypatch):
    module = importlib.import_module(find_builder(name).__module__)
    monkeypatch.setattr(module, "check_image_classifier", lambda *_, **__: None)
    if name == "recipe_cnn":
        plan = importlib.import_module("cnn_course.models.recipe_plan")
        monkeypatch.setattr(plan, "_check_smallest", lambda *_: None)


def positive_everywhere(network):
    for layer in network.layers:
        if 0 in layer.output.shape:
            raise ValueError(f"{layer.name} has an output size of zero")


@pytest.mark.parametrize(("name", "arguments"), ANY_SIZE, ids=name_of)
def test_one_pixel_is_enough_where_every_layer_pads(name, arguments):
    network = build(name, input_shape=(1, 1, 1), classes=2, **arguments)
    assert np.isfinite(network(images(1, 1, 1, 1))).all()


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("pattern_cnn", {"convs": (2, 2)}, "convs has 2 entries and filters 3; both need one for each stage"),
        (
            "pattern_cnn",
            {"convs": (0, 1, 1)},
            "convs is (0, 1, 1); it must be whole numbers, each at least 1, such as (32, 64)",
        ),
        (
            "pattern_cnn",
            {"hidden": (8, 0)},
            "hidden is (8, 0); it must be whole numbers, each at least 1, such as (32, 64)",
        ),
        ("recipe_cnn", {"filters": 0}, "filters is 0; it must be a whole number, at least 1"),
        ("recipe_cnn", {"convs": 1.5}, "convs is 1.5; it must be a whole number, at least 1"),
        ("recipe_cnn", {"classes": 0}, "classes is 0; it must be a whole number, at least 1"),
        (
            "downsampling_cnn",
            {"downsampling": "min"},
            "downsampling is 'min'; choose one of 'max', 'average', 'l2', 'overlapping', 'strided'",
        ),
        ("downsampling_cnn", {"head": "fc"}, "head is 'fc'; choose one of 'flatten', 'gap'"),
        ("all_cnn", {"classes": 0}, "classes is 0; it must be a whole number, at least 1"),
        ("nin", {"classes": -1}, "classes is -1; it must be a whole number, at least 1"),
        ("zf_small", {"kernel_size": 6}, "kernel_size is 6; choose an odd one, such as 7, that has a middle"),
        ("zf_small", {"strides": 0}, "strides is 0; it must be a whole number, at least 1"),
        ("deep_plain", {"depth": 0}, "depth is 0; it must be a whole number, at least 1"),
        ("deep_plain", {"filters": True}, "filters is True; it must be a whole number, at least 1"),
        (
            "mlp",
            {"activation": "rellu"},
            "activation is 'rellu'; did you mean 'relu'? "
            "it must be an activation that Keras knows, such as 'relu' or 'tanh'",
        ),
        (
            "lenet5",
            {"activation": 3},
            "activation is 3; it must be an activation that Keras knows, such as 'relu' or 'tanh'",
        ),
        (
            "deep_plain",
            {"activation": "swoosh"},
            "activation is 'swoosh'; choose one of "
            "'sigmoid', 'tanh', 'relu', 'leaky_relu', 'prelu', 'elu', 'linear'",
        ),
        (
            "deep_plain",
            {"initializer": "he"},
            "initializer is 'he'; choose a standard deviation above 0 or one of 'he_normal', 'he_uniform', "
            "'glorot_normal', 'glorot_uniform', 'lecun_normal', 'lecun_uniform', 'orthogonal'",
        ),
    ],
)  # fmt: skip
def test_impossible_arguments_are_answered_in_one_line(name, arguments, message):
    with pytest.raises(ValueError) as caught:
        build(name, **arguments)
    assert str(caught.value) == message


@pytest.mark.parametrize("activation", ["selu", keras.ops.relu, None])
def test_an_activation_may_be_a_name_a_function_or_none(activation):
    assert build("mlp", hidden=(3,), activation=activation)(images(1, 32, 32, 3)).shape == (1, 10)
    assert build("lenet5", activation=activation).output_shape == (None, 10)
