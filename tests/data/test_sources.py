"""CIFAR is found in every form in which people keep it, and what is wrong with it is said in one line."""

import hashlib
import io
import pickle
import shutil
import tarfile
from dataclasses import replace

import numpy as np
import pytest

from cnn_course.data import load
from cnn_course.data.cifar100_classes import COARSE_OF_FINE
from cnn_course.data.official import LAYOUTS


@pytest.fixture(autouse=True)
def _nowhere_else(monkeypatch, tmp_path):
    monkeypatch.delenv("CNN_COURSE_DATA", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))


def images_of(name, data_dir):
    """All images and labels, whatever the split does with them, in one order."""
    data = load(name, data_dir=data_dir, download=False)
    splits = [data.train, data.validation, data.test_seal()]
    images = np.concatenate([split.images for split in splits])
    labels = np.concatenate([split.labels for split in splits])
    assert images.dtype == np.uint8
    assert labels.dtype == np.int64
    return images, labels


@pytest.fixture(scope="session")
def arrays(tiny_cifar10_dir):
    """What the tiny files hold, read without the package: x_train, y_train, x_test, y_test."""

    def read(name):
        content = (tiny_cifar10_dir / "cifar-10-batches-py" / name).read_bytes()
        batch = pickle.loads(content, encoding="latin1")
        return batch["data"].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1), np.array(batch["labels"], "uint8")

    train = [read(f"data_batch_{i}") for i in range(1, 6)]
    x_test, y_test = read("test_batch")
    return {
        "x_train": np.concatenate([x for x, _ in train]),
        "y_train": np.concatenate([y for _, y in train]),
        "x_test": x_test,
        "y_test": y_test,
    }


def write_binary(folder, arrays):
    folder.mkdir(parents=True)
    parts = [(f"data_batch_{i + 1}.bin", "train", slice(20 * i, 20 * i + 20)) for i in range(5)]
    for name, part, where in [*parts, ("test_batch.bin", "test", slice(None))]:
        rows = arrays[f"x_{part}"][where].transpose(0, 3, 1, 2).reshape(20, -1)
        (folder / name).write_bytes(np.hstack([arrays[f"y_{part}"][where, None], rows]).tobytes())


def pack(archive, *folders):
    archive.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(archive, "w:gz") as tar:
        for folder in folders:
            tar.add(folder, folder.name)
    return archive


def python_folder(tiny, _arrays, tmp_path):
    return tiny


def python_folder_itself(tiny, _arrays, tmp_path):
    return tiny / "cifar-10-batches-py"


def renamed_folder(tiny, _arrays, tmp_path):
    return shutil.copytree(tiny / "cifar-10-batches-py", tmp_path / "my files")


def binary_folder(_tiny, arrays, tmp_path):
    write_binary(tmp_path / "cifar-10-batches-bin", arrays)
    return tmp_path


def npz(_tiny, arrays, tmp_path):
    np.savez(tmp_path / "cifar10.npz", **arrays)
    return tmp_path


def npz_file_with_columns(_tiny, arrays, tmp_path):
    columns = {key: value[:, None] if key.startswith("y") else value for key, value in arrays.items()}
    np.savez(tmp_path / "mine.npz", **columns)
    return tmp_path / "mine.npz"


def python_archive(tiny, _arrays, tmp_path):
    return pack(tmp_path / "cifar-10-python.tar.gz", tiny / "cifar-10-batches-py").parent


def renamed_archive_file(tiny, _arrays, tmp_path):
    return pack(tmp_path / "cifar-10-python (1).tgz", tiny / "cifar-10-batches-py")


def binary_archive_file(_tiny, arrays, tmp_path):
    write_binary(tmp_path / "cifar-10-batches-bin", arrays)
    return pack(tmp_path / "download.tar.gz", tmp_path / "cifar-10-batches-bin")


