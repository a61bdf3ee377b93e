"""AlexNet has the volumes, the order and the figures of deck 003 and of its paper."""

import json
from importlib import import_module
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers

from cnn_course.analysis.cost import macs, parameters
from cnn_course.analysis.table import layer_table
from cnn_course.layers import LocalResponseNormalization
from cnn_course.models import build

FACTS = json.loads((Path(__file__).parents[1] / "facts" / "alexnet.json").read_text())
ADDED_HERE = ("image", "flatten", "fc6_dropout", "fc7_dropout")  # layers that the deck's table leaves out


@pytest.fixture(scope="module")
def one_tower():
    return build("alexnet", norm="after_pool")


@pytest.fixture(scope="module")
def two_towers():
    return build("alexnet", groups=2)


@pytest.fixture(scope="module")
def small():
    return build("alexnet_cifar", groups=2)


def message_of(name, **arguments):
    with pytest.raises(ValueError) as caught:
        build(name, **arguments)
    return str(caught.value)


def figures(network, *columns):
    """The network's layers as rows of the facts with these columns."""
    rows = [row for row in layer_table(network) if row["layer"] not in ADDED_HERE]
    return [{column: row[column] for column in columns} for row in rows]


@pytest.mark.slow
def test_one_tower_is_the_table_of_deck_003_row_by_row(one_tower):
    columns = ("layer", "output_shape", "parameters", "macs")
    assert figures(one_tower, *columns) == [{key: row[key] for key in columns} for row in FACTS["layers"]]
    assert parameters(one_tower)["total"] == FACTS["one_tower"]["total"]
    assert macs(one_tower) == FACTS["one_tower"]["macs"]


@pytest.mark.slow
def test_two_towers_have_the_papers_60_million_parameters(two_towers):
    ours = {row["layer"]: row for row in figures(two_towers, "layer", "parameters", "macs")}
    for row in FACTS["layers"]:
        layer = ours[row["layer"]]
        assert (layer["parameters"], layer["macs"]) == (row["parameters_two_towers"], row["macs_two_towers"])
    assert parameters(two_towers)["total"] == FACTS["two_towers"]["total"]
    assert macs(two_towers) == FACTS["two_towers"]["macs"]


@pytest.mark.slow
def test_images_of_224_pixels_give_54_and_hide_their_last_row_and_column():
    facts = FACTS["on_224"]
    network = build("alexnet", input_shape=(224, 224, 3))
    for name in ("conv1", "pool3"):
        assert list(network.get_layer(name).output.shape[1:]) == facts[name]
    assert network.count_params() == facts["total"]
    fc6 = FACTS["layers"][-3]["parameters"]
    assert fc6 - network.get_layer("fc6").count_params() == 11_534_336
    first = keras.Model(network.input, network.get_layer("conv1").output)
    image = np.random.default_rng(0).normal(size=(1, 224, 224, 3)).astype("float32")
    changed = image.copy()
    changed[:, -1], changed[:, :, -1] = 9, 9
    np.testing.assert_array_equal(first(changed), first(image))
    changed[:, -2] = 9
    assert np.abs(np.asarray(first(changed)) - np.asarray(first(image))).max() > 0


@pytest.mark.parametrize(
    ("norm", "order"),
    [
        ("before_pool", ["conv1", "norm1", "pool1", "conv2", "norm2", "pool2", "conv3"]),
        ("after_pool", ["conv1", "pool1", "norm1", "conv2", "pool2", "norm2", "conv3"]),
        ("none", ["conv1", "pool1", "conv2", "pool2", "conv3"]),
    ],
)
def test_paper_normalises_before_pooling_and_the_deck_after_it(norm, order):
    network = build("alexnet_cifar", norm=norm)
    assert [layer.name for layer in network.layers][1 : 1 + len(order)] == order
    norms = [layer for layer in network.layers if isinstance(layer, LocalResponseNormalization)]
    assert len(norms) == (0 if norm == "none" else 2)


def test_paper_order_is_the_default():
    names = [layer.name for layer in build("alexnet_cifar").layers]
    assert names.index("norm1") < names.index("pool1")


