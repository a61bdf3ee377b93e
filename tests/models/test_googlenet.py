"""GoogLeNet has the modules, the stem and the heads of the decks and of its paper, with their figures."""

import json
from importlib import import_module
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import layers

from cnn_course.analysis.cost import macs
from cnn_course.analysis.table import layer_table
from cnn_course.blocks import conv_bn_relu, inception, inception_naive, max_pool
from cnn_course.layers import LocalResponseNormalization
from cnn_course.models import build
from cnn_course.models.googlenet import LOSS_WEIGHTS, MODULES, stem, without_aux

FACTS = json.loads((Path(__file__).parents[1] / "facts" / "googlenet.json").read_text())


@pytest.fixture(scope="module")
def large():
    return build("googlenet", aux=True)


@pytest.fixture(scope="module")
def small():
    return build("googlenet_cifar")


@pytest.fixture(scope="module")
def small_with_heads():
    return build("googlenet_cifar", aux=True)


def network_of(block, shape, *positional, **named):
    image = keras.Input(shape)
    return keras.Model(image, block(image, *positional, **named))


def maps(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def layers_of(network, kind):
    return [layer for layer in network.layers if isinstance(layer, kind)]


def layer_macs(network):
    return {row["layer"]: row["macs"] for row in layer_table(network)}


def depth(network):
    """Layers with weights on the longest way from the image to the first output."""
    longest = {}
    for layer in network.layers:  # in order: what a layer reads stands before it
        before = [operation for node in layer._inbound_nodes for operation in node.parent_nodes]
        ways = [longest.get(node.operation.name, 0) for node in before]
        longest[layer.name] = max(ways, default=0) + bool(layer.weights)
    return longest["predictions"]


def test_naive_module_of_deck_002_has_672_maps_and_costs_854_million():
    facts = FACTS["naive_example"]
    module = network_of(inception_naive, facts["input_shape"], *facts["filters"], name="m")
    assert list(module.output_shape[1:]) == facts["output_shape"]
    assert module.count_params() == facts["parameters"]
    assert macs(module) == facts["macs"] == sum(facts["macs_of_branches"])
    by_layer = layer_macs(module)
    assert [by_layer[f"m_conv{size}"] for size in ("1x1", "3x3", "5x5")] == facts["macs_of_branches"]


def test_bottlenecks_take_the_same_example_to_a_third():
    facts = FACTS["bottleneck_example"]
    module = network_of(inception, facts["input_shape"], *facts["filters"], name="m")
    assert list(module.output_shape[1:]) == facts["output_shape"]
    assert module.count_params() == facts["parameters"]
    assert macs(module) == facts["macs"]
    assert 3.1 < FACTS["naive_example"]["macs"] / facts["macs"] < 3.2


@pytest.mark.parametrize("row", FACTS["modules"], ids=lambda row: row["module"])
def test_each_module_is_a_row_of_the_papers_table(row):
    assert list(MODULES[row["module"]]) == row["filters"]
    module = network_of(inception, row["input_shape"], *row["filters"], name="m")
    assert module.output_shape[-1] == row["maps"]
    assert module.count_params() == row["parameters"]
    assert macs(module) == row["macs"]


def test_a_module_concatenates_its_branches_in_the_order_of_the_slide():
    module = network_of(inception, (5, 5, 3), 1, 2, 3, 4, 5, 6, name="m")
    names = ("m_conv1x1", "m_conv3x3", "m_conv5x5", "m_conv_pool")
    branches = keras.Model(module.input, [module.get_layer(name).output for name in names])
    x = maps(2, 5, 5, 3)
    parts = [np.asarray(branch) for branch in branches(x)]
    assert [part.shape[-1] for part in parts] == [1, 3, 5, 6]
    np.testing.assert_array_equal(module(x), np.concatenate(parts, axis=-1))
    assert module.get_layer("m_conv5x5").input is module.get_layer("m_conv5x5_reduce").output
    assert module.get_layer("m_conv_pool").input is module.get_layer("m_pool").output


def test_naive_module_passes_the_maxima_of_all_its_maps_on():
    module = network_of(inception_naive, (4, 4, 3), 1, 2, 3, name="m")
    x = maps(2, 4, 4, 3)
    bordered = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)), constant_values=-np.inf)
    windows = np.lib.stride_tricks.sliding_window_view(bordered, (3, 3), axis=(1, 2))
    np.testing.assert_array_equal(np.asarray(module(x))[..., -3:], windows.max(axis=(-2, -1)))