FORMS = [
    python_folder,
    python_folder_itself,
    renamed_folder,
    binary_folder,
    npz,
    npz_file_with_columns,
    python_archive,
    renamed_archive_file,
    binary_archive_file,
]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_every_form_gives_the_same_images(form, tiny_cifar10_dir, arrays, tmp_path):
    images, labels = images_of("cifar10", form(tiny_cifar10_dir, arrays, tmp_path))
    expected, expected_labels = images_of("cifar10", tiny_cifar10_dir)
    np.testing.assert_array_equal(images, expected)
    np.testing.assert_array_equal(labels, expected_labels)
    every = {x.tobytes(): y for x, y in zip(arrays["x_train"], arrays["y_train"], strict=True)}
    assert all(every[x.tobytes()] == y for x, y in zip(images[:100], labels[:100], strict=True))
    np.testing.assert_array_equal(images[100:], arrays["x_test"])


def test_files_of_one_s_own_are_accepted_and_called_what_they_are(tiny_cifar10_dir):
    source = load("cifar10", data_dir=tiny_cifar10_dir).source
    assert source.startswith(f"CIFAR-10, python files in {tiny_cifar10_dir}")
    assert "not the official files" in source


def test_a_home_directory_may_be_written_as_a_tilde(tiny_cifar10_dir, monkeypatch):
    monkeypatch.setenv("HOME", str(tiny_cifar10_dir.parent))
    assert len(load("cifar10", data_dir=f"~/{tiny_cifar10_dir.name}").train) == 90


def test_the_variable_is_used_when_no_folder_is_given(tiny_cifar10_dir, monkeypatch, tmp_path):
    monkeypatch.setenv("CNN_COURSE_DATA", str(tiny_cifar10_dir))
    assert len(load("cifar10").train) == 90
    with pytest.raises(FileNotFoundError):  # an explicit folder is the only one that is searched
        load("cifar10", data_dir=tmp_path)


def test_a_folder_without_cifar_is_an_error_that_names_what_was_looked_for(tmp_path):
    with pytest.raises(FileNotFoundError) as error:
        load("cifar10", data_dir=tmp_path)
    for part in (str(tmp_path), "cifar-10-batches-py/", "cifar10.npz", "cifar-10-binary.tar.gz"):
        assert part in str(error.value)
    assert "\n" not in str(error.value)
    with pytest.raises(FileNotFoundError, match="no such folder"):
        load("cifar10", data_dir=tmp_path / "nowhere")


def test_a_folder_that_lacks_a_file_names_it(tmp_path, write_tiny_cifar10):
    write_tiny_cifar10(tmp_path / "cifar-10-batches-py")
    (tmp_path / "cifar-10-batches-py" / "data_batch_4").unlink()
    with pytest.raises(RuntimeError, match=r"cifar-10-batches-py is incomplete: it has no data_batch_4$"):
        load("cifar10", data_dir=tmp_path)


def test_beside_an_incomplete_folder_a_sound_archive_is_found(tmp_path, tiny_cifar10_dir):
    pack(tmp_path / "cifar-10-python.tar.gz", tiny_cifar10_dir / "cifar-10-batches-py")
    (tmp_path / "cifar-10-batches-py").mkdir()
    (tmp_path / "cifar-10-batches-py" / "data_batch_1").touch()
    assert "archive" in load("cifar10", data_dir=tmp_path).source


def test_the_test_part_is_not_read_before_the_seal_is_opened(tmp_path, write_tiny_cifar10):
    write_tiny_cifar10(tmp_path / "cifar-10-batches-py")
    (tmp_path / "cifar-10-batches-py" / "test_batch").write_bytes(b"damaged")
    data = load("cifar10", data_dir=tmp_path)
    with pytest.raises(RuntimeError, match="test_batch is damaged"):
        data.test_seal()


