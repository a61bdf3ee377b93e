"""The two networks whose classes are the means of maps: the tables of their papers."""

import keras
import numpy as np
import pytest

from cnn_course.models import build


def convolutions(network):
    """(filters, kernel side, stride, output side) of every convolution."""
    return [
        (layer.filters, layer.kernel_size[0], layer.strides[0], layer.output.shape[1])
        for layer in network.layers
        if isinstance(layer, keras.layers.Conv2D)
    ]


def test_all_cnn_has_the_convolutions_of_the_papers_table_and_ends_on_6x6():
    assert convolutions(build("all_cnn")) == [
        (96, 3, 1, 32),
        (96, 3, 1, 32),
        (96, 3, 2, 16),
        (192, 3, 1, 16),
        (192, 3, 1, 16),
        (192, 3, 2, 8),
        (192, 3, 1, 6),
        (192, 1, 1, 6),
        (10, 1, 1, 6),
    ]


def test_all_cnn_is_all_convolutions():
    kinds = {type(layer).__name__ for layer in build("all_cnn").layers}
    assert kinds == {
        "InputLayer", "Conv2D", "ZeroPadding2D", "Dropout", "GlobalAveragePooling2D", "Softmax"
    }  # fmt: skip


def test_all_cnn_drops_pixels_and_the_outputs_of_strided_convolutions():
    network = build("all_cnn", dropout=0.4, input_dropout=0.1)
    names = [layer.name for layer in network.layers]
    rates = {layer.name: layer.rate for layer in network.layers if isinstance(layer, keras.layers.Dropout)}
    assert rates == {"image_dropout": 0.1, "layer3_dropout": 0.4, "layer6_dropout": 0.4}
    assert names.index("layer3_dropout") == names.index("layer3_conv") + 1


def test_nin_has_the_convolutions_of_the_authors_network():
    assert convolutions(build("nin")) == [
        (192, 5, 1, 32),
        (160, 1, 1, 32),
        (96, 1, 1, 32),
        (192, 5, 1, 16),
        (192, 1, 1, 16),
        (192, 1, 1, 16),
        (192, 3, 1, 8),
        (192, 1, 1, 8),
        (10, 1, 1, 8),
    ]


def test_nin_pools_maxima_first_and_averages_then():
    network = build("nin")
    first, second = network.get_layer("stage1_pool"), network.get_layer("stage2_pool")
    assert isinstance(first, keras.layers.MaxPooling2D)
    assert isinstance(second, keras.layers.AveragePooling2D)
    assert first.pool_size == second.pool_size == (3, 3)
    assert first.strides == second.strides == (2, 2)


@pytest.mark.parametrize("name", ["nin", "all_cnn"])
def test_score_of_a_class_is_the_mean_of_its_map(name):
    network = build(name, classes=3)
    x = np.random.default_rng(0).normal(size=(2, 32, 32, 3)).astype("float32")
    maps = np.asarray(keras.Model(network.input, network.get_layer("classes_conv").output)(x))
    assert maps.min() >= 0
    scores = np.exp(maps.mean(axis=(1, 2)))
    np.testing.assert_allclose(network(x), scores / scores.sum(axis=1, keepdims=True), atol=1e-6)


@pytest.mark.parametrize("name", ["nin", "all_cnn"])
def test_probabilities_stay_float32_under_mixed_precision(name):
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        network = build(name)
    finally:
        keras.config.set_dtype_policy(policy)
    assert network.get_layer("classes_conv").compute_dtype == "bfloat16"
    assert network.output.dtype == "float32"
