"""Networks as lists of calls: order, nested networks, shared layers, and what has no graph."""

import sys

import keras
import pytest
from keras import layers

from cnn_course.analysis.calls import layer_calls


def addresses(model):
    return [call.address for call in layer_calls(model)]


def test_branches_follow_one_another_as_they_would_be_written():
    image = keras.Input((8, 8, 2), name="image")
    first = layers.Conv2D(2, 3, padding="same", name="a2")(layers.Conv2D(2, 1, name="a1")(image))
    second = layers.Conv2D(2, 1, name="b1")(image)
    joined = layers.Concatenate(name="joined")([first, second])
    assert addresses(keras.Model(image, joined)) == ["image", "a1", "a2", "b1", "joined"]


def test_every_call_comes_after_those_that_it_needs():
    image = keras.Input((8, 8, 2))
    x = image
    for _ in range(5):
        x = layers.Add()([x, layers.Conv2D(2, 3, padding="same")(x)])
    known = set()
    for call in layer_calls(keras.Model(image, [x, layers.Flatten()(x)])):
        assert set(call.inputs) <= known
        known |= set(call.outputs)


def test_networks_inside_the_network_are_opened_at_any_depth():
    inner = keras.Sequential([keras.Input((6, 6, 3)), layers.Conv2D(4, 3, name="conv")], name="inner")
    middle = keras.Sequential([keras.Input((6, 6, 3)), inner, layers.Flatten(name="flat")], name="middle")
    image = keras.Input((6, 6, 3), name="image")
    outer = keras.Model(image, layers.Dense(2, name="scores")(middle(image)))
    assert addresses(outer) == ["image", "middle/inner/conv", "middle/flat", "scores"]


def test_shared_network_is_there_once_per_call_with_the_shapes_of_that_call():
    tower = keras.Sequential([keras.Input((None, None, 3)), layers.Conv2D(4, 3, name="conv")], name="tower")
    large, small = keras.Input((9, 9, 3), name="large"), keras.Input((5, 5, 3), name="small")
    calls = layer_calls(keras.Model([large, small], [tower(large), tower(small)]))
    assert [(call.address, call.output_shape[1]) for call in calls] == [
        ("large", 9), ("small", 5), ("tower/conv", 7), ("tower/conv", 3),
    ]  # fmt: skip


def test_sequential_has_its_input_as_every_network():
    assert addresses(keras.Sequential([keras.Input((3,), name="x"), layers.Dense(2, name="y")])) == ["x", "y"]


def test_operations_without_a_layer_are_calls_too():
    image = keras.Input((4, 4, 2))
    y = keras.ops.relu(layers.Conv2D(2, 1, name="conv")(image) + image)
    kinds = [type(call.layer).__name__ for call in layer_calls(keras.Model(image, y))]
    assert kinds == ["InputLayer", "Conv2D", "Add", "Relu"]


def test_part_of_a_network_begins_and_ends_where_it_was_cut():
    image = keras.Input((8, 8, 2))
    x = layers.Conv2D(2, 3, name="before")(image)
    y = layers.Conv2D(2, 3, name="between")(x)
    whole = keras.Model(image, layers.Conv2D(2, 3, name="after")(y))
    part = keras.Model(whole.get_layer("before").output, whole.get_layer("between").output)
    assert addresses(part)[1:] == ["between"]


def test_a_network_may_be_deeper_than_the_stack():
    x = image = keras.Input((3,))
    shared = layers.Identity()
    for _ in range(1200):
        x = shared(x)
    usual = sys.getrecursionlimit()
    try:
        sys.setrecursionlimit(10_000)  # Keras needs it to build such a network
        network = keras.Model(image, x)
    finally:
        sys.setrecursionlimit(usual)
    assert len(layer_calls(network)) == 1201


class Subclassed(keras.Model):
    def call(self, x):
        return x


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (
            keras.Sequential([layers.Dense(2)], name="mine"),
            "the Sequential mine is not built, so it has no shapes: let it begin with "
            "keras.Input((32, 32, 3)), or call build((None, 32, 32, 3)) first",
        ),
        (
            Subclassed(),
            "Subclassed is a subclass of keras.Model and connects its layers in Python code; "
            "only functional and Sequential networks can be read layer by layer",
        ),
        (layers.Dense(2), "Dense is no network; a functional or Sequential keras.Model is needed"),
        (3, "int is no network; a functional or Sequential keras.Model is needed"),
    ],
    ids=["not built", "subclass", "layer", "number"],
)
def test_what_has_no_graph_is_told_in_one_line(model, message):
    with pytest.raises(ValueError) as caught:
        layer_calls(model)
    assert str(caught.value) == message
