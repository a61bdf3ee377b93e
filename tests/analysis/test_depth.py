"""Depth as the decks count it."""

import keras
import pytest
from keras import layers

from cnn_course.analysis.depth import depth
from cnn_course.models import build


@pytest.mark.parametrize(
    ("name", "arguments", "layers_deep"),
    [
        ("linear", {}, 1),
        ("course_cnn", {}, 4),
        ("lenet5", {}, 5),
        ("vgg16", {"input_shape": (32, 32, 3), "head": "gap"}, 14),  # 13 convolutions; the slide has 3 dense
        ("recipe_cnn", {"input_shape": (224, 224, 3), "filters": 8}, 10),  # deck 000, L227-231
        ("googlenet_cifar", {}, 20),  # 22 of GoogLeNet, less two convolutions of its stem
        ("resnet20", {}, 20),
        ("resnet20", {"shortcut": "B"}, 20),
        ("resnet56", {}, 56),
        ("resnet164", {}, 164),
        ("plain20", {}, 20),
    ],
)
def test_depth_is_that_of_the_name_or_the_slide(name, arguments, layers_deep):
    assert depth(build(name, **arguments)) == layers_deep


@pytest.mark.slow
def test_googlenet_is_22_layers_deep_and_alexnet_8():
    assert depth(build("googlenet")) == 22
    assert depth(build("alexnet")) == 8


def test_a_network_inside_the_network_and_a_layer_used_twice_count_each_time():
    inner = keras.Sequential([keras.Input((8, 8, 4)), layers.Conv2D(4, 3, padding="same", use_bias=False)])
    image = keras.Input((8, 8, 4))
    x = layers.BatchNormalization()(inner(inner(image)))
    outer = keras.Model(image, layers.Dense(2)(layers.Flatten()(layers.ReLU()(x))))
    assert depth(outer) == 3
