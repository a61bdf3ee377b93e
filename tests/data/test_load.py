"""`load`: the fixed split, subsets, settings that load the same again, and errors in plain words."""

import subprocess
import sys

import numpy as np
import pytest

from cnn_course.data import load


@pytest.fixture(scope="module")
def digits():
    return load("digits")


def pixels(*splits):
    return {image.tobytes() for split in splits for image in split.images}


def test_importing_the_package_imports_no_framework():
    code = (
        "import cnn_course.data, sys; sys.exit(any(m in sys.modules for m in ('keras', 'tensorflow', 'PIL')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    control = code.replace("import cnn_course.data,", "import PIL,")
    assert subprocess.run([sys.executable, "-c", control], check=False).returncode == 1


def test_training_validation_and_test_share_no_image(digits):
    # Three pairs of the 1,797 small scans are alike; everything else is met once.
    train, validation, test = (pixels(s) for s in (digits.train, digits.validation, digits.test_seal()))
    assert not train & validation
    assert not (train | validation) & test


def test_validation_is_a_tenth_of_every_class(digits):
    train, validation = (np.bincount(s.labels) for s in (digits.train, digits.validation))
    np.testing.assert_array_equal(validation, np.rint((train + validation) / 10))


def test_the_split_never_changes(digits):
    assert digits.train.labels[:12].tolist() == [7, 7, 6, 3, 5, 6, 7, 1, 5, 9, 9, 7]
    assert digits.digest == load("digits").digest


def test_a_subset_is_part_of_the_same_split(digits):
    few = load("digits", per_class=20, classes=("7", "3", "1"))
    assert few.classes == ("7", "3", "1")
    assert np.bincount(few.train.labels).tolist() == [20, 20, 20]
    assert pixels(few.train) < pixels(digits.train)
    assert pixels(few.validation) < pixels(digits.validation)


def test_chosen_classes_are_numbered_in_the_order_in_which_they_are_named(digits):
    few = load("digits", classes=["7", "3"])
    for label, digit in enumerate((7, 3)):
        for split, whole in ((few.train, digits.train), (few.test_seal(), digits.test_seal())):
            np.testing.assert_array_equal(
                split.images[split.labels == label], whole.images[whole.labels == digit]
            )


def test_the_first_of_each_class_are_kept_and_fewer_are_among_more():
    two, five = load("digits", per_class=2), load("digits", per_class=5)
    for digit in range(10):
        np.testing.assert_array_equal(
            two.train.images[two.train.labels == digit], five.train.images[five.train.labels == digit][:2]
        )
    assert np.bincount(two.validation.labels).tolist() == [2] * 10


def test_the_test_part_stays_whole_whatever_is_asked_for_training(digits):
    assert len(load("digits", per_class=1).test_seal()) == len(digits.test_seal()) == 359


@pytest.mark.parametrize(
    "arguments",
    [
        {"name": "digits"},
        {"name": "digits", "per_class": 3, "classes": ["2", "0"]},
        {"name": "shapes", "difficulty": 0.25, "per_class": 5},
    ],
)
def test_the_settings_load_the_same_data_again(arguments):
    import json

    data = load(**arguments)
    again = load(**json.loads(json.dumps(data.settings)))
    assert again.digest == data.digest
    assert again.settings == data.settings == arguments


def test_images_are_uint8_and_contiguous_and_labels_int64(digits):
    for split in (digits.train, digits.validation, digits.test_seal()):
        assert (split.images.dtype, split.labels.dtype) == (np.uint8, np.int64)
        assert split.images.flags["C_CONTIGUOUS"]
        assert split.images.shape[1:] == digits.input_shape == (32, 32, 3)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"name": "cifra10"},
            'unknown data set "cifra10": choose cifar10, cifar100, digits, shapes, '
            "or the path of a folder with one sub-folder of images per class",
        ),
        ({"per_class": 0}, "per_class=0: it must be a whole number from 1 to 125"),
        ({"per_class": 2.5}, "per_class=2.5: it must be a whole number from 1 to 125"),
        ({"per_class": 500}, "per_class=500: class '8' has 125 training images, so at most 125"),
        ({"classes": ("7",)}, "classes=('7',): choose at least 2, or there is nothing to tell apart"),
        ({"classes": ()}, "classes=(): choose at least 2, or there is nothing to tell apart"),
        ({"classes": ("7", "7")}, "classes=('7', '7'): each class may be named once"),
        ({"classes": "7"}, "classes='7': give several names, such as classes=('0', '1')"),
        ({"classes": (1, 2)}, "unknown class 1: choose from 0, 1, 2, 3, 4, 5, 6, 7, 8, 9"),
        ({"labels": "rough"}, "labels='rough': choose 'fine' or 'coarse'"),
        ({"labels": "coarse"}, "labels='coarse' is for cifar100 only, not for digits"),
        ({"image_size": 64}, "image_size=64 is for a folder of images only, not for digits"),
        ({"difficulty": 1}, "difficulty=1 is for shapes only, not for digits"),
        ({"name": "shapes", "difficulty": 2}, "difficulty=2: it must be a number from 0 to 1"),
        ({"name": "shapes", "difficulty": float("nan")}, "difficulty=nan: it must be a number from 0 to 1"),
    ],
)
def test_wrong_arguments_are_answered_in_one_line(arguments, message):
    with pytest.raises(ValueError) as error:
        load(**({"name": "digits"} | arguments))
    assert str(error.value) == message


def test_a_misspelt_class_is_guessed(tiny_cifar10_dir):
    with pytest.raises(
        ValueError, match=r"^unknown class 'horsey': did you mean horse\? \(choose from airplane, "
    ):
        load("cifar10", classes=("cat", "horsey"), data_dir=tiny_cifar10_dir)


def test_a_file_is_no_data_set(tmp_path):
    (tmp_path / "image.png").touch()
    with pytest.raises(ValueError, match="is a file, not a folder"):
        load(tmp_path / "image.png")


def test_the_settings_remember_the_folder_that_was_named(tiny_cifar10_dir):
    data = load("cifar10", data_dir=tiny_cifar10_dir)
    assert data.settings == {"name": "cifar10", "data_dir": str(tiny_cifar10_dir)}
    assert load(**data.settings).digest == data.digest
