"""Residual units have the order of layers that the papers draw, and compute what follows from it."""

import json
from pathlib import Path

import keras
import numpy as np
import pytest

from cnn_course.analysis.cost import parameters
from cnn_course.blocks import UNITS, bottleneck_block, residual_block
from cnn_course.layers import ZeroPadShortcut
from cnn_course.models.resnet import residual_network

FACTS = json.loads((Path(__file__).parents[1] / "facts" / "resnets.json").read_text())
BLOCKS = {"two_convs": residual_block, "bottleneck": bottleneck_block}
WORDS = {"Conv2D": "conv", "BatchNormalization": "BN", "ReLU": "ReLU"}

# TensorFlow 2.21's variables do not know NumPy 2's `copy` argument yet; Keras meets that when it saves.
KERAS_SAVES_WITH_A_WARNING = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

every_unit = pytest.mark.parametrize("unit", FACTS["units"])
every_block = pytest.mark.parametrize("kind", BLOCKS)


@pytest.fixture(autouse=True)
def the_same_weights_every_time():
    keras.utils.set_random_seed(0)


def maps(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def alone(block, channels, *positional, **named):
    """A network of one block on maps of 6x6 pixels."""
    image = keras.Input((6, 6, channels))
    return keras.Model(image, block(image, *positional, name="b", **named))


def tiny(block=residual_block, *, filters=(4, 8), blocks=(1, 1), **arguments):
    shape = (8, 8, 3)
    return residual_network(
        shape, 5, stem="cifar", block=block, blocks=blocks, filters=filters, name="tiny", **arguments
    )


def layers_before(tensor):
    """The layers on the way to a tensor, first one first, back to where paths meet or the network begins."""
    path = []
    while True:
        layer = tensor._keras_history.operation
        if isinstance(layer, keras.layers.Add | keras.layers.InputLayer):
            return path
        if not isinstance(layer, keras.layers.ZeroPadding2D):
            path.insert(0, layer)
        tensor = layer.input


def in_words(layers):
    return " ".join(WORDS[type(layer).__name__] for layer in layers)


def paths(block):
    """Residual, shortcut and what follows their addition, each as a list of layers."""
    residual, shortcut = block.get_layer("b_add").input
    return layers_before(residual), layers_before(shortcut), layers_before(block.output)


def randomise(network, seed=0):
    """Weights, scales, shifts and statistics such that no two are alike."""
    random = np.random.default_rng(seed)
    for weight in network.weights:
        if len(weight.shape) > 1:
            weight.assign(random.normal(0, np.sqrt(2 / np.prod(weight.shape[:-1])), weight.shape))
        else:
            weight.assign(random.uniform(0.5, 1.5, weight.shape))


def test_the_units_are_those_of_the_papers_figure():
    assert list(UNITS) == list(FACTS["units"])


@every_block
@every_unit
def test_layers_stand_in_the_order_of_the_papers_figure(kind, unit):
    filters = {"two_convs": 8, "bottleneck": 2}[kind]
    residual, shortcut, after = paths(alone(BLOCKS[kind], 8, filters, unit=unit))
    assert in_words(residual) == FACTS["units"][unit][kind]
    assert shortcut == []
    assert in_words(after) == FACTS["units"][unit]["after"]


@every_block
@every_unit
def test_both_paths_start_behind_the_same_activation_where_the_shape_changes(kind, unit):
    fact = FACTS["units"][unit]
    residual, shortcut, _ = paths(alone(BLOCKS[kind], 4, 8, strides=2, unit=unit, shortcut="B"))
    common = len(fact["common"].split())
    assert in_words(residual) == fact[kind]
    assert residual[:common] == shortcut[:common]
    assert in_words(shortcut[:common]) == fact["common"]
    assert in_words(shortcut[common:]) == fact["projection"]


@every_unit
def test_zero_padded_shortcut_starts_behind_that_activation_too(unit):
    _, shortcut, _ = paths(alone(residual_block, 4, 8, strides=2, unit=unit, shortcut="A"))
    assert in_words(shortcut[:-1]) == FACTS["units"][unit]["common"]
    assert isinstance(shortcut[-1], ZeroPadShortcut)


@every_unit
def test_first_unit_splits_behind_the_stems_activation_and_the_last_is_activated(unit):
    network = tiny(unit=unit)
    stem = ["stem_conv", "stem_bn", "stem_relu"]
    residual, shortcut = map(layers_before, network.get_layer("stage1_block1_add").input)
    assert [layer.name for layer in shortcut] == stem
    assert residual[3].name == "stage1_block1_conv1"
    closing = [layer.name for layer in network.layers if layer.name.startswith("closing")]
    assert closing == [f"closing_{word.lower()}" for word in FACTS["units"][unit]["closing"].split()]
    end = ["stage2_block1_out"] if FACTS["units"][unit]["after"] else closing or ["stage2_block1_add"]
    assert [layer.name for layer in network.layers][-3:] == [end[-1], "pool", "predictions"]


@every_block
def test_all_units_have_the_same_parameters_with_zero_padded_shortcuts(kind):
    counts = [parameters(tiny(BLOCKS[kind], unit=unit, shortcut="A")) for unit in UNITS]
    assert all(count == counts[0] for count in counts)


@every_block
@every_unit
def test_projections_add_their_weights_and_their_normalisation(kind, unit):
    projected = {"two_convs": [(4, 8)], "bottleneck": [(4, 16), (16, 32)]}[kind]
    normalised = FACTS["units"][unit]["projection"] == "conv BN"
    expected = sum(before * after + 2 * after * normalised for before, after in projected)
    a, b = (parameters(tiny(BLOCKS[kind], unit=unit, shortcut=shortcut)) for shortcut in "AB")
    assert b["trainable"] - a["trainable"] == expected


@every_block
def test_shortcut_of_the_full_pre_activation_is_clean(kind):
    """Equation 4 of the 2016 paper: a later map is an earlier one plus the residuals between, untouched."""
    network = tiny(BLOCKS[kind], unit="full_pre_activation", blocks=(4,), filters=(4,))
    randomise(network)
    adds = [network.get_layer(f"stage1_block{number}_add") for number in (1, 2, 3, 4)]
    residuals = [add.input[0] for add in adds[1:]]
    early, late, *between = keras.Model(network.input, [adds[0].output, adds[-1].output, *residuals])(
        maps(2, 8, 8, 3)
    )
    assert np.min(early + sum(between)) < -0.1
    np.testing.assert_allclose(late, early + sum(between), atol=1e-4)


@every_block
@pytest.mark.parametrize(("unit", "expected"), [("original", lambda x: np.maximum(x, 0)),
                                                ("relu_only_pre_activation", lambda x: x)])  # fmt: skip
def test_unit_starts_as_its_shortcut_with_zero_gamma(kind, unit, expected):
    filters = {"two_convs": 8, "bottleneck": 2}[kind]
    x = maps(2, 6, 6, 8)
    np.testing.assert_array_equal(alone(BLOCKS[kind], 8, filters, unit=unit, zero_gamma=True)(x), expected(x))
    assert np.abs(alone(BLOCKS[kind], 8, filters, unit=unit)(x) - expected(x)).max() > 0.1


@every_block
@pytest.mark.parametrize("training", [False, True])
def test_residual_network_with_zero_gamma_pools_what_its_stem_sees(kind, training):
    network = tiny(BLOCKS[kind], shortcut="A", zero_gamma=True)
    stem = network.get_layer("stem_relu").output
    seen, pooled = keras.Model(network.input, [stem, network.get_layer("pool").output])(
        maps(3, 8, 8, 3), training=training
    )
    added = (
        network.get_layer("pool").output.shape[-1] - 4
    ) // 2  # zeros before and behind the stem's channels
    mean = np.asarray(seen)[:, ::2, ::2].mean(axis=(1, 2))
    np.testing.assert_allclose(pooled, np.pad(mean, ((0, 0), (added, added))), rtol=1e-5)
    assert mean.min() > 0


def test_gammas_leave_zero_in_the_first_step_and_the_convolutions_before_them_wait():
    network = tiny(zero_gamma=True)
    before = {weight.path: np.array(weight) for weight in network.trainable_weights}
    network.compile(keras.optimizers.SGD(0.1), "sparse_categorical_crossentropy", run_eagerly=True)
    network.train_on_batch(maps(4, 8, 8, 3), np.array([0, 1, 2, 3]))
    moved = {path.removeprefix("tiny/") for path, old in before.items()
             if (old != np.array(next(w for w in network.weights if w.path == path))).any()}  # fmt: skip
    units = ["stage1_block1", "stage2_block1"]
    assert moved >= {f"{unit}_bn2/gamma" for unit in units}
    assert not moved & {f"{unit}_conv{index}/kernel" for unit in units for index in (1, 2)}


@pytest.mark.parametrize("unit", ["bn_after_addition", "relu_before_addition", "full_pre_activation"])
def test_zero_gamma_is_refused_where_no_normalisation_ends_the_residual(unit):
    with pytest.raises(ValueError) as caught:
        tiny(unit=unit, zero_gamma=True)
    assert str(caught.value) == (
        f"zero_gamma needs a residual that ends in batch normalisation, unlike that of '{unit}'; "
        "choose one of 'original', 'relu_only_pre_activation'"
    )


def test_bottleneck_has_an_eighth_of_the_weights_of_the_3x3_convolution_it_replaces():
    fact = FACTS["bottleneck"]
    network = alone(bottleneck_block, fact["channels"], fact["filters"])
    kernels = [network.get_layer(f"b_conv{index}").kernel for index in (1, 2, 3)]
    assert [int(np.prod(kernel.shape)) for kernel in kernels] == fact["weights"]
    assert 3 * 3 * fact["channels"] * fact["channels"] == fact["direct"]
    assert network.output_shape == (None, 6, 6, fact["channels"])


@pytest.mark.parametrize(("strided_conv", "pixels_that_count"), [(1, 9), (2, 36)])
def test_stride_in_the_first_1x1_convolution_sees_one_pixel_in_four(strided_conv, pixels_that_count):
    block = alone(bottleneck_block, 4, 4, strides=2, strided_conv=strided_conv)
    assert block.get_layer(f"b_conv{strided_conv}").strides == (2, 2)
    assert block.get_layer(f"b_conv{3 - strided_conv}").strides == (1, 1)
    x = np.abs(maps(1, 6, 6, 4))
    residual = keras.Model(block.input, block.get_layer("b_add").input[0])
    for weight in block.weights:
        weight.assign(np.abs(weight))  # so that no change cancels out and no ReLU shuts
    one_pixel_off = np.repeat(x, 36, axis=0)
    for pixel in range(36):
        one_pixel_off[pixel, pixel // 6, pixel % 6] += 3
    changes = np.abs(residual(one_pixel_off) - residual(x)).max(axis=(1, 2, 3))
    assert (changes > 1e-6).sum() == pixels_that_count


@every_block
@every_unit
def test_every_weight_gets_a_gradient_in_the_first_step(kind, unit):
    network = tiny(BLOCKS[kind], unit=unit, shortcut="B")
    network.compile("sgd", "sparse_categorical_crossentropy", run_eagerly=True)
    before = [np.array(weight) for weight in network.trainable_weights]
    loss = network.train_on_batch(maps(8, 8, 8, 3), np.arange(8) % 5)
    assert np.isfinite(loss)
    for old, weight in zip(before, network.trainable_weights, strict=True):
        assert (old != np.array(weight)).any(), weight.path


@KERAS_SAVES_WITH_A_WARNING
@pytest.mark.parametrize("unit", ["original", "full_pre_activation"])
def test_saved_network_gives_the_same_answers_when_loaded(tmp_path, unit):
    network = tiny(bottleneck_block, unit=unit)
    randomise(network)
    network.save(tmp_path / "network.keras")
    images = maps(2, 8, 8, 3)
    again = keras.saving.load_model(tmp_path / "network.keras")
    np.testing.assert_array_equal(again(images), network(images))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"unit": "pre"}, f"unit is 'pre'; choose one of {', '.join(map(repr, UNITS))}"),
        ({"shortcut": None}, "shortcut is None; choose one of 'A', 'B'"),
    ],
)
def test_unknown_choice_is_answered_with_the_choices(arguments, message):
    with pytest.raises(ValueError) as caught:
        tiny(**arguments)
    assert str(caught.value) == message
