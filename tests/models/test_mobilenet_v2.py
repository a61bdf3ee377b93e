"""MobileNetV2 has the rows of the slide's table, and its bottlenecks are what the paper describes."""

import json
from pathlib import Path

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnn_course.analysis.cost import biases, macs, parameters
from cnn_course.blocks import inverted_residual
from cnn_course.models import build
from cnn_course.models.mobilenet_v2 import mobile_network, scaled

FACTS = json.loads((Path(__file__).parents[1] / "facts" / "mobilenet_v2.json").read_text())
NETWORK = FACTS["networks"][0]


@pytest.fixture(scope="module")
def network():
    return build("mobilenet_v2")


@pytest.fixture(scope="module")
def cifar_network():
    return build("mobilenet_v2_cifar", alpha=0.35)


def at(network, address):
    """The layers of a stage, in order."""
    return [layer for layer in network.layers if layer.name.startswith(f"{address}_")]


def bottleneck(*positional, shape=(8, 8, 4), **named):
    image = keras.Input(shape)
    return keras.Model(image, inverted_residual(image, *positional, name="b", **named))


def images(*shape, scale=1.0, seed=0):
    return np.random.default_rng(seed).normal(scale=scale, size=shape).astype("float32")


def message_of(function, *positional, **named):
    with pytest.raises(ValueError) as caught:
        function(*positional, **named)
    return str(caught.value)


@pytest.mark.slow
def test_network_has_its_published_size_and_cost(network):
    assert parameters(network)["total"] == NETWORK["total"]
    assert parameters(network)["trainable"] == NETWORK["trainable"]
    assert macs(network) == NETWORK["macs"]
    assert sum(map(biases, network.layers)) == NETWORK["biases"]


@pytest.mark.slow
@pytest.mark.parametrize("row", FACTS["table"], ids=lambda row: row["layers"])
def test_row_of_the_slide_has_its_output_and_its_parameters(network, row):
    layers = at(network, row["layers"])
    assert layers[-1].output.shape[1:] == tuple(row["output"])
    assert sum(layer.count_params() for layer in layers) == row["parameters"]


@pytest.mark.slow
def test_the_first_bottleneck_of_a_row_takes_the_stride_and_only_bottlenecks_behind_it_a_shortcut(network):
    for row in FACTS["table"][1:-1]:
        layers = at(network, row["layers"])
        strides = [layer.strides[0] for layer in layers if isinstance(layer, keras.layers.DepthwiseConv2D)]
        assert strides == [row["s"], *[1] * (row["n"] - 1)]
        shortcuts = [layer.name for layer in layers if isinstance(layer, keras.layers.Add)]
        assert shortcuts == [f"{row['layers']}_block{block}_add" for block in range(2, row["n"] + 1)]


@pytest.mark.slow
@pytest.mark.parametrize("row", FACTS["published"], ids=lambda row: f"{row['alpha']}-{row['side']}")
def test_narrow_and_wide_networks_cost_what_their_authors_publish(row):
    network = build("mobilenet_v2", input_shape=(row["side"], row["side"], 3), alpha=row["alpha"])
    assert macs(network) // 1_000_000 == row["million_macs"]


@given(channels=st.integers(1, 2000), alpha=st.floats(0.01, 4))
def test_scaled_channels_are_a_multiple_of_8_close_to_what_alpha_asks(channels, alpha):
    width = scaled(channels, alpha)
    assert width % 8 == 0
    assert width >= 8
    assert 0.9 * alpha * channels <= width <= max(8, alpha * channels + 8)


@pytest.mark.parametrize(("channels", "alpha", "width"), [(24, 0.5, 16), (24, 0.35, 8), (16, 1.4, 24)])
def test_scaled_channels_are_those_of_the_paper_at_its_alphas(channels, alpha, width):
    assert scaled(channels, alpha) == width


def test_the_last_convolution_grows_with_alpha_but_does_not_shrink():
    widths = {}
    for alpha in (0.5, 1.0, 2.0):
        small = mobile_network((8, 8, 3), 2, rows=[(1, 8, 1, 1)], alpha=alpha, name="small")
        widths[alpha] = (small.get_layer("stem_conv").filters, small.get_layer("last_conv").filters)
    assert widths == {0.5: (16, 1280), 1.0: (32, 1280), 2.0: (64, 2560)}


def test_bottleneck_expands_filters_each_channel_and_projects():
    block = bottleneck(5, expansion=3, strides=2)
    shapes = {layer.name: layer.output.shape[1:] for layer in block.layers[1:]}
    assert shapes == {
        "b_expand_conv": (8, 8, 12),
        "b_expand_bn": (8, 8, 12),
        "b_expand_relu": (8, 8, 12),
        "b_depthwise_conv": (4, 4, 12),
        "b_depthwise_bn": (4, 4, 12),
        "b_depthwise_relu": (4, 4, 12),
        "b_project_conv": (4, 4, 5),
        "b_project_bn": (4, 4, 5),
    }


def test_bottleneck_without_expansion_begins_with_the_depthwise_convolution():
    block = bottleneck(5, expansion=1)
    assert block.layers[1].name == "b_depthwise_conv"


