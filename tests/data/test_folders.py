"""Folders of images: any size in, squares out; the parts are found or made."""

import numpy as np
import pytest
from PIL import Image

from cnn_course.data import load
from cnn_course.data.folders import read_image


def write(folder, count, colour=(200, 10, 10), size=(40, 30), suffix="png"):
    folder.mkdir(parents=True, exist_ok=True)
    for i in range(count):
        Image.new("RGB", size, (colour[0], colour[1], i)).save(folder / f"{i:02}.{suffix}")


@pytest.fixture
def root(tmp_path):
    write(tmp_path / "cherry", 20)
    write(tmp_path / "apple", 10, (10, 200, 10))
    return tmp_path


def numbers(split, label):
    """The blue of each image of a class: which file it came from."""
    return sorted(split.images[split.labels == label][:, 0, 0, 2].tolist())


def test_classes_are_sorted_and_parts_are_a_fixed_split(root):
    data = load(root)
    assert data.classes == ("apple", "cherry")
    splits = [data.train, data.validation, data.test_seal()]
    assert [np.bincount(s.labels).tolist() for s in splits] == [[7, 14], [1, 2], [2, 4]]
    for label, count in enumerate((10, 20)):
        assert sorted(sum((numbers(s, label) for s in splits), [])) == list(range(count))
    assert load(root).digest == data.digest
    assert load(**data.settings).digest == data.digest
    assert data.settings == {"name": str(root), "image_size": 32}


def test_hidden_and_other_files_are_passed_over(root):
    before = load(root).digest
    for name in (".thumbnail.png", "notes.txt"):
        (root / "apple" / name).write_bytes(b"no image")
    write(root / ".cache", 3)
    (root / "empty").mkdir()
    assert load(root).digest == before


@pytest.mark.parametrize("validation", ["validation", "val"])
def test_parts_that_are_there_are_used(tmp_path, validation):
    for part, count in (("train", 6), (validation, 2), ("test", 3)):
        write(tmp_path / part / "a", count)
        write(tmp_path / part / "b", count)
    data = load(tmp_path)
    assert [len(s) for s in (data.train, data.validation, data.test_seal())] == [12, 4, 6]


def test_validation_comes_from_train_where_there_is_none(tmp_path):
    for part, count in (("train", 20), ("test", 3)):
        write(tmp_path / part / "a", count)
        write(tmp_path / part / "b", count)
    data = load(tmp_path)
    assert [len(s) for s in (data.train, data.validation, data.test_seal())] == [36, 4, 6]


def test_test_comes_from_train_where_there_is_only_validation(tmp_path):
    for part, count in (("train", 20), ("val", 3)):
        write(tmp_path / part / "a", count)
        write(tmp_path / part / "b", count)
    data = load(tmp_path)
    assert [len(s) for s in (data.train, data.validation, data.test_seal())] == [32, 6, 8]


def test_a_class_may_be_called_train(tmp_path):
    write(tmp_path / "train", 5)
    write(tmp_path / "bus", 5)
    assert load(tmp_path).classes == ("bus", "train")


@pytest.mark.parametrize("size", [(64, 32), (32, 64), (100, 50), (7, 9), (33, 32), (1, 500)])
def test_the_middle_of_the_image_is_kept(tmp_path, size):
    write(tmp_path, 1, size=size)
    assert read_image(tmp_path / "00.png", 32).shape == (32, 32, 3)


def test_the_shorter_side_is_resized_and_the_middle_cut_out(tmp_path):
    image = np.zeros((20, 60, 3), "uint8")
    image[:, 20:40] = 255
    Image.fromarray(image).save(tmp_path / "x.png")
    assert read_image(tmp_path / "x.png", 20).min() == 255


@pytest.mark.parametrize("suffix", ["png", "jpg", "jpeg", "bmp", "gif", "webp", "ppm", "PNG"])
def test_every_format_is_read(tmp_path, suffix):
    for name in "ab":
        write(tmp_path / name, 3, suffix=suffix)
    data = load(tmp_path, image_size=16)
    assert data.input_shape == (16, 16, 3)
    assert abs(int(data.train.images[0, 8, 8, 0]) - 200) < 10


@pytest.mark.parametrize("mode", ["L", "RGBA", "P", "1", "LA", "CMYK"])
def test_every_mode_becomes_rgb(tmp_path, mode):
    Image.new("RGB", (9, 9), (255, 255, 255)).convert(mode).save(tmp_path / "x.tiff")
    assert (read_image(tmp_path / "x.tiff", 8) == 255).all()


def test_a_palette_with_transparency_gives_no_warning(tmp_path):
    image = Image.new("P", (9, 9), 0)
    image.info["transparency"] = bytes([10, 128])
    image.save(tmp_path / "x.png")
    assert read_image(tmp_path / "x.png", 8).shape == (8, 8, 3)


def test_a_photograph_on_its_side_is_stood_up(tmp_path):
    image = Image.new("RGB", (20, 20))
    image.paste((255, 255, 255), (0, 0, 10, 20))  # the left half is white
    exif = image.getexif()
    exif[0x0112] = 6  # "turn me clockwise by a quarter"
    image.save(tmp_path / "x.png", exif=exif)
    upright = read_image(tmp_path / "x.png", 20)
    assert upright[:8].min() == 255
    assert upright[12:].max() == 0


def test_test_images_are_not_opened_before_the_seal_is(tmp_path):
    for part in ("train", "test"):
        for name in "ab":
            write(tmp_path / part / name, 3)
    (tmp_path / "test" / "a" / "00.png").write_bytes(b"no image")
    data = load(tmp_path)
    with pytest.raises(RuntimeError, match="00.png is not a readable image"):
        data.test_seal()


@pytest.mark.parametrize("content", [b"", b"no image", b"\x89PNG\r\n\x1a\n", None])
def test_a_file_that_is_no_image_is_named(root, content):
    for path in (root / "apple").iterdir():
        path.write_bytes(path.read_bytes()[:60] if content is None else content)
    with pytest.raises(RuntimeError, match=r"apple/\d\d.png is not a readable image") as error:
        load(root)
    assert "\n" not in str(error.value)


def test_folders_that_are_no_data_set_are_answered_in_one_line(tmp_path):
    with pytest.raises(
        ValueError, match="needs at least 2 sub-folders with images, one per class; found none"
    ):
        load(tmp_path)
    write(tmp_path / "a", 5)
    with pytest.raises(ValueError, match="found only 'a'"):
        load(tmp_path)
    write(tmp_path / "b", 2)
    with pytest.raises(ValueError, match="/b has 2 images; to split it, a class needs at least 3"):
        load(tmp_path)
    write(tmp_path / "b", 3)
    assert len(load(tmp_path).test_seal()) == 2


def test_a_class_that_is_only_tested_is_an_error(tmp_path):
    for part, name in (("train", "a"), ("train", "b"), ("test", "a"), ("test", "c")):
        write(tmp_path / part / name, 3)
    with pytest.raises(ValueError, match="test has a class that the training images have not: c"):
        load(tmp_path)


@pytest.mark.parametrize("image_size", [0, -3, 7, 2000, 32.0, True])
def test_image_sizes_are_checked(root, image_size):
    with pytest.raises(ValueError, match="must be a whole number of pixels from 8 to 1024"):
        load(root, image_size=image_size)
