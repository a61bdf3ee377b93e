"""Standardising, resizing and cropping, against Keras and by their laws."""

import keras
import numpy as np
import pytest

from cnn_course import reference


def test_standardised_images_have_mean_0_and_deviation_1_and_a_flat_channel_is_centred(random):
    x = random.integers(0, 256, (20, 8, 8, 3)).astype("uint8")
    x[..., 2] = 7
    mean, std = reference.channel_statistics(x)
    y = reference.standardize(x, mean, std)
    np.testing.assert_allclose(y.mean(axis=(0, 1, 2)), 0, atol=1e-12)
    np.testing.assert_allclose(y.std(axis=(0, 1, 2)), [1, 1, 0], atol=1e-12)


@pytest.mark.parametrize("size", [(5, 9), (13, 4), (8, 6), (1, 1), (16, 12)])
def test_resizing_is_linear_interpolation_as_keras_has_it(size, random):
    image = random.random((8, 6, 3))
    theirs = keras.ops.image.resize(image.astype("float32"), size, interpolation="bilinear")
    np.testing.assert_allclose(reference.resize(image, *size), theirs, atol=1e-6)


def test_the_shorter_side_gets_the_size_and_the_proportions_stay():
    assert reference.resize_shorter_side(np.zeros((20, 40, 3)), 10).shape == (10, 20, 3)
    assert reference.resize_shorter_side(np.zeros((60, 40, 3)), 10).shape == (15, 10, 3)
    assert reference.resize_center_crop(np.zeros((60, 40, 3)), 32).shape == (32, 32, 3)


def test_the_crop_is_the_middle_of_the_image():
    image = np.arange(5 * 7).reshape(5, 7, 1)
    assert reference.center_crop(image, 3)[..., 0].tolist() == [[9, 10, 11], [16, 17, 18], [23, 24, 25]]


def test_what_does_not_fit_is_told_what_would():
    with pytest.raises(ValueError, match="size is 6; a crop of a 5x7 image has at most 5"):
        reference.center_crop(np.zeros((5, 7, 1)), 6)
    with pytest.raises(ValueError, match=r"image has shape \(2, 5, 7, 1\); it must be one image"):
        reference.resize(np.zeros((2, 5, 7, 1)), 3, 3)
    with pytest.raises(ValueError, match="height is 0; it must be a whole number of at least 1"):
        reference.resize(np.zeros((5, 7, 1)), 0, 3)
