"""Multiply-adds and parameters, against the slides' figures and against counting by hand."""

import keras
import pytest
from keras import layers

from cnn_course.analysis.cost import biases, layer_calls, layer_macs, macs, parameters


def chain(input_shape, *steps):
    return keras.Sequential([keras.Input(input_shape), *steps])


@pytest.mark.parametrize(("input_shape", "layer", "count", "with_biases"),
    [  # deck 004 L284-295 and deck 003 L54-69; deck 002 L848-855
        ((32, 32, 3), layers.Conv2D(10, 5, padding="same"), 768_000, 778_240),
        ((32, 32, 3), layers.Conv2D(10, 5), 588_000, 588_000 + 7840),
        # deck 001 L689-718
        ((32, 32, 8), layers.Conv2D(4, 3, padding="same"), 294_912, 294_912 + 4096),
        ((32, 32, 8), layers.SeparableConv2D(4, 3, padding="same"), 106_496, 106_496 + 4096),
        # deck 003 L728-741: the stem of GoogLeNet, 118 M
        ((224, 224, 3), layers.Conv2D(64, 7, 2, "same", use_bias=False), 118_013_952, 118_013_952),
        # by hand
        ((7, 7, 1), layers.Conv2D(1, 3, dilation_rate=2), 9 * 9, 9 * 10),
        ((4, 4, 64), layers.Conv2D(64, 3, groups=4), 4 * 9216, 4 * 9280),  # deck 002 L304-326
        ((4, 4, 64), layers.DepthwiseConv2D(3), 4 * 576, 4 * 640),  # deck 002 L328-332
        ((4, 4, 2), layers.DepthwiseConv2D(3, depth_multiplier=3), 4 * 9 * 6, 4 * 10 * 6),
        ((5, 5, 8), layers.SeparableConv2D(4, 3, depth_multiplier=2), 9 * (144 + 64), 9 * (144 + 64 + 4)),
        ((4, 6, 3), layers.Conv2DTranspose(5, 3, strides=2, padding="same"), 24 * 9 * 15, 24 * 135 + 96 * 5),
        ((9, 2), layers.Conv1D(4, 3), 7 * 4 * 6, 7 * 4 * 7),
        ((3072,), layers.Dense(10), 30_720, 30_730),
        ((5, 8), layers.Dense(3), 5 * 24, 5 * 27),
        ((4, 4, 3), layers.MaxPooling2D(), 0, 0),
        ((4, 4, 3), layers.BatchNormalization(), 0, 0),
    ],
)  # fmt: skip
def test_layer_costs_one_multiply_add_per_weight_and_position(input_shape, layer, count, with_biases):
    network = chain(input_shape, layer)
    assert layer_macs(layer) == macs(network) == count
    assert layer_macs(layer, bias=True) == macs(network, bias=True) == with_biases


def test_transposed_convolution_costs_what_the_convolution_back_costs():
    there = layers.Conv2D(5, 2, strides=2)
    back = layers.Conv2DTranspose(3, 2, strides=2)
    network = chain((8, 8, 3), there, back)
    assert network.output_shape == (None, 8, 8, 3)
    assert layer_macs(there) == layer_macs(back)


@pytest.mark.parametrize(
    ("filters", "total", "count"), [(16, 26_623, 167_100), (32, 54_143, 404_620), (64, 112_255, 1_163_820)]
)
def test_course_cnn_of_separable_convolutions_costs_a_fraction(filters, total, count):
    def step():
        return layers.SeparableConv2D(filters, 3)

    pool = layers.MaxPooling2D
    network = chain((32, 32, 3), step(), pool(), step(), pool(), step(), layers.Flatten(), layers.Dense(100))
    assert parameters(network)["total"] == total
    assert macs(network) == count


@pytest.mark.parametrize(
    ("kernels", "total"), [((3, 3, 3, 3, 3), 2920), ((11,), 7752)], ids=["five 3x3", "one 11x11"]
)
def test_five_small_convolutions_have_fewer_parameters_than_one_large_one(kernels, total):
    network = chain((32, 32, 8), *(layers.Conv2D(8, side, padding="same") for side in kernels))
    assert parameters(network) == {"total": total, "trainable": total, "non_trainable": 0}


def test_network_inside_a_network_is_counted_too():
    inner = chain((6, 6, 3), layers.Conv2D(4, 3), layers.Flatten())
    image = keras.Input((6, 6, 3))
    outer = keras.Model(image, layers.Dense(2)(inner(image)))
    assert macs(outer) == 16 * 4 * 27 + 64 * 2


def test_layer_that_is_applied_twice_costs_twice_but_only_in_the_network_that_does_so():
    shared = layers.Dense(4)
    x = keras.Input((4,))
    once = keras.Model(x, shared(x))
    twice = keras.Model(x, shared(once.output))
    assert [calls for _, calls in layer_calls(twice)] == [1, 2]
    assert (macs(once), macs(twice)) == (16, 32)


def test_layer_of_unknown_size_is_named_in_the_error():
    image = keras.Input((None, None, 3))
    network = keras.Model(image, layers.Conv2D(4, 3, name="first")(image))
    with pytest.raises(ValueError) as caught:
        macs(network)
    message = "layer first has no fixed size; build the network with a fixed input_shape"
    assert str(caught.value) == message


def test_moving_statistics_and_frozen_layers_are_not_trainable():
    frozen = layers.Conv2D(4, 3, trainable=False)
    network = chain((6, 6, 3), frozen, layers.BatchNormalization(), layers.Dropout(0.5), layers.Dense(2))
    assert parameters(network) == {"total": 112 + 16 + 10, "trainable": 8 + 10, "non_trainable": 112 + 8}
    assert biases(network) == 4 + 2
    assert network.count_params() == parameters(network)["total"]


def test_counts_are_plain_integers():
    network = chain((6, 6, 3), layers.Conv2D(4, 3))
    counts = (macs(network), biases(network), *parameters(network).values())
    assert {type(count) for count in counts} == {int}