@pytest.mark.parametrize("side", [1, 2, 7, 8])
def test_pooling_pads_all_sides_alike_and_rounds_halves_up(side):
    x = np.abs(maps(2, side, side, 3))
    bordered = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)), constant_values=-np.inf)
    windows = np.lib.stride_tricks.sliding_window_view(bordered, (3, 3), axis=(1, 2))[:, ::2, ::2]
    pooled = network_of(max_pool, (side, side, 3), name="m")(x)
    assert pooled.shape[1:3] == (-(-side // 2), -(-side // 2))
    np.testing.assert_array_equal(pooled, windows.max(axis=(-2, -1)))


def test_stem_has_the_rows_of_deck_003_but_480_million_operations_where_it_prints_418():
    network = network_of(stem, (224, 224, 3))
    table = {row["layer"]: row for row in layer_table(network)}
    operations = []
    for row in FACTS["stem"]:
        ours = table[row["layer"]]
        numbers = np.prod(ours["output_shape"])
        operations.append(ours["macs"] if "conv" in row["layer"] else 3 * 3 * numbers)
        assert ours["output_shape"] == row["output_shape"]
        assert ours["parameters"] == row["parameters"]
        assert ours["parameters"] - ours["biases"] == row["weights"]
        assert numbers * 4 / 1024 == row["KB"] == row["slide"]["memory_KB"]
        assert round(operations[-1] / 1e6, 3) == row["mflop"]
        assert round(row["weights"] / 1000) == row["slide"]["params_K"]
        assert round(row["mflop"]) == row["slide"]["mflop"]
    totals = FACTS["stem_totals"]
    assert network.count_params() - sum(row["biases"] for row in table.values()) == totals["weights"]
    assert sum(row["KB"] for row in FACTS["stem"]) == totals["KB"]
    assert round(sum(operations) / 1e6, 1) == totals["mflop"] != totals["slide"]["MFLOP"]
    assert round(macs(network) / 1e6, 1) == totals["mflop_convolutions"]


def test_stem_pads_its_first_convolution_by_three_on_every_side():
    network = network_of(stem, (8, 8, 3))
    assert network.get_layer("stem_pad1").padding == ((3, 3), (3, 3))
    assert network.get_layer("stem_conv1").strides == (2, 2)


def test_local_response_normalisation_stands_after_the_first_and_before_the_second_pooling():
    names = [layer.name for layer in network_of(stem, (8, 8, 3)).layers if "pad" not in layer.name]
    assert names[1:] == [
        "stem_conv1",
        "stem_pool1",
        "stem_norm1",
        "stem_conv2",
        "stem_conv3",
        "stem_norm2",
        "stem_pool2",
    ]


@pytest.mark.slow
def test_googlenet_has_7_million_parameters_57_convolutions_and_a_depth_of_22(large):
    for facts, network in zip(FACTS["networks"], (without_aux(large), large), strict=True):
        assert network.count_params() == facts["total"]
        assert macs(network) == facts["macs"]
    finished = without_aux(large)
    assert len(layers_of(finished, layers.Conv2D)) == FACTS["convolutions"]
    assert depth(finished) == FACTS["depth"]
    head = finished.get_layer("predictions").count_params()
    assert head == 1_025_000  # deck 003 (L794-806) counts the bias here
    assert finished.count_params() - head == FACTS["without_classifier"]


@pytest.mark.slow
def test_modules_follow_each_other_with_the_volumes_of_the_papers_table(large):
    for row in FACTS["modules"]:
        before = large.get_layer(f"inception{row['module']}_conv1x1").input
        after = large.get_layer(f"inception{row['module']}_out").output
        assert list(before.shape[1:]) == row["input_shape"]
        assert list(after.shape[1:]) == [*row["input_shape"][:2], row["maps"]]


@pytest.mark.slow
def test_auxiliary_heads_read_modules_4a_and_4d_through_4x4_averages(large):
    for name, module, maps_read, parameters in (
        ("aux1", "4a", 512, 3_188_840),
        ("aux2", "4d", 528, 3_190_888),
    ):
        head = [layer for layer in large.layers if layer.name.startswith(name)]
        assert head[0].input is large.get_layer(f"inception{module}_out").output
        assert large.get_layer(f"{name}_pool").output.shape[1:] == (4, 4, maps_read)
        assert sum(layer.count_params() for layer in head) == parameters
    assert [output.shape for output in large.outputs] == [(None, 1000)] * 3


def test_cifar_version_keeps_the_nine_modules_at_a_quarter_of_the_width(small):
    shapes = {"stem_conv": (32, 32, 48), "stage4_pool": (16, 16, 120), "stage5_pool": (8, 8, 208)}
    for row in FACTS["modules"]:
        side = {"3": 32, "4": 16, "5": 8}[row["module"][0]]
        shapes[f"inception{row['module']}_out"] = (side, side, row["maps"] // 4)
    for name, shape in shapes.items():
        assert small.get_layer(name).output.shape[1:] == shape
    assert (small.count_params(), macs(small)) == (370_790, 91_449_856)
    assert depth(small) == FACTS["depth"] - 2  # one convolution in the stem instead of three
    assert small.get_layer("dropout").rate == 0.4


def test_maps_only_grow_in_naive_modules():
    network = build("googlenet_cifar", module="naive")
    widths = [network.get_layer(f"inception{module}_out").output.shape[-1] for module in MODULES]
    reads = [48, *widths]
    for (one, _, three, _, five, _), before, after in zip(MODULES.values(), reads, widths, strict=False):
        assert after == before + (one + three + five) // 4
    assert (network.count_params(), macs(network)) == (5_793_142, 987_906_120)


def test_batch_normalisation_takes_the_place_of_biases_and_of_local_response_normalisation():
    network = build("googlenet", input_shape=(16, 16, 3), classes=2, batch_norm=True)
    convolutions = layers_of(network, layers.Conv2D)
    assert len(layers_of(network, layers.BatchNormalization)) == len(convolutions) == FACTS["convolutions"]
    assert not any(layer.use_bias for layer in convolutions)
    assert not layers_of(network, LocalResponseNormalization)
    module = network_of(inception, (4, 4, 2), 1, 1, 1, 1, 1, 1, conv=conv_bn_relu, name="m")
    assert len(layers_of(module, layers.BatchNormalization)) == 6


def test_heads_learn_together_with_their_weights_and_one_output_is_left_for_use(small_with_heads):
    keras.utils.set_random_seed(0)
    images, labels = maps(16, 32, 32, 3), np.arange(16) % 10
    network = keras.models.clone_model(small_with_heads)
    finished = without_aux(network)
    before, answers = network.get_weights(), np.asarray(finished(images))
    network.compile(
        "adam", 3 * ["sparse_categorical_crossentropy"], loss_weights=LOSS_WEIGHTS, run_eagerly=True
    )
    logs = network.fit(images, 3 * [labels], batch_size=16, verbose=0).history
    heads = [logs[f"{name}_loss"][0] for name in ("predictions", "aux1", "aux2")]
    assert logs["loss"][0] == pytest.approx(heads[0] + 0.3 * heads[1] + 0.3 * heads[2], rel=1e-4)
    still = [w.path for w, old in zip(network.weights, before, strict=True) if np.array_equal(w, old)]
    assert still == []
    assert np.abs(np.asarray(finished(images)) - answers).max() > 0
    np.testing.assert_array_equal(finished(images), network(images)[0])


def test_network_for_use_is_the_one_that_is_built_without_heads(small, small_with_heads):
    finished = without_aux(small_with_heads)
    assert [weight.path for weight in finished.weights] == [weight.path for weight in small.weights]
    trained = {weight.path: weight for weight in small_with_heads.weights}
    assert all(weight is trained[weight.path] for weight in finished.weights)
    small.set_weights(finished.get_weights())
    images = maps(2, 32, 32, 3)
    np.testing.assert_array_equal(small(images), finished(images))


def test_first_training_step_without_heads_is_finite_and_reaches_every_weight(small):
    keras.utils.set_random_seed(0)
    network = keras.models.clone_model(small)
    before = network.get_weights()
    network.compile(keras.optimizers.SGD(0.01), "sparse_categorical_crossentropy", run_eagerly=True)
    loss = network.train_on_batch(maps(8, 32, 32, 3), np.arange(8))
    assert np.isfinite(loss)
    still = [w.path for w, old in zip(network.weights, before, strict=True) if np.array_equal(w, old)]
    assert still == []


def test_saved_network_gives_the_same_answers_when_loaded(small_with_heads, tmp_path):
    small_with_heads.save(tmp_path / "network.keras")
    again = keras.saving.load_model(tmp_path / "network.keras")
    images = maps(2, 32, 32, 3)
    for ours, theirs in zip(again(images), small_with_heads(images), strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize(("name", "smallest"), [("googlenet", 65), ("googlenet_cifar", 9)])
def test_one_pixel_less_than_the_smallest_leaves_an_auxiliary_head_nothing(name, smallest, monkeypatch):
    network = build(name, input_shape=(smallest, smallest, 1), classes=2, aux=True)
    assert network.get_layer("aux1_pool").output.shape[1:3] == (1, 1)
    with pytest.raises(ValueError) as caught:
        build(name, input_shape=(smallest - 1, smallest, 1), aux=True)
    assert str(caught.value) == (
        f"{smallest - 1}x{smallest} images are too small for {name}; "
        f"the smallest possible input_shape is ({smallest}, {smallest}, 1)"
    )
    module = import_module("cnn_course.models.googlenet")  # the package's name for it is the function's
    monkeypatch.setattr(module, "check_image_classifier", lambda *_, **__: None)
    with pytest.raises(ValueError):
        build(name, input_shape=(smallest - 1, smallest, 1), aux=True)


@pytest.mark.parametrize("name", ["googlenet", "googlenet_cifar"])
def test_without_auxiliary_heads_one_pixel_is_enough(name):
    network = build(name, input_shape=(1, 1, 3), classes=2)
    assert np.isfinite(network(maps(2, 1, 1, 3))).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"module": "inception"}, "module is 'inception'; choose one of 'bottleneck', 'naive'"),
        ({"classes": 0}, "classes is 0; it must be a whole number, at least 1"),
    ],
)
def test_impossible_argument_is_answered_with_the_possible_ones(arguments, message):
    with pytest.raises(ValueError) as caught:
        build("googlenet_cifar", **arguments)
    assert str(caught.value) == message


def test_network_with_one_output_has_no_heads_to_leave_out(small):
    with pytest.raises(ValueError) as caught:
        without_aux(small)
    assert str(caught.value) == (
        "googlenet_cifar has no auxiliary heads; build it with aux=True to train with them"
    )
