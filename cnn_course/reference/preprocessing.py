"""Before the first layer: standardise numbers, bring images to one size.

Decks 000 (L281-295, L155-181), 002 (L340, L364).
"""

from typing import Any

import numpy as np

from cnn_course.reference.arguments import count, floats, shaped


def channel_statistics(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of each channel: (N, H, W, C) -> (C,), (C,). Of training images only."""
    x = floats(x)
    axes = tuple(range(x.ndim - 1))
    return x.mean(axis=axes), x.std(axis=axes)


def standardize(x: np.ndarray, mean: np.ndarray, std: np.ndarray) -> np.ndarray:
    """(x - mean) / std per channel; same shape. A channel without any variation is only centred."""
    x = floats(x)
    channels = x.shape[-1]
    mean = shaped("mean", mean, channels, because="one number for each channel")
    std = shaped("std", std, channels, because="one number for each channel")
    return (x - mean) / np.where(std > 0, std, 1)


def resize(image: np.ndarray, height: int, width: int) -> np.ndarray:
    """(H, W, C) -> (height, width, C) by linear interpolation between pixel centres."""
    image = picture(image)
    rows = _between(image.shape[0], count("height", height))
    columns = _between(image.shape[1], count("width", width))
    return sample(image, rows[:, None], columns[None, :])


def resize_shorter_side(image: np.ndarray, side: int) -> np.ndarray:
    """The image so large that its shorter side has `side` pixels; the proportions stay (to a pixel)."""
    height, width = picture(image).shape[:2]
    scale = count("side", side) / min(height, width)
    return resize(image, *(max(side, round(length * scale)) for length in (height, width)))


def center_crop(image: np.ndarray, size: int) -> np.ndarray:
    """The size x size pixels in the middle: (H, W, C) -> (size, size, C)."""
    image = picture(image)
    top, left = room(image, size) // 2
    return window(image, top, left, size)


def resize_center_crop(image: np.ndarray, side: int) -> np.ndarray:
    """A square of `side` pixels as deck 000 (L155-181) makes it: shorter side to `side`, then the middle."""
    return center_crop(resize_shorter_side(image, side), side)


def picture(image: Any) -> np.ndarray:
    """`image` as an array (H, W, C); ValueError otherwise."""
    image = np.asarray(image)
    if image.ndim != 3:
        raise ValueError(f"image has shape {image.shape}; it must be one image (height, width, channels)")
    return image


def room(image: np.ndarray, size: int) -> np.ndarray:
    """How many pixels down and across a window of size x size can move; ValueError if it does not fit."""
    free = np.array(image.shape[:2]) - count("size", size)
    if free.min() < 0:
        height, width = image.shape[:2]
        raise ValueError(
            f"size is {size}; a crop of a {height}x{width} image has at most {min(height, width)}"
        )
    return free


def window(image: np.ndarray, top: int, left: int, size: int) -> np.ndarray:
    """A copy of the size x size pixels from (top, left) on."""
    return image[top : top + size, left : left + size].copy()


def sample(image: np.ndarray, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """The image at places between its pixels, linearly interpolated: (H, W, C) -> (*places, C).

    `rows` and `columns` are broadcast together; places beyond the border get the nearest pixel.
    """
    image = floats(image)
    last = np.array(image.shape[:2]) - 1
    rows, columns = np.clip(rows, 0, last[0]), np.clip(columns, 0, last[1])
    top, left = np.floor(rows).astype(int), np.floor(columns).astype(int)
    bottom, right = np.minimum(top + 1, last[0]), np.minimum(left + 1, last[1])
    down = (rows - top).astype(image.dtype)[..., None]
    across = (columns - left).astype(image.dtype)[..., None]
    above = image[top, left] * (1 - across) + image[top, right] * across
    below = image[bottom, left] * (1 - across) + image[bottom, right] * across
    return above * (1 - down) + below * down


def _between(size: int, wanted: int) -> np.ndarray:
    """Where the centres of `wanted` pixels lie among those of `size`."""
    return (np.arange(wanted) + 0.5) * size / wanted - 0.5
