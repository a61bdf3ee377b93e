"""Random changes to a batch of training images: flip, pad-and-crop, cutout.

Each is a function (images, rng) -> images on uint8 arrays (n, height, width, channels). They work on
the whole batch at once: done image by image, augmentation costs a small network a third of its time.
Decks 002 (lines 546-573) and 003 (lines 1064-1107); CIFAR's pad-and-crop is that of the ResNet paper.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

Augmentation = Callable[[np.ndarray, np.random.Generator], np.ndarray]


def flip(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Mirror each image left to right with probability one half."""
    mirrored = np.flatnonzero(rng.random(len(images)) < 0.5)
    flipped = images.copy()
    backwards = np.arange(images.shape[2])[::-1]
    flipped[mirrored] = np.take(images[mirrored], backwards, axis=2)  # 7 times quicker than [:, :, ::-1]
    return flipped


def crop(images: np.ndarray, rng: np.random.Generator, *, pad: int = 4) -> np.ndarray:
    """Pad each side with `pad` black pixels, then cut out a window of the old size somewhere."""
    n, height, width, channels = images.shape
    padded = np.zeros((n, height + 2 * pad, width + 2 * pad, channels), images.dtype)
    padded[:, pad : pad + height, pad : pad + width] = images
    rows = padded.reshape(n, height + 2 * pad, -1)  # a window's rows are then copied as a whole, not by pixel
    windows = sliding_window_view(rows, (height, width * channels), axis=(1, 2))[:, :, ::channels]
    top, left = rng.integers(0, 2 * pad + 1, size=(2, n))
    return windows[np.arange(n), top, left].reshape(images.shape)


def cutout(images: np.ndarray, rng: np.random.Generator, *, size: int = 16) -> np.ndarray:
    """Blacken a `size` x `size` square about a random pixel; part of it may lie outside (DeVries, 2017)."""
    n, height, width, _ = images.shape
    row, column = rng.integers(0, height, size=(n, 1)), rng.integers(0, width, size=(n, 1))
    rows = np.abs(np.arange(height) - row + 0.5) < size / 2
    columns = np.abs(np.arange(width) - column + 0.5) < size / 2
    kept = ~(rows[:, :, None] & columns[:, None, :])
    return images * kept[..., None]


AUGMENTATIONS: dict[str, Augmentation] = {"flip": flip, "crop": crop, "cutout": cutout}


def augment(images: np.ndarray, names: Sequence[str], rng: np.random.Generator) -> np.ndarray:
    """Apply the named augmentations in the order given."""
    for name in names:
        images = AUGMENTATIONS[name](images, rng)
    return images
