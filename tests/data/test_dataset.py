"""Arrays of one's own become a data set, or a line that says how to make one of them."""

from dataclasses import replace

import numpy as np
import pytest

from cnn_course.data import Dataset, Split, load

IMAGES = np.zeros((6, 8, 8, 3), "uint8")
LABELS = np.arange(6) % 2

WRONG = [
    (
        IMAGES / 255,
        LABELS,
        r"images are float64 \(6, 8, 8, 3\): must be uint8 \(n, height, width, channels\)",
    ),
    (IMAGES[..., 0], LABELS, r"images are uint8 \(6, 8, 8\): must be uint8"),
    (IMAGES.tolist(), LABELS, r"images are list \(6, 8, 8, 3\): must be uint8"),
    (IMAGES, np.eye(2)[LABELS], r"labels are float64 \(6, 2\): .*labels.argmax\(axis=1\) makes them so"),
    (IMAGES, LABELS[:, None], r"labels are int64 \(6, 1\): .*labels.ravel\(\) makes them so"),
    (IMAGES, LABELS[:5], r"labels are int64 \(5,\): must be whole numbers \(6,\), one for each image"),
    (IMAGES, LABELS / 1, r"labels are float64 \(6,\): must be whole numbers"),
    (IMAGES, list(LABELS), r"labels are list \(6,\): must be whole numbers"),
]


@pytest.mark.parametrize(("images", "labels", "message"), WRONG)
def test_arrays_of_another_form_are_refused_in_one_line(images, labels, message):
    with pytest.raises(ValueError, match=message) as refusal:
        Split(images, labels)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("kind", ["uint8", "int32", "int64"])
def test_labels_are_kept_as_int64(kind):
    assert Split(IMAGES, LABELS.astype(kind)).labels.dtype == np.int64


def dataset(**changes) -> Dataset:
    split = Split(IMAGES, LABELS)
    given = {
        "train": split,
        "validation": split,
        "classes": ("a", "b"),
        "source": "",
        "test_seal": lambda: split,
    }
    return Dataset(name="mine", **(given | changes))


def test_labels_beyond_the_classes_are_refused():
    with pytest.raises(
        ValueError, match="mine has training labels from 0 to 2: 2 classes are numbered from 0 to 1"
    ):
        dataset(train=Split(IMAGES, np.arange(6) % 3))
    with pytest.raises(ValueError, match="mine has validation labels from -1 to 0"):
        dataset(validation=Split(IMAGES, LABELS - 1))


def test_a_data_set_needs_images_to_train_on_and_to_choose_by():
    with pytest.raises(ValueError, match="mine has no validation images; it needs at least one"):
        dataset(validation=Split(IMAGES[:0], LABELS[:0]))


def test_what_is_flipped_by_default_is_what_stays_itself_in_a_mirror():
    assert load("digits").augment == ("crop",)
    assert load("shapes", per_class=1).augment == ("flip", "crop")
    assert replace(dataset(), augment=()).augment == ()