def test_a_test_file_that_differs_beside_official_training_files_is_damaged(
    tmp_path, tiny_cifar10_dir, monkeypatch
):
    folder = tiny_cifar10_dir / "cifar-10-batches-py"
    digests = {file.name: hashlib.md5(file.read_bytes()).hexdigest() for file in folder.iterdir()}
    layout = replace(LAYOUTS["cifar10"][0], digests=digests | {"test_batch": "another"})
    monkeypatch.setitem(LAYOUTS, "cifar10", (layout,))
    data = load("cifar10", data_dir=tiny_cifar10_dir)
    assert data.source == f"CIFAR-10, official python files in {folder} (checksums match)"
    with pytest.raises(RuntimeError, match="test_batch is not the published file"):
        data.test_seal()


BATCH = {"labels": [0, 1], "data": np.zeros((2, 3072), "uint8")}


@pytest.mark.parametrize(
    ("batch", "message"),
    [
        ({"labels": [0, 1]}, "it has no data"),
        ({"data": BATCH["data"]}, "it has no labels"),
        (BATCH | {"fine_labels": [], "labels": [0, 11]}, "labels from 0 to 11; they must be 0 to 9"),
        (BATCH | {"labels": [0]}, "2 images, but not 2 whole numbers as labels"),
        (BATCH | {"labels": [0, "x"]}, "2 images, but not 2 whole numbers as labels"),
        (BATCH | {"labels": [0, [1]]}, "2 images, but not 2 whole numbers as labels"),
        (BATCH | {"data": np.zeros((2, 1024), "uint8")}, r"its data is of shape \(2, 1024\)"),
        (BATCH | {"data": "text"}, "its data is a bytes"),
        ({"labels": [], "data": np.zeros((0, 3072), "uint8")}, "holds no images"),
    ],
)
def test_files_with_another_layout_are_refused_in_one_line(
    batch, message, tmp_path, write_tiny_cifar10, python2_pickle
):
    write_tiny_cifar10(tmp_path / "cifar-10-batches-py")
    (tmp_path / "cifar-10-batches-py" / "data_batch_2").write_bytes(python2_pickle(batch))
    with pytest.raises(RuntimeError, match=message) as error:
        load("cifar10", data_dir=tmp_path)
    assert "data_batch_2" in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"y_train": None}, "has no x_train and y_train"),
        ({"x_train": np.zeros((4, 32, 32, 3))}, r"x_train is float64 \(4, 32, 32, 3\)"),
        ({"y_train": np.full(100, 10)}, "labels from 10 to 10"),
        ({"x_train": np.array([{}], object)}, "not a readable .npz"),
    ],
)
def test_an_npz_with_other_arrays_is_refused(change, message, arrays, tmp_path):
    np.savez(tmp_path / "cifar10.npz", **{k: v for k, v in (arrays | change).items() if v is not None})
    with pytest.raises(RuntimeError, match=message):
        load("cifar10", data_dir=tmp_path)


