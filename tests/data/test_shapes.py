"""Drawn shapes: the same every time, balanced, and out of reach of a linear classifier."""

import numpy as np
import pytest

from cnn_course.data.shapes import CLASSES, OUTLINES, draw, read_shapes


def linear_accuracy(difficulty):
    """Accuracy on new images of the best linear map to one-hot labels, with some weight decay."""
    train, test = draw(200, difficulty, seed=1), draw(50, difficulty, seed=2)
    x, z = (s.images.reshape(len(s), -1) / 255 - 0.5 for s in (train, test))
    targets = np.eye(len(CLASSES))[train.labels] - 0.1
    scores = z @ x.T @ np.linalg.solve(x @ x.T + 300 * np.eye(len(x)), targets)
    return (scores.argmax(axis=1) == test.labels).mean()


def test_the_same_seed_draws_the_same_images_and_another_seed_others():
    first, again, other = draw(3, 0.5, seed=1), draw(3, 0.5, seed=1), draw(3, 0.5, seed=2)
    np.testing.assert_array_equal(first.images, again.images)
    assert not (first.images == other.images).all(axis=(1, 2, 3)).any()


def test_there_are_as_many_of_every_class():
    parts = read_shapes(difficulty=0)
    assert np.bincount(parts.train.labels).tolist() == [500] * 10
    assert np.bincount(parts.test().labels).tolist() == [100] * 10
    assert parts.classes == CLASSES


@pytest.mark.parametrize(("difficulty", "most"), [(0, 0.35), (0.5, 0.2), (1, 0.2)])
def test_a_linear_classifier_stays_near_chance(difficulty, most):
    assert linear_accuracy(difficulty) < most


def test_mean_colours_say_nothing_about_the_class():
    split = draw(300, 0.5, seed=1)
    means = split.images.reshape(10, 300, -1, 3).mean(axis=(1, 2))
    assert np.ptp(means, axis=0).max() < 30  # of 255; the means of 300 random images differ as much


def test_difficulty_brings_noise_and_takes_contrast():
    easy, hard = (draw(20, d, seed=1).images.astype(int) for d in (0, 1))
    steps = [np.median(np.abs(np.diff(images, axis=2))) for images in (easy, hard)]
    assert steps[0] == 0  # neighbours are equal nearly everywhere
    assert steps[1] > 10
    assert len(np.unique(easy[0].reshape(-1, 3), axis=0)) < 150  # two colours and the edge between them


@pytest.mark.parametrize("name", CLASSES)
def test_every_outline_fits_its_circle_and_covers_a_good_part_of_it(name):
    steps = (np.arange(-150, 150) + 0.5) / 100
    u, v = np.meshgrid(steps, steps)
    inside = OUTLINES[name](u, v) < 0
    assert np.hypot(u, v)[inside].max() < 1.12
    assert 0.8 < inside.mean() * 9 < 2.6  # area in squared radii; the circle around has 3.14


def test_no_shape_reaches_over_the_edge_of_the_image():
    images = draw(50, 0, seed=3).images.astype(int)
    corner = images[:, :1, :1]
    border = np.concatenate([images[:, 0], images[:, -1], images[:, :, 0], images[:, :, -1]], axis=1)
    assert (border == corner[:, 0]).all(axis=(1, 2)).mean() > 0.99
