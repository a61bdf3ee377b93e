"""Augmentations keep shapes, types and pixels, and repeat for the same seed."""

import numpy as np
import pytest

from cnn_course.data.augment import AUGMENTATIONS, augment, cutout, flip
from cnn_course.data.augment import pad_crop as crop


@pytest.fixture
def images() -> np.ndarray:
    return np.random.default_rng(0).integers(1, 256, (40, 12, 9, 3)).astype("uint8")


@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_augmentation_keeps_shape_and_type_and_leaves_its_input_alone(name, images):
    before = images.copy()
    changed = AUGMENTATIONS[name](images, np.random.default_rng(1))
    assert (changed.shape, changed.dtype) == (images.shape, images.dtype)
    assert (images == before).all()
    assert not (changed == images).all()


@pytest.mark.parametrize("name", AUGMENTATIONS)
def test_same_seed_gives_the_same_images(name, images):
    first, second = (AUGMENTATIONS[name](images, np.random.default_rng(5)) for _ in range(2))
    assert (first == second).all()


def test_flip_gives_each_image_or_its_mirror_image_about_half_the_time(images):
    many = np.repeat(images, 25, axis=0)
    flipped = flip(many, np.random.default_rng(1))
    mirrored = (flipped == many[:, :, ::-1]).all(axis=(1, 2, 3))
    assert (mirrored | (flipped == many).all(axis=(1, 2, 3))).all()
    assert 450 < mirrored.sum() < 550


def test_crop_is_a_window_of_the_padded_image_and_reaches_every_offset(images):
    one = np.repeat(images[:1], 800, axis=0)
    padded = np.pad(images[0], ((2, 2), (2, 2), (0, 0)))
    windows = {padded[top : top + 12, left : left + 9].tobytes() for top in range(5) for left in range(5)}
    got = {image.tobytes() for image in crop(one, np.random.default_rng(1), pad=2)}
    assert got == windows


def test_cutout_blackens_one_square_and_nothing_else(images):
    changed = cutout(images, np.random.default_rng(1), size=4)
    for before, after in zip(images, changed, strict=True):
        black = (after == 0).all(axis=-1)
        rows, columns = np.flatnonzero(black.any(axis=1)), np.flatnonzero(black.any(axis=0))
        assert black.sum() == len(rows) * len(columns)
        assert 2 <= len(rows) <= 4  # at the border part of the square lies outside
        assert (after[~black] == before[~black]).all()


def test_augment_applies_the_named_ones_in_order(images):
    rng = np.random.default_rng(3)
    expected = crop(flip(images, rng), rng)
    assert (augment(images, ("flip", "crop"), np.random.default_rng(3)) == expected).all()
    assert augment(images, (), np.random.default_rng(3)) is images
