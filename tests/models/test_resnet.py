"""Residual networks for ImageNet and CIFAR have the layers, sizes and costs of the papers and the slides."""

import json
from pathlib import Path

import keras
import numpy as np
import pytest

from cnn_course.analysis.cost import biases, macs, parameters
from cnn_course.data import load
from cnn_course.models import build, cifar_resnet

FACTS = json.loads((Path(__file__).parents[1] / "facts" / "resnets.json").read_text())


def rows(key):
    return [pytest.param(row, id=f"{row['model']} {row['arguments'] or ''}") for row in FACTS[key]]


@pytest.fixture(scope="module")
def networks():
    """What `built` has built; forgotten after this file."""
    return {}


@pytest.fixture
def built(networks, weights_of_zero):
    """`build` that makes each network once: for tests that only look at shapes."""

    def build_once(model, arguments):
        key = (model, json.dumps(arguments))
        if key not in networks:
            networks[key] = build(model, **arguments)
        return networks[key]

    return build_once


@pytest.fixture(scope="module")
def eight_real_images(real_cifar):
    """Images with values from -0.5 to 0.5, and their classes."""
    train = load("cifar10", data_dir=real_cifar, per_class=1).train.take(np.arange(8))
    return (train.images / 255 - 0.5).astype("float32"), train.labels


def message_of(model, **arguments):
    with pytest.raises(ValueError) as caught:
        build(model, **arguments)
    return str(caught.value)


def assert_figures(network, row):
    assert parameters(network) == {
        "total": row["total"],
        "trainable": row["trainable"],
        "non_trainable": row["total"] - row["trainable"],
    }
    assert macs(network) == row["macs"]
    assert biases(network) == network.output_shape[-1]
    assert depth(network) == row["depth"]


def depth(network):
    """Convolutions on the main path and the linear layer."""
    weighty = [
        layer for layer in network.layers if isinstance(layer, keras.layers.Conv2D | keras.layers.Dense)
    ]
    return sum("shortcut" not in layer.name for layer in weighty)


@pytest.mark.parametrize("row", rows("cifar_networks"))
def test_network_has_its_published_size_cost_and_depth(row, built):
    assert_figures(built(row["model"], row["arguments"]), row)


@pytest.mark.slow
@pytest.mark.parametrize("row", rows("imagenet_networks"))
def test_imagenet_network_has_its_published_size_cost_depth_and_maps(row, weights_of_zero):
    network = build(row["model"], **row["arguments"])
    assert_figures(network, row)
    assert stage_outputs(network) == row["stage_outputs"]
    if row["paper_macs"]:
        assert macs(network) == pytest.approx(row["paper_macs"], rel=0.02)


def stage_outputs(network):
    """The shape of the last map of each stage."""
    layers = [layer for layer in network.layers if layer.name.startswith("stage")]
    return list({layer.name.split("_")[0]: list(layer.output.shape[1:]) for layer in layers}.values())


def test_stem_has_the_rows_of_the_slide(weights_of_zero):
    network = build("resnet18")
    for row in FACTS["stem"]:
        layer = network.get_layer(row["layer"])
        assert list(layer.output.shape[1:]) == row["output"]
        assert np.prod(row["output"]) * 4 / 1024 == row["memory_kb"]
        assert layer.count_params() == row["weights"]
    stem = keras.Model(network.input, network.get_layer("stem_relu").output)
    assert round(macs(stem) / 1e6) == FACTS["stem"][0]["mflop"]


def test_stem_pads_alike_on_all_sides_and_takes_the_maximum_of_nine_pixels():
    network = build("resnet18", input_shape=(16, 16, 1), classes=2)
    assert network.get_layer("stem_pad").padding == ((3, 3), (3, 3))
    images = np.random.default_rng(0).normal(size=(2, 16, 16, 1)).astype("float32")
    outputs = [network.get_layer(name).output for name in ("stem_relu", "stem_pool")]
    before, after = map(np.asarray, keras.Model(network.input, outputs)(images))
    padded = np.pad(before, ((0, 0), (1, 1), (1, 1), (0, 0)), constant_values=-np.inf)
    for i, j in np.ndindex(4, 4):
        window = padded[:, 2 * i : 2 * i + 3, 2 * j : 2 * j + 3]
        np.testing.assert_array_equal(after[:, i, j], window.max(axis=(1, 2)))


