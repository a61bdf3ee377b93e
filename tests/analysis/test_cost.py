"""Multiply-adds and parameters, against the slides' figures and against counting by hand."""

import keras
import pytest
from keras import layers

from cnn_course.analysis.calls import layer_calls
from cnn_course.analysis.cost import biases, call_macs, countable, macs, parameters


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
        ((9, 2), layers.DepthwiseConv1D(3), 7 * 2 * 3, 7 * 2 * 4),
        ((9, 2), layers.SeparableConv1D(4, 3), 7 * (6 + 8), 7 * (6 + 8 + 4)),
        ((4, 4, 4, 2), layers.Conv3D(3, 2), 27 * 3 * 16, 27 * 3 * 17),
        ((4, 2), layers.Conv1DTranspose(3, 2, strides=2), 4 * 2 * 6, 4 * 2 * 6 + 8 * 3),
        ((3072,), layers.Dense(10), 30_720, 30_730),
        ((5, 8), layers.Dense(3), 5 * 24, 5 * 27),
        ((4, 4, 3), layers.MaxPooling2D(), 0, 0),
        ((4, 4, 3), layers.BatchNormalization(), 0, 0),
    ],
)  # fmt: skip
def test_layer_costs_one_multiply_add_per_weight_and_position(input_shape, layer, count, with_biases):
    network = chain(input_shape, layer)
    assert (macs(network), macs(network, bias=True)) == (count, with_biases)


def test_transposed_convolution_costs_what_the_convolution_back_costs():
    there = layers.Conv2D(5, 2, strides=2)
    back = layers.Conv2DTranspose(3, 2, strides=2)
    network = chain((8, 8, 3), there, back)
    assert network.output_shape == (None, 8, 8, 3)
    _, cost, cost_back = (call_macs(call) for call in layer_calls(network))
    assert cost == cost_back


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
    assert (macs(once), macs(twice)) == (16, 32)


def test_shared_layer_costs_what_each_of_its_calls_costs():
    shared = layers.Conv2D(4, 3)
    large, small = keras.Input((10, 10, 3)), keras.Input((5, 5, 3))
    network = keras.Model([large, small], [shared(large), shared(small)])
    assert macs(network) == (64 + 9) * 4 * 27
    assert macs(keras.Model(small, network.outputs[1])) == 9 * 4 * 27


def test_network_for_any_size_is_counted_at_the_size_that_it_gets():
    body = keras.Sequential(
        [keras.Input((None, None, 3)), layers.Conv2D(4, 3), layers.GlobalAveragePooling2D()]
    )
    image = keras.Input((10, 8, 3))
    assert macs(keras.Model(image, body(image))) == 8 * 6 * 4 * 27


def test_layer_with_weights_of_an_unknown_kind_counts_as_not_known():
    class Own(layers.Layer):
        def build(self, input_shape):
            self.kernel = self.add_weight((3, 3), name="kernel")

        def call(self, x):
            return x @ self.kernel

    calls = layer_calls(chain((3,), Own(), layers.Dense(2)))
    assert [call_macs(call) for call in calls] == [0, None, 6]
    assert [countable(call.layer) for call in calls] == [True, False, True]


def test_student_s_subclass_of_a_convolution_costs_what_a_convolution_costs():
    class Own(layers.Conv2D):
        pass

    assert macs(chain((6, 6, 3), Own(4, 3))) == 16 * 4 * 27


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