def test_a_truncated_npz_and_a_binary_file_of_odd_length_are_damaged(arrays, tmp_path):
    np.savez(tmp_path / "cifar10.npz", **arrays)
    content = (tmp_path / "cifar10.npz").read_bytes()
    (tmp_path / "cifar10.npz").write_bytes(content[: len(content) // 2])
    with pytest.raises(RuntimeError, match="not a readable .npz"):
        load("cifar10", data_dir=tmp_path)
    write_binary(tmp_path / "b" / "cifar-10-batches-bin", arrays)
    (tmp_path / "b" / "cifar-10-batches-bin" / "data_batch_1.bin").write_bytes(b"x" * 4000)
    with pytest.raises(RuntimeError, match="4000 bytes are no multiple of 3073"):
        load("cifar10", data_dir=tmp_path / "b")


def test_a_truncated_archive_says_how_much_of_it_is_there(tmp_path, tiny_cifar10_dir):
    archive = pack(tmp_path / "cifar-10-python.tar.gz", tiny_cifar10_dir / "cifar-10-batches-py")
    archive.write_bytes(archive.read_bytes()[:100_000])
    with pytest.raises(RuntimeError, match=r"incomplete or damaged: 0\.1 of 170\.5 MB$"):
        load("cifar10", data_dir=tmp_path)


def test_links_in_an_archive_are_not_followed_and_nothing_is_unpacked(tmp_path, tiny_cifar10_dir):
    secret = tiny_cifar10_dir / "cifar-10-batches-py" / "data_batch_1"
    with tarfile.open(tmp_path / "cifar-10-python.tar.gz", "w:gz") as tar:
        for name in ("data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5", "test_batch"):
            tar.add(secret.with_name(name), f"cifar-10-batches-py/{name}")
        link = tarfile.TarInfo("cifar-10-batches-py/data_batch_1")
        link.type, link.linkname = tarfile.SYMTYPE, str(secret)
        tar.addfile(link)
        outside = tarfile.TarInfo("../outside")
        outside.size = 1
        tar.addfile(outside, io.BytesIO(b"x"))
    with pytest.raises(RuntimeError, match="has no cifar-10-batches-py/data_batch_1$"):
        load("cifar10", data_dir=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["cifar-10-python.tar.gz"]


# CIFAR-100


def cifar100_batch(random, count=400):
    fine = np.arange(count) % 100
    data = random.randint(0, 256, (count, 3072)).astype("uint8")
    return {
        "data": data,
        "fine_labels": fine.tolist(),
        "coarse_labels": np.array(COARSE_OF_FINE)[fine].tolist(),
    }


@pytest.fixture
def tiny_cifar100(tmp_path, python2_pickle):
    random = np.random.RandomState(1)
    batches = {name: cifar100_batch(random) for name in ("train", "test")}
    folder = tmp_path / "cifar-100-python"
    folder.mkdir()
    for name, batch in batches.items():
        (folder / name).write_bytes(python2_pickle(batch))
    return tmp_path, batches


def test_cifar100_is_the_same_as_files_records_and_npz(tiny_cifar100, tmp_path):
    root, batches = tiny_cifar100
    (tmp_path / "b" / "cifar-100-binary").mkdir(parents=True)
    stacked = {}
    for name, batch in batches.items():
        heads = np.stack([batch["coarse_labels"], batch["fine_labels"]], 1).astype("uint8")
        records = np.hstack([heads, batch["data"]])
        (tmp_path / "b" / "cifar-100-binary" / f"{name}.bin").write_bytes(records.tobytes())
        stacked[f"x_{name}"] = batch["data"].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
        stacked[f"y_{name}"] = np.array(batch["fine_labels"])
    np.savez(tmp_path / "c100.npz", **stacked)  # without coarse labels: they follow from the fine ones
    expected = load("cifar100", data_dir=root)
    assert expected.train.coarse is not None
    for place in (tmp_path / "b", tmp_path / "c100.npz"):
        other = load("cifar100", data_dir=place)
        assert other.digest == expected.digest
        np.testing.assert_array_equal(other.train.coarse, expected.train.coarse)
        np.testing.assert_array_equal(other.test_seal().images, expected.test_seal().images)


def test_coarse_labels_make_the_superclasses_the_classes(tiny_cifar100):
    root, _ = tiny_cifar100
    fine, coarse = load("cifar100", data_dir=root), load("cifar100", data_dir=root, labels="coarse")
    assert len(coarse.classes) == 20
    assert coarse.classes == coarse.superclasses == fine.superclasses
    np.testing.assert_array_equal(coarse.train.images, fine.train.images)  # the split is the same
    np.testing.assert_array_equal(coarse.train.labels, fine.train.coarse)
    assert coarse.settings["labels"] == "coarse"
    two = load("cifar100", data_dir=root, labels="coarse", classes=("trees", "fish"), per_class=3)
    assert two.classes == ("trees", "fish")
    assert np.bincount(two.train.labels).tolist() == [3, 3]
    assert set(two.test_seal().coarse.tolist()) == {1, 17}


# The cache of Keras


def official(monkeypatch, archive, folder, **changes):
    """Let the published checksums be those of made-up files."""
    content = archive.read_bytes()
    digests = {file.name: hashlib.md5(file.read_bytes()).hexdigest() for file in folder.iterdir()}
    layout = replace(
        LAYOUTS["cifar10"][0],
        archive_hash=hashlib.sha256(content).hexdigest(),
        archive_bytes=len(content),
        digests=digests,
        **changes,
    )
    monkeypatch.setitem(LAYOUTS, "cifar10", (layout, LAYOUTS["cifar10"][1]))


@pytest.mark.parametrize("name", ["cifar-10-batches-py-target_archive", "cifar-10-batches-py.tar.gz"])
def test_the_archive_that_keras_keeps_is_found(name, tmp_path, tiny_cifar10_dir, monkeypatch):
    folder = tiny_cifar10_dir / "cifar-10-batches-py"
    archive = pack(tmp_path / "keras" / "datasets" / name, folder)
    official(monkeypatch, archive, folder)
    assert (
        load("cifar10", download=False).source
        == f"CIFAR-10, official python archive in {archive} (checksums match)"
    )


@pytest.mark.parametrize("parent", [".", "cifar-10-batches-py-target"])
def test_the_folder_that_keras_unpacks_is_found(
    parent, tmp_path, tiny_cifar10_dir, monkeypatch, write_tiny_cifar10
):
    folder = tmp_path / "keras" / "datasets" / parent / "cifar-10-batches-py"
    write_tiny_cifar10(folder)
    official(monkeypatch, pack(tmp_path / "a.tar.gz", folder), folder)
    assert (
        load("cifar10", download=False).source
        == f"CIFAR-10, official python files in {folder} (checksums match)"
    )


def test_what_is_not_official_in_the_cache_is_not_trusted(tmp_path, write_tiny_cifar10):
    folder = tmp_path / "keras" / "datasets" / "cifar-10-batches-py"
    write_tiny_cifar10(folder)
    (folder.parent / "cifar-10-batches-py-target_archive").write_bytes(b"x" * 3_100_000)
    with pytest.raises(FileNotFoundError) as error:
        load("cifar10", download=False)
    assert f"{folder / 'data_batch_1'} is not the published file" in str(error.value)
    assert "incomplete or damaged: 3.1 of 170.5 MB" in str(error.value)


def test_a_whole_archive_that_is_not_the_official_one_is_not_trusted_in_the_cache(tmp_path, tiny_cifar10_dir):
    cache = tmp_path / "keras" / "datasets"
    pack(cache / "cifar-10-batches-py-target_archive", tiny_cifar10_dir / "cifar-10-batches-py")
    with pytest.raises(FileNotFoundError, match="target_archive is incomplete or damaged: 0.4 of 170.5 MB"):
        load("cifar10", download=False)


def test_an_npz_is_not_taken_from_the_cache_because_nothing_vouches_for_it(tmp_path, arrays):
    (tmp_path / "keras" / "datasets").mkdir(parents=True)
    np.savez(tmp_path / "keras" / "datasets" / "cifar10.npz", **arrays)
    with pytest.raises(FileNotFoundError):
        load("cifar10", download=False)


def test_when_there_is_nothing_every_place_and_three_ways_out_are_named(tmp_path, monkeypatch):
    monkeypatch.setenv("CNN_COURSE_DATA", str(tmp_path / "mine"))
    with pytest.raises(FileNotFoundError) as error:
        load("cifar100", download=False)
    message = str(error.value)
    places = [str(tmp_path / "mine"), "CNN_COURSE_DATA", str(tmp_path / "keras" / "datasets"), "the network"]
    ways = ["cnn-course data fetch cifar100", "--data-dir DIR", "--data digits", "--data shapes"]
    assert [part for part in places + ways if part not in message] == []
