"""Rows about places and checksums, for the command line."""

import numpy as np
import pytest

from cnn_course.data.checks import places, verify


@pytest.fixture(autouse=True)
def _only_these_places(monkeypatch, tmp_path):
    monkeypatch.delenv("CNN_COURSE_DATA", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))


def test_places_say_what_is_where(tiny_cifar10_dir, monkeypatch, tmp_path):
    monkeypatch.setenv("CNN_COURSE_DATA", str(tiny_cifar10_dir))
    cache = tmp_path / "keras" / "datasets"
    cache.mkdir(parents=True)
    (cache / "cifar-10-batches-py-target_archive").write_bytes(b"x" * 3_100_000)
    mine, archive = places("cifar10")
    assert mine.path == tiny_cifar10_dir / "cifar-10-batches-py"
    assert (mine.kind, mine.state, mine.ok) == ("python files", "complete", True)
    assert mine.bytes > 6 * 20 * 3072
    assert (archive.state, archive.ok) == ("incomplete or damaged: 3.1 of 170.5 MB", False)


def test_a_place_that_lacks_files_names_them(tmp_path, write_tiny_cifar10):
    write_tiny_cifar10(tmp_path / "d" / "cifar-10-batches-py")
    (tmp_path / "d" / "cifar-10-batches-py" / "test_batch").unlink()
    (row,) = places("cifar10", tmp_path / "d")
    assert (row.state, row.ok) == ("incomplete: no test_batch", False)
    assert [check.verdict for check in verify("cifar10", tmp_path / "d")].count("missing") == 1


def test_files_that_are_cut_short_are_no_complete_place(tmp_path, write_tiny_cifar10):
    folder = tmp_path / "d" / "cifar-10-batches-py"
    write_tiny_cifar10(folder)
    for name in ("data_batch_3", "test_batch"):
        (folder / name).write_bytes((folder / name).read_bytes()[:-100])
    (row,) = places("cifar10", tmp_path / "d")
    assert (row.state, row.ok) == ("damaged: data_batch_3, test_batch cut short", False)


@pytest.mark.parametrize("row", [0, 1])
def test_a_binary_file_is_whole_rows_of_labels_and_pixels(row, tmp_path):
    for name in ("train.bin", "test.bin"):
        (tmp_path / name).write_bytes(bytes(2 * (2 + 3072) - row))
    (place,) = places("cifar100", tmp_path)
    assert place.state == ("damaged: train.bin, test.bin cut short" if row else "complete")


def test_an_npz_that_is_cut_short_is_no_complete_place(tmp_path):
    np.savez(tmp_path / "whole.npz", x_train=np.zeros(9))
    whole = (tmp_path / "whole.npz").read_bytes()
    for length, state in ((len(whole), "complete"), (len(whole) - 30, "damaged: cifar10.npz cut short")):
        (tmp_path / "cifar10.npz").write_bytes(whole[:length])
        assert [place.state for place in places("cifar10", tmp_path)] == [state]


def test_a_place_with_nothing_is_a_row_too(tmp_path):
    assert [(row.state, row.bytes, row.ok) for row in places("cifar100", tmp_path)] == [
        ("nothing there", 0, False)
    ]
    with pytest.raises(FileNotFoundError, match=r"no CIFAR-100 in .*: looked for cifar-100-python/"):
        verify("cifar100", tmp_path)


def test_files_that_differ_from_the_published_ones_are_told_apart(tiny_cifar10_dir):
    rows = verify("cifar10", tiny_cifar10_dir)
    assert [row.file.name for row in rows][-2:] == ["test_batch", "batches.meta"]
    assert {row.verdict for row in rows} == {"differs"}
    assert all(len(row.expected) == len(row.actual) == 32 for row in rows)


def test_an_npz_has_nothing_to_be_compared_with(tmp_path):
    (tmp_path / "cifar10.npz").touch()
    (row,) = verify("cifar10", tmp_path)
    assert (row.expected, row.verdict) == ("", "no published checksum")


@pytest.mark.parametrize("function", [places, verify])
def test_only_cifar_is_kept_in_files(function):
    with pytest.raises(
        ValueError, match="'digits' is not kept in files of its own: choose cifar10 or cifar100"
    ):
        function("digits")
