"""The checks that students do not see."""

import numpy as np
import pytest

from cnn_course.grading import expect

SIZES = [
    (224, 11, 4, 0),
    (227, 11, 4, 0),
    (224, 7, 2, 3),
    (6, 3, 2, 1),
    (4, 2, 2, 0),
    (32, 5, 1, 2),
    (28, 2, 2, 0),
]
DUE = [54, 55, 112, 3, 2, 32, 14]


@pytest.mark.task("output_size")
@pytest.mark.points(2)
@pytest.mark.hint("Round down.")
def test_other_sizes_and_strides(submission):
    for size, due in zip(SIZES, DUE, strict=True):
        expect.equal(submission.output_size(*size), due, f"output_size{size}")


@pytest.mark.task("relu")
@pytest.mark.points(2)
@pytest.mark.hint("Whatever the shape.")
def test_relu_of_many_shapes(submission, rng):
    for shape in ((5,), (2, 3, 4), (1, 6, 5, 3)):
        x = rng.normal(size=shape)
        expect.close(submission.relu(x), np.maximum(x, 0), f"relu of numbers of shape {shape}")


@pytest.mark.task("standardise")
@pytest.mark.points(2)
@pytest.mark.hint("Shift first, then scale.")
def test_any_numbers_are_standardised(submission, rng):
    for shift in (0.0, 3.0, -200.0):
        x = rng.normal(shift, 2.5, size=(4, 9))
        expect.close(submission.standardise(x), (x - x.mean()) / x.std(), "standardise of 36 numbers")


@pytest.mark.task("one_hot")
@pytest.mark.points(2)
@pytest.mark.hint("As many columns as classes.")
def test_more_classes_than_labels(submission, rng):
    for classes in (2, 10, 100):
        labels = rng.integers(0, classes, 12)
        got = submission.one_hot(labels, classes)
        expect.close(got, labels[:, None] == np.arange(classes), f"one_hot of 12 labels, {classes} classes")
