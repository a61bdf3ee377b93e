"""The network of the visualisation lessons: its first filters can be looked at."""

import keras

from cnn_course.analysis.filters import first_layer_filters
from cnn_course.layers import LocalContrastNormalization
from cnn_course.models import build


def test_first_filters_are_pictures_of_7x7_pixels():
    assert first_layer_filters(build("zf_small")).shape == (48, 7, 7, 3)


def test_maps_are_half_as_wide_as_zfnets_and_halve_thrice():
    network = build("zf_small")
    convs = [layer for layer in network.layers if isinstance(layer, keras.layers.Conv2D)]
    assert [(layer.kernel_size[0], layer.filters, layer.output.shape[1]) for layer in convs] == [
        (7, 96 // 2, 32),
        (5, 256 // 2, 16),
        (3, 384 // 2, 8),
        (3, 384 // 2, 8),
        (3, 256 // 2, 8),
    ]
    assert network.get_layer("stage3_pool").output.shape == (None, 4, 4, 128)


def test_first_layer_can_be_the_one_that_zfnet_improved_on():
    first = build("zf_small", kernel_size=11, strides=4).get_layer("stage1_conv")
    assert (first.kernel_size, first.strides, first.output.shape[1]) == ((11, 11), (4, 4), 8)


def test_contrast_is_normalised_after_the_first_two_poolings_if_asked_for():
    def norms(**arguments):
        names = [layer.name for layer in build("zf_small", **arguments).layers]
        return [names[i - 1] for i, name in enumerate(names) if name.endswith("_norm")]

    assert norms() == []
    assert norms(contrast_norm=True) == ["stage1_pool", "stage2_pool"]
    network = build("zf_small", contrast_norm=True)
    assert isinstance(network.get_layer("stage1_norm"), LocalContrastNormalization)


def test_dense_layers_drop_half_of_their_units():
    network = build("zf_small")
    names = [layer.name for layer in network.layers]
    assert names[-6:] == ["flatten", "fc1", "fc1_dropout", "fc2", "fc2_dropout", "predictions"]
    assert network.get_layer("fc2_dropout").rate == 0.5