def test_bottleneck_at_256_channels_narrows_to_64_as_on_the_slides(built):
    network = built("resnet50", {"input_shape": (32, 32, 3), "classes": 10})
    convs = [network.get_layer(f"stage1_block2_conv{index}") for index in (1, 2, 3)]
    assert [(conv.filters, conv.kernel_size[0]) for conv in convs] == [(64, 1), (64, 3), (256, 1)]
    assert convs[0].input.shape[-1] == 256


@pytest.mark.parametrize(("version", "strides"), [("v1", (2, 1)), ("v1.5", (1, 2)), ("v2", (1, 2))])
def test_version_says_which_convolution_halves_the_map(version, strides, built):
    network = built("resnet50", {"input_shape": (32, 32, 3), "classes": 10, "version": version})
    for stage in (2, 3, 4):
        convs = [network.get_layer(f"stage{stage}_block1_conv{index}") for index in (1, 2)]
        assert tuple(conv.strides[0] for conv in convs) == strides
    assert network.get_layer("stage1_block1_conv1").strides == (1, 1)


def test_only_v2_is_pre_activated(built):
    small = {"input_shape": (32, 32, 3), "classes": 10}
    names = {version: {layer.name for layer in built("resnet50", small | {"version": version}).layers}
             for version in ("v1", "v1.5", "v2")}  # fmt: skip
    assert names["v1"] - {"stage2_block1_pad2"} == names["v1.5"] - {
        f"stage{i}_block1_pad2" for i in (2, 3, 4)
    }
    assert names["v2"] >= {"closing_bn", "closing_relu"}
    assert not any(name.endswith(("_out", "shortcut_bn")) for name in names["v2"])


def test_cifar_stem_leaves_small_images_whole(built):
    network = built("resnet18", {"input_shape": (32, 32, 3), "classes": 10, "stem": "cifar"})
    assert network.get_layer("stage1_block1_conv1").input.shape == (None, 32, 32, 64)
    assert network.get_layer("stage4_block2_out").output.shape == (None, 4, 4, 512)


@pytest.mark.parametrize("shortcut", ["A", "B"])
@pytest.mark.parametrize("model", ["resnet18", "resnet50"])
def test_shortcut_of_an_imagenet_network_is_the_one_asked_for(model, shortcut, built):
    network = built(model, {"input_shape": (32, 32, 3), "classes": 10, "shortcut": shortcut})
    kinds = {layer.name: type(layer).__name__ for layer in network.layers if "shortcut" in layer.name}
    changed = [f"stage{stage}_block1_shortcut" for stage in (2, 3, 4)]
    if model == "resnet50":
        changed.insert(0, "stage1_block1_shortcut")  # 64 channels become 256
    if shortcut == "A":
        assert kinds == dict.fromkeys(changed, "ZeroPadShortcut")
    else:
        assert set(kinds) == {f"{name}_{layer}" for name in changed for layer in ("conv", "bn")}


@pytest.mark.parametrize("model", ["resnet18", "resnet50"])
def test_one_pixel_is_image_enough(model, built):
    network = built(model, {"input_shape": (1, 2, 1), "classes": 2})
    assert network.get_layer("pool").input.shape[1:3] == (1, 1)


@pytest.mark.parametrize("model", ["resnet20", "resnet29", "resnet18", "resnet50"])
def test_zero_gamma_starts_the_last_normalisation_of_each_unit_at_zero(model):
    network = build(model, input_shape=(8, 8, 3), classes=2, zero_gamma=True)
    last = "_bn3" if model in ("resnet29", "resnet50") else "_bn2"
    norms = [layer for layer in network.layers if isinstance(layer, keras.layers.BatchNormalization)]
    zero = {norm.name for norm in norms if not np.asarray(norm.gamma).any()}
    assert zero == {norm.name for norm in norms if norm.name.endswith(last)}
    assert all((np.asarray(norm.gamma) == 1).all() for norm in norms if norm.name not in zero)


