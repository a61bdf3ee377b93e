"""The real images, where they are at hand: checksums, counts, the split, the table of superclasses."""

import numpy as np
import pytest

from cnn_course.data import load
from cnn_course.data.checks import verify
from cnn_course.data.cifar100_classes import CLASSES, COARSE_OF_FINE, SUPERCLASSES
from cnn_course.data.official import CIFAR10_CLASSES
from cnn_course.data.unpickle import read_pickle


@pytest.fixture(scope="module")
def cifar10(real_cifar):
    return load("cifar10", data_dir=real_cifar)


def test_cifar10_has_the_published_checksums(real_cifar, cifar10):
    assert cifar10.source.endswith("(checksums match)")
    assert {row.verdict for row in verify("cifar10", real_cifar)} == {"official"}


def test_cifar10_is_divided_45000_5000_10000_class_by_class(cifar10):
    for split, per_class in ((cifar10.train, 4500), (cifar10.validation, 500), (cifar10.test_seal(), 1000)):
        assert np.bincount(split.labels).tolist() == [per_class] * 10


def test_the_split_of_cifar10_never_changes(cifar10):
    assert cifar10.digest == "f9faa8f6b3fe0959c0d5acaa0e5df1d87986c51ad145c8292254e8bceed9fc51"


def test_cifar10_has_the_published_mean_and_deviation(cifar10):
    np.testing.assert_allclose(cifar10.mean, [0.4914, 0.4822, 0.4465], atol=1e-3)
    np.testing.assert_allclose(cifar10.std, [0.2470, 0.2435, 0.2616], atol=1e-3)


def test_the_first_test_image_is_the_cat(cifar10):
    test = cifar10.test_seal()
    assert CIFAR10_CLASSES[test.labels[0]] == "cat"
    assert test.images[0, 0, 0].tolist() == [158, 112, 49]


def test_a_subset_moves_no_image_between_training_and_validation(real_cifar, cifar10):
    few = load("cifar10", data_dir=real_cifar, classes=("cat", "dog"), per_class=200)
    train = {image.tobytes() for image in cifar10.train.images[np.isin(cifar10.train.labels, (3, 5))]}
    assert len(few.train) == 400
    assert all(image.tobytes() in train for image in few.train.images)
    assert not any(image.tobytes() in train for image in few.validation.images)
    with pytest.raises(ValueError, match="class 'airplane' has 4500 training images, so at most 4500"):
        load("cifar10", data_dir=real_cifar, per_class=4501)


def test_the_names_of_cifar100_are_those_in_its_files(real_cifar):
    meta = read_pickle((real_cifar / "cifar-100-python" / "meta").read_bytes(), "meta")
    assert tuple(name.decode() for name in meta[b"fine_label_names"]) == CLASSES
    assert tuple(name.decode() for name in meta[b"coarse_label_names"]) == SUPERCLASSES


def test_the_table_of_superclasses_agrees_with_every_label(real_cifar):
    data = load("cifar100", data_dir=real_cifar)
    for split, per_class in ((data.train, 450), (data.validation, 50), (data.test_seal(), 100)):
        assert np.bincount(split.labels).tolist() == [per_class] * 100
        np.testing.assert_array_equal(np.array(COARSE_OF_FINE)[split.labels], split.coarse)