@pytest.mark.parametrize(
    ("filters", "strides", "shortcut"), [(4, 1, True), (4, 2, False), (5, 1, False), (5, 2, False)]
)
def test_shortcut_needs_stride_1_and_equal_channels(filters, strides, shortcut):
    block = bottleneck(filters, strides=strides)
    assert ("b_add" in [layer.name for layer in block.layers]) == shortcut


def test_bottleneck_without_its_residual_is_the_identity_even_below_zero():
    block = bottleneck(4)
    block.get_layer("b_project_bn").gamma.assign(np.zeros(4))
    x = images(2, 8, 8, 4)
    np.testing.assert_array_equal(block(x), x)


def test_bottleneck_is_linear_behind_its_projection():
    block = bottleneck(5)
    assert np.asarray(block(images(2, 8, 8, 4))).min() < -0.1
    activations = [layer for layer in block.layers if isinstance(layer, keras.layers.ReLU)]
    assert [layer.name for layer in activations] == ["b_expand_relu", "b_depthwise_relu"]


def test_activations_end_at_6():
    for name in ("b_expand_relu", "b_depthwise_relu"):
        block = bottleneck(4)
        inside = keras.Model(block.input, block.get_layer(name).output)
        values = np.asarray(inside(images(2, 8, 8, 4, scale=100)))
        assert (values.min(), values.max()) == (0, 6)


@pytest.mark.parametrize("channels", [200, 960])
def test_depthwise_kernels_start_as_he_advises_whatever_the_number_of_channels(channels):
    block = bottleneck(4, shape=(4, 4, channels), expansion=1)
    kernel = np.asarray(block.get_layer("b_depthwise_conv").kernel)
    assert kernel.std() == pytest.approx(np.sqrt(2 / 9), rel=0.1)


def test_convolution_as_classifier_gives_the_scores_of_the_dense_layer():
    dense, conv = (build("mobilenet_v2_cifar", alpha=0.1, head=head, classes=7) for head in ("dense", "conv"))
    *weights, kernel, bias = dense.get_weights()
    conv.set_weights([*weights, kernel[None, None], bias + np.arange(7)])
    dense.get_layer("predictions").bias.assign(bias + np.arange(7))
    x = images(2, 32, 32, 3)
    assert conv.get_layer("scores").output.shape == (None, 1, 1, 7)
    np.testing.assert_allclose(conv(x), dense(x), atol=1e-6)


def test_cifar_version_keeps_the_size_longer(cifar_network):
    sides = {address: at(cifar_network, address)[-1].output.shape[1] for address in FACTS["cifar_sides"]}
    assert sides == FACTS["cifar_sides"]


def test_cifar_version_takes_a_first_step_that_moves_every_weight(cifar_network):
    network = keras.models.clone_model(cifar_network)
    before = [np.array(weight) for weight in network.trainable_weights]
    network.compile(keras.optimizers.SGD(0.1), "sparse_categorical_crossentropy", run_eagerly=True)
    loss = network.train_on_batch(images(8, 32, 32, 3), np.arange(8))
    assert np.isfinite(loss)
    for weight, old in zip(network.trainable_weights, before, strict=True):
        assert (np.asarray(weight) != old).any(), weight.path
        assert np.isfinite(weight).all(), weight.path


def test_network_gives_the_same_answers_when_loaded(cifar_network, tmp_path):
    cifar_network.save(tmp_path / "network.keras")
    again = keras.saving.load_model(tmp_path / "network.keras")
    x = images(2, 32, 32, 3)
    np.testing.assert_array_equal(again(x), cifar_network(x))


def test_single_pixel_is_enough():
    assert build("mobilenet_v2", input_shape=(1, 1, 3), classes=2, alpha=0.1).output_shape == (None, 2)


@pytest.mark.parametrize("alpha", [0, -1, float("nan"), float("inf"), True, "0.5", None])
def test_impossible_alpha_is_answered_with_the_rule(alpha):
    assert message_of(build, "mobilenet_v2", alpha=alpha) == (
        f"alpha is {alpha!r}; it must be a number above 0, such as 0.5"
    )


@pytest.mark.parametrize("row", [(6, 24, 2), (6, 24, 2, 0), (6, 24.0, 2, 2), (6, 24, 2, 2, 1), 6, "6222"])
def test_malformed_row_is_answered_with_its_number_and_the_form_of_one(row):
    assert message_of(mobile_network, (32, 32, 3), 10, rows=[(1, 16, 1, 1), row], name="mine") == (
        f"row 2 is {row!r}; a row is (t, c, n, s), four whole numbers from 1 on"
    )


@pytest.mark.parametrize("rows", [[], None, "table", 6])
def test_table_without_rows_is_answered_with_the_form_of_one(rows):
    assert message_of(mobile_network, (32, 32, 3), 10, rows=rows, name="mine") == (
        f"rows is {rows!r}; it must be a list of rows (t, c, n, s), such as [(6, 24, 2, 2)]"
    )


def test_unknown_head_is_answered_with_the_choices():
    assert message_of(build, "mobilenet_v2", head="fc") == "head is 'fc'; choose one of 'dense', 'conv'"
