"""Xception has the figures of its paper, and separating a convolution means what the slides say."""

import json
from pathlib import Path

import keras
import numpy as np
import pytest

from cnn_course.analysis.cost import biases, macs, parameters
from cnn_course.blocks import conv_bn, extreme_inception_bn, separable_conv_bn, xception_block
from cnn_course.models import build

FACTS = json.loads((Path(__file__).parents[1] / "facts" / "xception.json").read_text())
NETWORK = FACTS["networks"][0]


@pytest.fixture(scope="module")
def network():
    return build("xception")


@pytest.fixture(scope="module")
def mini():
    return build("mini_xception")


def network_of(block, shape, *positional, **named):
    image = keras.Input(shape)
    return keras.Model(image, block(image, *positional, name="b", **named))


def images(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def kernels(block):
    """All weights of convolutions: without biases and batch normalisation."""
    return sum(weight.shape.num_elements() for weight in block.weights if "kernel" in weight.name)


@pytest.mark.slow
def test_network_has_its_published_size_and_cost(network):
    assert parameters(network)["total"] == NETWORK["total"]
    assert parameters(network)["trainable"] == NETWORK["trainable"]
    assert macs(network) == NETWORK["macs"]
    assert sum(map(biases, network.layers)) == NETWORK["biases"]


@pytest.mark.slow
def test_network_has_36_convolutions_and_4_projections(network):
    kinds = [type(layer).__name__ for layer in network.layers]
    assert kinds.count("SeparableConv2D") == NETWORK["separable"]
    assert kinds.count("Conv2D") == NETWORK["convolutions"]
    projections = [layer.name for layer in network.layers if layer.name.endswith("_shortcut_conv")]
    assert projections == [f"{block}_shortcut_conv" for block in
                           ("entry_block1", "entry_block2", "entry_block3", "exit_block1")]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("row", FACTS["maps"], ids=lambda row: row["layer"])
def test_map_has_the_size_of_the_paper(network, row):
    assert network.get_layer(row["layer"]).output.shape[1:] == tuple(row["output"])


def test_separable_convolution_has_the_weights_of_the_slide():
    example = FACTS["deck_example"]
    for block, total in ((conv_bn, example["full"]), (separable_conv_bn, example["separable"])):
        assert kernels(network_of(block, (32, 32, 8), 4)) + example["biases"] == total
    assert kernels(network_of(extreme_inception_bn, (32, 32, 8), 4)) == 8 * 4 + 3 * 3 * 4


def test_separable_convolution_is_a_convolution_whose_kernel_is_a_product_of_space_and_depth():
    separable = network_of(separable_conv_bn, (6, 5, 3), 4)
    full = network_of(conv_bn, (6, 5, 3), 4)
    space, depth = (np.asarray(weight) for weight in separable.get_layer("b_conv").weights)
    full.get_layer("b_conv").kernel.assign(space * depth)  # (3, 3, 3, 1) * (1, 1, 3, 4)
    np.testing.assert_allclose(separable(images(2, 6, 5, 3)), full(images(2, 6, 5, 3)), atol=1e-5)


def test_extreme_inception_is_the_same_with_one_kernel_per_filter():
    extreme = network_of(extreme_inception_bn, (6, 5, 3), 4)
    full = network_of(conv_bn, (6, 5, 3), 4)
    depth = np.asarray(extreme.get_layer("b_pointwise_conv").kernel)  # (1, 1, 3, 4)
    space = np.asarray(extreme.get_layer("b_depthwise_conv").kernel)  # (3, 3, 4, 1)
    full.get_layer("b_conv").kernel.assign(depth * space.transpose(0, 1, 3, 2))
    np.testing.assert_allclose(extreme(images(2, 6, 5, 3)), full(images(2, 6, 5, 3)), atol=1e-5)


def test_extreme_inception_filters_depth_before_space():
    names = [layer.name for layer in network_of(extreme_inception_bn, (6, 5, 3), 4).layers[1:]]
    assert names == ["b_pointwise_conv", "b_depthwise_conv", "b_depthwise_bn"]


@pytest.mark.parametrize(("filters", "strides"), [((5, 3), 1), ((5, 7), 1), ((5, 3), 2)])
def test_block_without_its_residual_is_the_shortcut_even_below_zero(filters, strides):
    block = network_of(xception_block, (6, 6, 3), filters, strides=strides)
    block.get_layer("b_bn2").gamma.assign(np.zeros(filters[-1]))
    x = images(2, 6, 6, 3)
    expected = x
    if (filters, strides) != ((5, 3), 1):
        kernel = np.asarray(block.get_layer("b_shortcut_conv").kernel)[0, 0]
        expected = x[:, ::strides, ::strides] @ kernel / np.sqrt(1 + 1e-3)  # BN that has seen nothing
    np.testing.assert_allclose(block(x), expected, atol=1e-6)


@pytest.mark.parametrize(("relu_first", "relus"), [(True, ["b_relu1", "b_relu2"]), (False, ["b_relu2"])])
def test_block_has_a_relu_before_each_convolution_but_where_the_stem_had_it(relu_first, relus):
    block = network_of(xception_block, (6, 6, 3), (5, 5), relu_first=relu_first)
    assert [layer.name for layer in block.layers if isinstance(layer, keras.layers.ReLU)] == relus


def test_block_pools_3x3_with_its_stride_after_the_convolutions():
    block = network_of(xception_block, (7, 6, 3), (5, 5), strides=2)
    pool = block.get_layer("b_pool")
    assert (pool.pool_size, pool.strides, pool.output.shape) == ((3, 3), (2, 2), (None, 4, 3, 5))


@pytest.mark.parametrize(
    ("conv", "cost"),
    [
        ("full", lambda c, f: 9 * c * f),
        ("separable", lambda c, f: 9 * c + c * f),
        ("extreme_inception", lambda c, f: c * f + 9 * f),
    ],
)
def test_switch_between_convolutions_changes_their_weights_and_nothing_else(conv, cost):
    switched = [(32, 64), (64, 64), (64, 128), (128, 128), *[(128, 128)] * 3, (128, 256)]
    stem, projections = 9 * 3 * 32, 32 * 64 + 64 * 128
    norms = 2 * (32 + sum(filters for _, filters in switched) + 64 + 128)
    expected = stem + projections + sum(cost(*pair) for pair in switched) + norms + 256 * 10 + 10
    assert parameters(build("mini_xception", conv=conv))["trainable"] == expected


def test_unknown_convolution_is_answered_with_the_choices():
    with pytest.raises(ValueError) as caught:
        build("mini_xception", conv="grouped")
    assert str(caught.value) == "conv is 'grouped'; choose one of 'separable', 'extreme_inception', 'full'"


@pytest.mark.parametrize("conv", ["separable", "extreme_inception", "full"])
def test_mini_takes_a_first_step_that_moves_every_weight(conv):
    network = build("mini_xception", conv=conv)
    before = [np.array(weight) for weight in network.trainable_weights]
    network.compile(keras.optimizers.SGD(0.1), "sparse_categorical_crossentropy", run_eagerly=True)
    loss = network.train_on_batch(images(8, 32, 32, 3), np.arange(8))
    assert np.isfinite(loss)
    for weight, old in zip(network.trainable_weights, before, strict=True):
        assert (np.asarray(weight) != old).any(), weight.path
        assert np.isfinite(weight).all(), weight.path


def test_network_gives_the_same_answers_when_loaded(mini, tmp_path):
    mini.save(tmp_path / "network.keras")
    again = keras.saving.load_model(tmp_path / "network.keras")
    np.testing.assert_array_equal(again(images(2, 32, 32, 3)), mini(images(2, 32, 32, 3)))


@pytest.mark.slow
def test_seven_pixels_are_the_fewest():
    assert build("xception", input_shape=(7, 8, 3), classes=2).get_layer("exit_relu2").output.shape[1:3] == (
        1,
        1,
    )
    with pytest.raises(ValueError) as caught:
        build("xception", input_shape=(6, 299, 3))
    assert str(caught.value) == (
        "6x299 images are too small for xception; the smallest possible input_shape is (7, 7, 3)"
    )
