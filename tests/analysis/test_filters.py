"""Filters as pictures: which axis is which differs from layer to layer."""

import keras
import numpy as np
import pytest
from keras import layers

from cnn_course.analysis.filters import first_layer_filters


def pictures(layer: keras.Layer) -> np.ndarray | None:
    return first_layer_filters(keras.Sequential([keras.Input((6, 5, 3)), layers.ReLU(), layer]))


def test_a_filter_of_a_convolution_is_a_colour_picture():
    layer = layers.Conv2D(4, (2, 3))
    shown = pictures(layer)
    assert shown.shape == (4, 2, 3, 3)
    np.testing.assert_array_equal(shown[1], np.asarray(layer.kernel)[..., 1])


@pytest.mark.parametrize("kind", [layers.DepthwiseConv2D, lambda *a, **k: layers.SeparableConv2D(8, *a, **k)])
def test_a_depthwise_filter_is_a_grey_picture_of_one_channel(kind):
    layer = kind((2, 3), depth_multiplier=2)
    shown = pictures(layer)
    kernel = np.asarray(getattr(layer, "depthwise_kernel", getattr(layer, "kernel", None)))
    assert shown.shape == (3 * 2, 2, 3, 1)
    np.testing.assert_array_equal(shown[2 * 2 + 1, ..., 0], kernel[:, :, 2, 1])


def test_a_unit_of_a_linear_layer_is_a_template_of_the_image():
    model = keras.Sequential([keras.Input((6, 5, 3)), layers.Flatten(), layers.Dense(7)])
    shown = first_layer_filters(model)
    assert shown.shape == (7, 6, 5, 3)
    np.testing.assert_array_equal(shown[4].ravel(), np.asarray(model.layers[-1].kernel)[:, 4])


def test_what_has_no_channels_of_an_image_is_not_shown():
    assert first_layer_filters(keras.Sequential([keras.Input((6, 5, 8)), layers.Conv2D(4, 3)])) is None
    assert first_layer_filters(keras.Sequential([keras.Input((6, 5, 3)), layers.ReLU()])) is None
