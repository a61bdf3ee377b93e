"""What `load` returns: training and validation arrays, and a test split under seal."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

SUITS_PHOTOGRAPHS = ("flip", "crop")


@dataclass(frozen=True)
class Split:
    """Images and their labels; arrays of another form are refused with a ValueError.

    `images`: uint8, (n, height, width, channels). `labels`: int64, (n,), the classes to learn.
    `coarse`: int64, (n,), the superclass of each image; CIFAR-100 only.
    """

    images: np.ndarray
    labels: np.ndarray
    coarse: np.ndarray | None = None

    def __post_init__(self) -> None:
        _check_images(self.images)
        _check_labels(self.labels, len(self.images))
        object.__setattr__(self, "labels", self.labels.astype("int64", copy=False))

    def __len__(self) -> int:
        return len(self.images)

    def take(self, index: np.ndarray) -> "Split":
        """The images at `index`, in that order."""
        coarse = None if self.coarse is None else self.coarse[index]
        return Split(self.images[index], self.labels[index], coarse)


@dataclass(frozen=True)
class Dataset:
    """A data set that is ready for training: what to learn from, and what to choose a model by.

    `classes`: the name of each label. `superclasses`: the name of each coarse label, or ().
    `settings`: the arguments that `load` was called with, so that a run can load the same data again.
    `augment`: the random changes that leave its classes what they are, for a recipe that names none (a
    mirrored 3 is no digit). `source`: where the data came from, in words. `test_seal`: how to read the
    test split; only `cnn_course.training.seal.open_test` may call it, because a test set that is looked at
    while a model is being chosen is no test set any more, and `cnn_course.grading.images` for hidden checks.
    """

    name: str
    train: Split
    validation: Split
    classes: tuple[str, ...]
    source: str
    test_seal: Callable[[], Split] = field(repr=False)
    superclasses: tuple[str, ...] = ()
    settings: dict[str, Any] = field(default_factory=dict)
    augment: tuple[str, ...] = SUITS_PHOTOGRAPHS

    def __post_init__(self) -> None:
        for part, split in (("training", self.train), ("validation", self.validation)):
            if not len(split):
                raise ValueError(f"{self.name} has no {part} images; it needs at least one")
            low, high = split.labels.min(), split.labels.max()
            if low < 0 or high >= len(self.classes):
                raise ValueError(
                    f"{self.name} has {part} labels from {low} to {high}: "
                    f"{len(self.classes)} classes are numbered from 0 to {len(self.classes) - 1}"
                )

    @property
    def input_shape(self) -> tuple[int, int, int]:
        """(height, width, channels) of every image."""
        height, width, channels = self.train.images.shape[1:]
        return height, width, channels

    @cached_property
    def mean(self) -> np.ndarray:
        """Mean of each channel over the training images, on a scale of 0 to 1 (deck 000, lines 281-295)."""
        return _channel_moments(self.train.images)[0]

    @cached_property
    def std(self) -> np.ndarray:
        """Standard deviation of each channel over the training images, on a scale of 0 to 1."""
        return _channel_moments(self.train.images)[1]

    @cached_property
    def digest(self) -> str:
        """SHA-256 over images and labels of train and validation: equal digests mean equal data."""
        sha = hashlib.sha256()
        for split in (self.train, self.validation):
            sha.update(str(split.images.shape).encode())
            sha.update(np.ascontiguousarray(split.images).data)
            sha.update(np.ascontiguousarray(split.labels, dtype="<i8").data)
        return sha.hexdigest()


def _check_images(images: Any) -> None:
    form = f"{getattr(images, 'dtype', type(images).__name__)} {np.shape(images)}"
    if np.ndim(images) != 4 or getattr(images, "dtype", None) != np.uint8:
        raise ValueError(f"images are {form}: must be uint8 (n, height, width, channels), from 0 to 255")


def _check_labels(labels: Any, count: int) -> None:
    shape, dtype = np.shape(labels), getattr(labels, "dtype", None)
    if shape == (count,) and dtype is not None and dtype.kind in "iu":
        return
    ways = {(count, 1): "; labels.ravel() makes them so"}
    way = ways.get(
        shape, "; labels.argmax(axis=1) makes them so, if they are one-hot" if len(shape) == 2 else ""
    )
    form = f"{dtype or type(labels).__name__} {shape}"
    raise ValueError(f"labels are {form}: must be whole numbers ({count},), one for each image{way}")


def _channel_moments(images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of each channel, exact, from the histogram of the 256 levels."""
    levels = np.arange(256) / 255
    counts = np.stack([np.bincount(images[..., c].ravel(), minlength=256) for c in range(images.shape[-1])])
    share = counts / counts.sum(axis=1, keepdims=True)
    mean = share @ levels
    std = np.sqrt(np.maximum(share @ levels**2 - mean**2, 0))
    return mean.astype("float32"), std.astype("float32")