def test_cifar_version_keeps_overlapping_pooling_and_dropout_after_both_dense_layers(small):
    volumes = {
        "conv1": (32, 32, 48),
        "pool1": (15, 15, 48),
        "conv2": (15, 15, 128),
        "pool2": (7, 7, 128),
        "conv3": (7, 7, 192),
        "conv4": (7, 7, 192),
        "conv5": (7, 7, 128),
        "pool3": (3, 3, 128),
        "fc6": (512,),
        "fc7": (512,),
    }
    for name, shape in volumes.items():
        assert small.get_layer(name).output.shape[1:] == shape
    for pool in (small.get_layer(f"pool{index}") for index in (1, 2, 3)):
        assert (pool.pool_size, pool.strides) == ((3, 3), (2, 2))
    names = [layer.name for layer in small.layers]
    assert names[-6:] == ["flatten", "fc6", "fc6_dropout", "fc7", "fc7_dropout", "predictions"]


def test_second_fourth_and_fifth_convolutions_are_the_grouped_ones(small):
    groups = {layer.name: layer.groups for layer in small.layers if isinstance(layer, layers.Conv2D)}
    assert groups == {"conv1": 1, "conv2": 2, "conv3": 1, "conv4": 2, "conv5": 2}


@pytest.mark.parametrize(("name", "sees_the_other"), [("conv2", False), ("conv3", True), ("conv5", False)])
def test_a_tower_sees_the_other_only_in_the_third_convolution(small, name, sees_the_other):
    layer = small.get_layer(name)
    x = np.random.default_rng(0).normal(size=(1, *layer.input.shape[1:])).astype("float32")
    changed = x.copy()
    changed[..., x.shape[-1] // 2 :] += 1
    difference = np.abs(np.asarray(layer(changed)) - np.asarray(layer(x))).max(axis=(0, 1, 2))
    own, other = np.split(difference, 2)
    assert other.any()
    assert own.any() == sees_the_other


def test_first_training_step_is_finite_and_reaches_every_weight(small):
    keras.utils.set_random_seed(0)
    network = keras.models.clone_model(small)
    before = network.get_weights()
    network.compile(keras.optimizers.SGD(0.01), "sparse_categorical_crossentropy", run_eagerly=True)
    images = np.random.default_rng(0).normal(size=(16, 32, 32, 3)).astype("float32")
    loss = network.train_on_batch(images, np.arange(16) % 10)
    assert np.isfinite(loss)
    still = [w.path for w, old in zip(network.weights, before, strict=True) if np.array_equal(w, old)]
    assert still == []


def test_saved_network_gives_the_same_answers_when_loaded(small, tmp_path):
    small.save(tmp_path / "network.keras")
    again = keras.saving.load_model(tmp_path / "network.keras")
    images = np.random.default_rng(0).normal(size=(2, 32, 32, 3)).astype("float32")
    np.testing.assert_array_equal(again(images), small(images))


@pytest.mark.parametrize(("name", "smallest"), [("alexnet", 67), ("alexnet_cifar", 15)])
def test_one_pixel_less_than_the_smallest_leaves_nothing_to_pool(name, smallest, monkeypatch):
    assert build(name, input_shape=(smallest, smallest, 1)).get_layer("pool3").output.shape[1:3] == (1, 1)
    assert message_of(name, input_shape=(smallest, smallest - 1, 1)) == (
        f"{smallest}x{smallest - 1} images are too small for {name}; "
        f"the smallest possible input_shape is ({smallest}, {smallest}, 1)"
    )
    module = import_module("cnn_course.models.alexnet")  # the package's name for it is the function's
    monkeypatch.setattr(module, "check_image_classifier", lambda *_, **__: None)
    with pytest.raises(ValueError):
        build(name, input_shape=(smallest - 1, smallest, 1))


@pytest.mark.parametrize("groups", [1, 2, 4, 8, 16])
def test_groups_may_be_any_that_divide_all_maps(groups):
    network = build("alexnet_cifar", groups=groups)
    assert network.get_layer("conv2").kernel.shape == (5, 5, 48 // groups, 128)


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        (
            "alexnet",
            {"groups": 3},
            "groups is 3; it must divide 96, 256, 384 maps: choose one of 1, 2, 4, 8, 16, 32",
        ),
        (
            "alexnet_cifar",
            {"groups": 32},
            "groups is 32; it must divide 48, 128, 192 maps: choose one of 1, 2, 4, 8, 16",
        ),
        (
            "alexnet_cifar",
            {"groups": 0},
            "groups is 0; it must divide 48, 128, 192 maps: choose one of 1, 2, 4, 8, 16",
        ),
        ("alexnet", {"norm": "lrn"}, "norm is 'lrn'; choose one of 'before_pool', 'after_pool', 'none'"),
        ("alexnet_cifar", {"classes": 0}, "classes is 0; it must be a whole number, at least 1"),
    ],
)
def test_impossible_argument_is_answered_with_the_possible_ones(name, arguments, message):
    assert message_of(name, **arguments) == message
