"""Every network has the parameters and multiply-adds that tests/facts/networks.json records for it."""

import json
from functools import cache
from pathlib import Path

import pytest

from cnn_course.analysis.cost import biases, macs, parameters
from cnn_course.analysis.table import layer_table
from cnn_course.models import build

FACTS = json.loads((Path(__file__).parents[1] / "facts" / "networks.json").read_text())


def rows(key):
    return [pytest.param(row, id=f"{row['model']} {row['arguments'] or ''}") for row in FACTS[key]]


@cache
def cifar_network(name):
    """Built once for all tests that only look at it."""
    return build(name)


def assert_figures(network, row):
    assert network.count_params() == row["total"]
    assert parameters(network) == {
        "total": row["total"],
        "trainable": row["trainable"],
        "non_trainable": row["total"] - row["trainable"],
    }
    if row["macs"] is not None:
        assert macs(network) == row["macs"]
    if row["biases"] is not None:
        assert biases(network) == row["biases"]


@pytest.mark.parametrize("row", rows("networks"))
def test_network_has_its_published_size_and_cost(row):
    assert_figures(build(row["model"], **row["arguments"]), row)


@pytest.mark.slow
@pytest.mark.parametrize("row", rows("imagenet_networks"))
def test_imagenet_network_has_its_published_size_and_cost(row, weights_of_zero):
    assert_figures(build(row["model"], **row["arguments"]), row)


@pytest.mark.slow
def test_vgg16_has_the_layer_table_of_the_slides(weights_of_zero):
    vgg16 = build("vgg16")
    dropouts_left_out = [row for row in layer_table(vgg16) if row["type"] not in ("Dropout", "Flatten")]
    assert [
        {
            "type": row["type"],
            "output_shape": row["output_shape"],
            "weights": row["parameters"] - row["biases"],
            "parameters": row["parameters"],
            "macs": row["macs"],
        }
        for row in dropouts_left_out
    ] == FACTS["vgg16_layers"]
    assert sum(row["weights"] for row in FACTS["vgg16_layers"]) == 138_344_128
    assert macs(vgg16, bias=True) == 15_483_821_032  # as deck 004 counts


def test_course_cnn_has_the_layer_table_of_the_slide():
    table = layer_table(build("course_cnn"))
    columns = ("type", "output_shape", "parameters", "biases", "macs")
    assert [{key: row[key] for key in columns} for row in table] == FACTS["course_cnn_layers"]


def test_course_cnn_costs_more_when_biases_count_as_in_deck_004():
    assert macs(build("course_cnn"), bias=True) == 2_568_580


@pytest.mark.parametrize("depth", [20, 32, 44, 56, 110])
def test_plain_network_has_the_layers_of_the_resnet_with_zero_padded_shortcuts(depth):
    plain, residual = cifar_network(f"plain{depth}"), cifar_network(f"resnet{depth}")
    assert parameters(plain) == parameters(residual)
    assert macs(plain) == macs(residual)
    assert [weight.path for weight in plain.weights] == [weight.path for weight in residual.weights]


@pytest.mark.parametrize("kind", ["resnet", "plain"])
@pytest.mark.parametrize("depth", [20, 32, 44, 56, 110])
def test_depth_counts_the_convolutions_and_the_linear_layer(kind, depth):
    types = [row["type"] for row in layer_table(cifar_network(f"{kind}{depth}"))]
    assert types.count("Conv2D") + types.count("Dense") == depth


@pytest.mark.parametrize(("name", "convs"), [("vgg11", 8), ("vgg13", 10), ("vgg16", 13), ("vgg19", 16)])
def test_vgg_is_named_after_its_convolutions_and_three_dense_layers(name, convs):
    network = build(name, input_shape=(32, 32, 3), head="gap")
    assert [type(layer).__name__ for layer in network.layers].count("Conv2D") == convs
    assert int(name[3:]) == convs + 3


def test_batch_normalised_vgg16_trades_each_convolution_bias_for_a_scale_and_a_shift():
    network = build("vgg16", input_shape=(32, 32, 3), classes=10, head="gap", batch_norm=True)
    channels = 4224  # the sum of filters over the 13 convolutions
    assert parameters(network)["trainable"] == 14_719_818 - channels + 2 * channels
    assert parameters(network)["non_trainable"] == 2 * channels
