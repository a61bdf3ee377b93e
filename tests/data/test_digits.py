"""The embedded digits are scikit-learn's."""

from pathlib import Path

import numpy as np
import pytest

import cnn_course.data.digits as digits


def test_the_embedded_file_equals_scikit_learn_s_digits():
    oracle = pytest.importorskip("sklearn.datasets").load_digits()
    with np.load(Path(digits.__file__).with_name("digits.npz")) as embedded:
        np.testing.assert_array_equal(embedded["images"], oracle.images)
        np.testing.assert_array_equal(embedded["labels"], oracle.target)


def test_enlarging_keeps_the_levels_and_the_place_of_the_ink():
    small = np.zeros((2, 8, 8), "uint8")
    small[0] = 16
    small[1, 2:4, 5:7] = 16
    large = digits.enlarge(small)
    assert large.shape == (2, 32, 32, 3)
    assert (large[0] == 255).all()
    assert large[1, 11, 23].tolist() == [255, 255, 255]
    assert large[1, 24:, :16].max() == 0
    blocks = large[1, ..., 0].reshape(8, 4, 8, 4).mean(axis=(1, 3))
    assert np.unravel_index(blocks.argmax(), (8, 8))[0] in (2, 3)


def test_a_fifth_of_every_class_is_the_test_part():
    parts = digits.read_digits()
    test = np.bincount(parts.test().labels)
    np.testing.assert_array_equal(test, np.rint((np.bincount(parts.train.labels) + test) / 5))
