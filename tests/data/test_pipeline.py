"""Batches are the same for the same seed and epoch, and every image is served once."""

import numpy as np
import pytest

from cnn_course.data import Split
from cnn_course.data.pipeline import Epochs, evaluation_batches, standardize, training_batches

MEAN, STD = np.array([0.5, 0.4, 0.3], "float32"), np.array([0.2, 0.25, 0.0], "float32")


@pytest.fixture
def split() -> Split:
    images = np.random.default_rng(0).integers(0, 256, (103, 4, 4, 3)).astype("uint8")
    return Split(images, np.arange(103))


def test_an_epoch_serves_whole_batches_without_repeating_an_image(split):
    batches = list(Epochs(split, 10))
    labels = np.concatenate([labels for _, labels in batches])
    assert [len(labels) for _, labels in batches] == [10] * 10
    assert len(set(labels.tolist())) == 100
    for images, labels in batches:
        assert (images == split.images[labels]).all()


def test_the_images_left_out_differ_from_epoch_to_epoch(split):
    left_out = [
        set(range(103)) - {int(y) for _, labels in Epochs(split, 10, epoch=e) for y in labels} for e in (0, 1)
    ]
    assert left_out[0] != left_out[1]


def test_seed_and_epoch_alone_decide_order_and_augmentation(split):
    def first(seed, epoch):
        return next(iter(Epochs(split, 10, ("crop",), seed, epoch)))[0]

    assert (first(1, 7) == first(1, 7)).all()
    assert not (first(1, 7) == first(1, 8)).all()
    assert not (first(1, 7) == first(2, 7)).all()


def test_fewer_images_than_a_batch_make_one_batch_of_them_all(split):
    (images, labels), *more = Epochs(split.take(np.arange(6)), 10)
    assert (len(images), sorted(labels.tolist()), more) == (6, list(range(6)), [])


def test_tensorflow_gets_the_same_batches_standardised_and_follows_the_epoch(split):
    epochs = Epochs(split, 10, ("flip",), seed=3)
    dataset = training_batches(epochs, MEAN, STD)
    assert len(dataset) == 10
    for epoch in (0, 4):
        epochs.epoch = epoch
        expected = list(Epochs(split, 10, ("flip",), 3, epoch))
        for (x, y), (images, labels) in zip(dataset, expected, strict=True):
            np.testing.assert_allclose(x, standardize(images, MEAN, STD), rtol=1e-5, atol=1e-5)
            assert (np.asarray(y) == labels).all()


def test_evaluation_serves_every_image_once_in_order(split):
    labels = np.concatenate([np.asarray(y) for _, y in evaluation_batches(split, MEAN, STD, batch_size=50)])
    assert labels.tolist() == list(range(103))


def test_standardised_training_images_have_mean_0_and_deviation_1_and_constants_become_0(split):
    split.images[..., 2] = 77
    pixels = split.images / 255
    mean, std = pixels.mean(axis=(0, 1, 2)), pixels.std(axis=(0, 1, 2))
    scaled = standardize(split.images, mean, std)
    np.testing.assert_allclose(scaled.mean(axis=(0, 1, 2)), 0, atol=1e-4)
    np.testing.assert_allclose(scaled.std(axis=(0, 1, 2)), [1, 1, 0], atol=1e-4)
