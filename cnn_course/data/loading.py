"""`load`: any of the data sets of this course by its name, ready for training."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from cnn_course.data.cifar import read_cifar
from cnn_course.data.dataset import Dataset, Split
from cnn_course.data.digits import read_digits
from cnn_course.data.folders import read_folder
from cnn_course.data.official import LAYOUTS
from cnn_course.data.parts import Parts
from cnn_course.data.shapes import read_shapes
from cnn_course.data.subset import check_per_class, class_numbers, held_out, keep, shuffled

NAMES = ("cifar10", "cifar100", "digits", "shapes")
VALIDATION_SHARE = 0.1
# Arguments that mean something for one data set only: (value that changes nothing, whose it is).
SPECIAL = {"labels": ("fine", "cifar100"), "difficulty": (0.5, "shapes"), "image_size": (32, "folder")}


def load(
    name: str | os.PathLike[str],
    *,
    data_dir: str | os.PathLike[str] | None = None,
    per_class: int | None = None,
    classes: Sequence[str] | None = None,
    labels: str = "fine",
    image_size: int = 32,
    difficulty: float = 0.5,
    download: bool = True,
) -> Dataset:
    """Load "cifar10", "cifar100", "digits", "shapes", or a folder with one sub-folder of images per class.

    `data_dir`: where CIFAR lies, a folder or one file. `per_class`: this many training images of each
    class, and at most as many for validation. `classes`: these alone, in this order. `labels`: "fine" or,
    for CIFAR-100, "coarse". `image_size`: side of the images of a folder, in pixels. `difficulty`: 0 to 1,
    of shapes. `download`: whether CIFAR may be downloaded.

    Validation is a fixed tenth of the training part, class by class; the test part stays whole.
    ValueError for a wrong argument, FileNotFoundError or RuntimeError for missing or damaged data.
    """
    kind = _kind(name)
    options = {"labels": labels, "image_size": image_size, "difficulty": difficulty}
    _check_options(kind, options)
    parts = _read(kind, name, options, data_dir=data_dir, download=download)
    settings: dict[str, Any] = {"name": str(Path(name).absolute()) if kind == "folder" else kind}
    settings |= {key: options[key] for key, (_, owner) in SPECIAL.items() if owner == kind}
    if data_dir is not None and kind in LAYOUTS:
        settings["data_dir"] = str(Path(data_dir).expanduser().absolute())
    settings |= {} if per_class is None else {"per_class": per_class}
    settings |= {} if classes is None else {"classes": list(classes)}
    return _dataset(parts, settings, per_class=per_class, classes=classes, coarse=labels == "coarse")


def _read(
    kind: str, name: str | os.PathLike[str], options: dict[str, Any], *, data_dir: Any, download: bool
) -> Parts:
    if kind == "folder":
        return read_folder(name, image_size=options["image_size"])
    if kind == "shapes":
        return read_shapes(difficulty=options["difficulty"])
    if kind == "digits":
        return read_digits()
    return read_cifar(kind, data_dir=data_dir, download=download)


def _kind(name: str | os.PathLike[str]) -> str:
    if name in NAMES:
        return str(name)
    if Path(name).is_dir():
        return "folder"
    if Path(name).exists():
        raise ValueError(f"{os.fspath(name)} is a file, not a folder with one sub-folder of images per class")
    choices = f"{', '.join(NAMES)}, or the path of a folder with one sub-folder of images per class"
    raise ValueError(f'unknown data set "{os.fspath(name)}": choose {choices}')


def _check_options(kind: str, options: dict[str, Any]) -> None:
    if options["labels"] not in ("fine", "coarse"):
        raise ValueError(f"labels={options['labels']!r}: choose 'fine' or 'coarse'")
    for key, (default, owner) in SPECIAL.items():
        if kind != owner and options[key] != default:
            whose = "a folder of images" if owner == "folder" else owner
            raise ValueError(f"{key}={options[key]!r} is for {whose} only, not for {kind}")


def _dataset(
    parts: Parts,
    settings: dict[str, Any],
    *,
    per_class: int | None,
    classes: Sequence[str] | None,
    coarse: bool,
) -> Dataset:
    """Hold out the validation images first, always the same ones; then leave out what is not wanted."""
    names = parts.superclasses if coarse else parts.classes
    chosen = class_numbers(classes, names)
    if parts.validation is None:
        validation = parts.train
        rest, held = held_out(parts.train.labels, VALIDATION_SHARE)
    else:
        validation = parts.validation
        rest, held = shuffled(len(parts.train)), shuffled(len(validation))
    read_test = parts.test  # not `parts`: the seal would keep all training images in memory
    counts = _counts(parts.train, rest, len(names), coarse)
    check_per_class(per_class, {names[c]: int(counts[c]) for c in chosen})
    return Dataset(
        name=settings["name"],
        train=keep(parts.train, chosen, order=rest, per_class=per_class, coarse=coarse),
        validation=keep(validation, chosen, order=held, per_class=per_class, coarse=coarse),
        classes=tuple(names[c] for c in chosen),
        superclasses=parts.superclasses,
        source=parts.source,
        settings=settings,
        augment=parts.augment,
        test_seal=lambda: keep(read_test(), chosen, coarse=coarse),
    )


def _counts(split: Split, index: np.ndarray, classes: int, coarse: bool) -> np.ndarray:
    labels = split.coarse if coarse else split.labels
    assert labels is not None
    return np.bincount(labels[index], minlength=classes)