@pytest.mark.parametrize("number", cifar_resnet.NETWORKS)
def test_depth_is_6n_plus_2_for_two_convolutions_and_9n_plus_2_for_bottlenecks(number, built):
    block, n = cifar_resnet.NETWORKS[number]
    network = built(f"resnet{number}", {"classes": 10})
    assert depth(network) == number
    assert number == {"residual_block": 6, "bottleneck_block": 9}[block.__name__] * n + 2


@pytest.mark.parametrize("shortcut", ["A", "B"])
@pytest.mark.parametrize("n", [3, 18])
def test_cifar_bottlenecks_have_the_parameters_one_counts_by_hand(n, shortcut, built):
    expected, channels = 3 * 3 * 3 * 16 + 2 * 16, 16
    for filters in (16, 32, 64):
        for _ in range(n):
            expected += channels * filters + 9 * filters * filters + filters * 4 * filters  # convolutions
            expected += 2 * (filters + filters + 4 * filters)  # scales and shifts
            if channels != 4 * filters and shortcut == "B":
                expected += channels * 4 * filters + 2 * 4 * filters
            channels = 4 * filters
    expected += 256 * 10 + 10
    network = built(f"resnet{9 * n + 2}", {"shortcut": shortcut})
    assert parameters(network)["trainable"] == expected


@pytest.mark.parametrize("unit", FACTS["units"])
def test_table_in_the_docstring_prints_the_slides_errors(unit):
    line = next(line for line in cifar_resnet.__doc__.splitlines() if line.startswith(f'| "{unit}"'))
    fact = FACTS["units"][unit]
    order = ", ".join(filter(None, [fact["two_convs"], "add", fact["after"]]))
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    assert cells == [f'"{unit}"', order, *(f"{error:.2f} %" for error in fact["errors"])]


@pytest.mark.parametrize(
    ("model", "arguments"),
    [
        ("resnet20", {"zero_gamma": True}),
        ("resnet29", {"unit": "full_pre_activation"}),
        ("resnet18", {"input_shape": (32, 32, 3), "classes": 10, "stem": "cifar"}),
        pytest.param("resnet110", {"unit": "full_pre_activation"}, marks=pytest.mark.slow),
        pytest.param("resnet164", {}, marks=pytest.mark.slow),
    ],
)
def test_first_steps_on_real_images_lower_their_loss(model, arguments, eight_real_images):
    keras.utils.set_random_seed(0)
    network = build(model, **arguments)
    network.compile(keras.optimizers.SGD(0.01), "sparse_categorical_crossentropy", run_eagerly=True)
    losses = [float(network.train_on_batch(*eight_real_images)) for _ in range(2)]
    assert losses[-1] < losses[0]


@pytest.mark.parametrize(
    ("model", "arguments", "message"),
    [
        ("resnet50", {"version": "v3"}, "version is 'v3'; choose one of 'v1', 'v1.5', 'v2'"),
        ("resnet34", {"stem": "small"}, "stem is 'small'; choose one of 'imagenet', 'cifar'"),
        ("resnet152", {"shortcut": "C"}, "shortcut is 'C'; choose one of 'A', 'B'"),
        ("resnet164", {"classes": 0}, "classes is 0; it must be a whole number, at least 1"),
        (
            "resnet18",
            {"version": "v1.5"},
            "resnet18 takes no argument 'version'; "
            "choose from input_shape, classes, shortcut, stem, zero_gamma, name",
        ),
        (
            "resnet50",
            {"version": "v2", "zero_gamma": True},
            "zero_gamma needs a residual that ends in batch normalisation, unlike that of "
            "'full_pre_activation'; choose one of 'original', 'relu_only_pre_activation'",
        ),
    ],
)
def test_wrong_value_is_answered_with_what_came_and_the_choices(model, arguments, message):
    assert message_of(model, **arguments) == message
