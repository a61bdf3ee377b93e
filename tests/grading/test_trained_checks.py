"""Checks of what a student has trained: the fixtures they ask for, images they may see, what they say."""

import keras
import numpy as np
import pytest
from keras import layers

from cnn_course.data import load
from cnn_course.grading import expect
from cnn_course.grading.claimed.trained import trained_bytes
from cnn_course.grading.images import hidden_images, validation_images
from cnn_course.grading.in_process import in_process
from cnn_course.grading.outcome import Status
from cnn_course.grading.run import run_checks
from cnn_course.grading.submission import CannotJudge
from cnn_course.grading.values import Network

CHECKS = """
import pytest
from cnn_course.grading import expect


@pytest.mark.task("train")
def test_it_has_learnt_something(trained, IMAGES):
    images, labels = IMAGES("digits", COUNT, seed=1)
    expect.accuracy(trained, images, labels, AT_LEAST, "your network")


@pytest.mark.task("train")
def test_it_is_small(trained):
    assert trained.parameters < 40_000
"""


@pytest.fixture(scope="module")
def file():
    """Digits told apart by the mean image of each class, which needs no training."""
    data = load("digits")
    x = (data.train.images / 255 - data.mean) / data.std
    means = np.stack([x[data.train.labels == digit].mean(axis=0).ravel() for digit in range(10)], axis=1)
    model = keras.Sequential([keras.Input(data.input_shape), layers.Flatten(), layers.Dense(10)])
    model.set_weights([means, -0.5 * (means**2).sum(axis=0)])
    return trained_bytes(model, {"data": {"mean": data.mean.tolist(), "std": data.std.tolist()}})


@pytest.fixture
def outcomes(tmp_path):
    """A function that runs the checks above on a file that was handed in."""

    def run(trained, images="validation_images", at_least="0.8", count="100", **options):
        path = tmp_path / "test_trained.py"
        text = CHECKS.replace("IMAGES", images).replace("AT_LEAST", at_least).replace("COUNT", count)
        path.write_text(text)
        return run_checks(path, in_process({}), trained=lambda: trained, **options)

    return run


def test_a_network_that_was_handed_in_is_tried_on_images(outcomes, file):
    for images, hidden in (("validation_images", False), ("hidden_images", True)):
        assert [outcome.status for outcome in outcomes(file, images, hidden=hidden)] == [Status.PASSED] * 2


def test_what_it_is_right_on_is_said(outcomes, file):
    first, _ = outcomes(file, at_least="0.999")
    assert first.status is Status.FAILED
    assert first.message == "your network is right on 90.0% of 100 images, at least 99.9% was expected"


def test_a_network_that_was_not_handed_in_was_not_attempted(outcomes):
    found = outcomes(None)
    assert [outcome.status for outcome in found] == [Status.NOT_ATTEMPTED] * 2
    assert {outcome.message for outcome in found} == {"no trained network was handed in"}


def test_a_file_that_is_none_fails(outcomes, file):
    found = outcomes(file[:-1])
    assert [outcome.status for outcome in found] == [Status.FAILED] * 2
    assert found[0].message.startswith("trained.cnn cannot be read")


def test_checks_that_students_see_do_not_open_test_images(outcomes, file):
    with pytest.raises(RuntimeError, match="only hidden checks look at test images; take validation_images"):
        outcomes(file, "hidden_images")


def test_images_that_are_missing_here_are_not_the_students_fault(outcomes, file, tmp_path):
    with pytest.raises(RuntimeError, match="^test_trained.py could not be run: 99,999 test images of digits"):
        outcomes(file, "hidden_images", count="99_999", hidden=True)


def test_the_same_images_are_drawn_for_everybody():
    images, labels = hidden_images("digits", 20, seed=4)
    test = load("digits").test_seal()
    places = [np.flatnonzero((test.images == image).all(axis=(1, 2, 3)))[0] for image in images]
    assert len(set(places)) == 20
    np.testing.assert_array_equal(test.labels[places], labels)
    np.testing.assert_array_equal(hidden_images("digits", 20, seed=4)[0], images)
    assert not np.array_equal(hidden_images("digits", 20, seed=5)[0], images)
    with pytest.raises(ValueError, match="read-only"):
        images[:] = 0


def test_validation_images_are_those_of_the_training():
    images, _ = validation_images("digits", 5)
    validation = load("digits").validation.images
    assert all((validation == image).all(axis=(1, 2, 3)).any() for image in images)


def test_images_of_no_data_set_cannot_be_had():
    with pytest.raises(
        CannotJudge, match='^the images of no such thing are not to be had: unknown data set "no such'
    ):
        hidden_images("no such thing", 5)


def scoring(scores):
    return Network({}, {}, frozenset(), None, None, lambda question, x: scores)


LABELS = np.array([0, 1, 2, 3])
DUE = "(4, 4) was expected, a number for each class"


@pytest.mark.parametrize(("network", "said"), [
    (scoring(np.eye(4)), ""),
    (scoring([np.eye(4), np.zeros((4, 4))]), ""),
    (scoring({"scores": np.eye(4)}), ""),
    (
        scoring(np.eye(4)[::-1]),
        "net is right on 0.0% of 4 images, at least 75.0% was expected; that is no better than guessing",
    ),
    (scoring(np.eye(4)[[0, 1, 0, 0]]), "net is right on 50.0% of 4 images, at least 75.0% was expected"),
    (scoring(np.zeros((4, 3))), f"net gave the shape (4, 3) for 4 images; {DUE}"),
    (scoring(np.zeros(4)), f"net gave the shape (4,) for 4 images; {DUE}"),
    (scoring(np.full((4, 4), np.nan)), "net gave nan; every number must be finite"),
    (0.99, "net is 0.99, a network was expected"),
])  # fmt: skip
def test_accuracy_is_measured_and_not_believed(network, said):
    images = np.zeros((4, 2, 2, 3), "uint8")
    if not said:
        expect.accuracy(network, images, LABELS, 0.75, "net")
        return
    with pytest.raises(AssertionError) as complaint:
        expect.accuracy(network, images, LABELS, 0.75, "net")
    assert str(complaint.value) == said
