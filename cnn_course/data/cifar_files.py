"""From the bytes of CIFAR's files to images and labels: the python, the binary and the .npz layout.

The official page describes the first two (https://www.cs.toronto.edu/~kriz/cifar.html): an image is a
row of 3,072 bytes, the red plane, then green, then blue, each from top left to bottom right.
"""

import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from cnn_course.data.cifar100_classes import COARSE_OF_FINE
from cnn_course.data.dataset import Split
from cnn_course.data.unpickle import read_pickle

ROW = 3 * 32 * 32
Rows = tuple[np.ndarray, np.ndarray, np.ndarray | None]  # images as (n, 3072), labels, coarse labels


def split_from_files(contents: Sequence[tuple[str, bytes]], name: str) -> Split:
    """The images of some official files, one after the other.

    `contents`: (what to call the file, its bytes); `name`: "cifar10" or "cifar100".
    RuntimeError if a file is damaged or does not have the official layout.
    """
    return _join([_rows(path, content, name) for path, content in contents])


def split_from_npz(path: str, part: str, name: str) -> Split:
    """Part "train" or "test" of an .npz as Keras names its arrays: x_train, y_train, x_test, y_test.

    CIFAR-100 may also have coarse_train and coarse_test; without them the superclasses follow from the
    classes. RuntimeError if the file is damaged or arrays are missing or have another shape.
    """
    keys = [f"x_{part}", f"y_{part}", f"coarse_{part}"]
    try:
        with Path(path).open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            images, labels, coarse = (arrays[key] if key in arrays.files else None for key in keys)
    except (OSError, ValueError, zipfile.BadZipFile, EOFError, TypeError) as error:
        raise RuntimeError(f"{path} is not a readable .npz file: {error}") from None
    if images is None or labels is None:
        raise RuntimeError(f"{path} has no {keys[0]} and {keys[1]}")
    if images.dtype != np.uint8 or images.shape[1:] != (32, 32, 3):
        raise RuntimeError(
            f"{path}: {keys[0]} is {images.dtype} {images.shape}; it must be uint8 (n, 32, 32, 3)"
        )
    labels = _labels(path, labels, len(images), 10 if name == "cifar10" else 100)
    if name == "cifar10":
        return Split(images, labels)
    coarse = np.array(COARSE_OF_FINE)[labels] if coarse is None else _labels(path, coarse, len(images), 20)
    return Split(np.ascontiguousarray(images), labels, coarse)


def is_cut_short(path: Path, name: str) -> bool:
    """Whether a file ends before it should, by its last byte or its size alone; `verify` reads all of it."""
    if path.suffix == ".npz":
        return not zipfile.is_zipfile(path)
    size = path.stat().st_size
    if path.suffix == ".bin":
        return size == 0 or size % (_heads(name) + ROW) != 0
    with path.open("rb") as file:
        file.seek(max(size - 1, 0))
        return file.read() != b"."  # with which every pickle ends


def _heads(name: str) -> int:
    """Bytes before the pixels of an image in the binary layout. CIFAR-100: superclass, class."""
    return 1 if name == "cifar10" else 2


def _rows(path: str, content: bytes, name: str) -> Rows:
    read = _rows_of_binary if path.endswith(".bin") else _rows_of_pickle
    images, labels, coarse = read(path, content, name)
    if len(images) == 0:
        raise RuntimeError(f"{path} holds no images")
    labels = _labels(path, labels, len(images), 10 if name == "cifar10" else 100)
    return images, labels, None if coarse is None else _labels(path, coarse, len(images), 20)


def _rows_of_pickle(path: str, content: bytes, name: str) -> tuple[np.ndarray, Any, Any]:
    batch = read_pickle(content, path)
    keys = [b"labels"] if name == "cifar10" else [b"fine_labels", b"coarse_labels"]
    lacking = [key.decode() for key in (b"data", *keys) if key not in batch]
    if lacking:
        raise RuntimeError(f"{path} is not a file of {name}: it has no {' and no '.join(lacking)}")
    images = batch[b"data"]
    if not isinstance(images, np.ndarray) or images.ndim != 2 or images.shape[1] != ROW:
        what = f"of shape {images.shape}" if isinstance(images, np.ndarray) else f"a {type(images).__name__}"
        raise RuntimeError(f"{path} is not a file of {name}: its data is {what}; it must be (n, {ROW})")
    return images, batch[keys[0]], batch[b"coarse_labels"] if name == "cifar100" else None


def _rows_of_binary(path: str, content: bytes, name: str) -> tuple[np.ndarray, Any, Any]:
    heads = _heads(name)
    if len(content) % (heads + ROW):
        raise RuntimeError(f"{path} is damaged: {len(content)} bytes are no multiple of {heads + ROW}")
    records = np.frombuffer(content, "u1").reshape(-1, heads + ROW)
    return records[:, heads:], records[:, heads - 1], records[:, 0] if heads == 2 else None


def _labels(path: str, values: Any, count: int, classes: int) -> np.ndarray:
    """Labels as int64 (n,), checked: one for each image, each a class."""
    try:
        labels = np.asarray(values)
    except ValueError:  # lists of unequal length
        labels = np.empty(0)
    if labels.shape not in ((count,), (count, 1)) or labels.dtype.kind not in "iu":
        raise RuntimeError(f"{path} is damaged: {count} images, but not {count} whole numbers as labels")
    labels = labels.reshape(count).astype("int64")
    if count and not 0 <= labels.min() <= labels.max() < classes:
        raise RuntimeError(
            f"{path}: labels from {labels.min()} to {labels.max()}; they must be 0 to {classes - 1}"
        )
    return labels


def _join(parts: Sequence[Rows]) -> Split:
    """Put rows of planes together as (n, 32, 32, 3), copying each pixel once."""
    images = np.empty((sum(len(rows) for rows, _, _ in parts), 32, 32, 3), "u1")
    start = 0
    for rows, _, _ in parts:
        images[start : start + len(rows)] = rows.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
        start += len(rows)
    coarse = [c for _, _, c in parts if c is not None]
    labels = np.concatenate([labels for _, labels, _ in parts])
    return Split(images, labels, np.concatenate(coarse) if coarse else None)
