"""Random changes to images that leave their classes what they are, and the crops of a careful test.

`name(images, rng, ...)` works on a batch (N, H, W, C) and draws for each image anew; what takes one `image`
(H, W, C) says so. The type of the pixels stays. The same generator state gives the same images. Other shapes
and sizes that make no sense raise ValueError.
Decks 002 (L546-573) and 003 (L1064-1107).
"""

from collections.abc import Callable, Sequence
from math import cos, sin
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from cnn_course.reference.arguments import count, is_whole, shaped
from cnn_course.reference.preprocessing import center_crop, picture, resize_shorter_side, room, sample, window

SCALES = (224, 256, 384, 480, 640)  # of the multi-scale test, deck 003 (L1094-1097)


def flip(images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Mirror each image left to right with probability one half."""
    images = _batch(images)
    mirrored = np.flatnonzero(rng.random(len(images)) < 0.5)
    flipped = images.copy()
    backwards = np.arange(images.shape[2])[::-1]
    flipped[mirrored] = np.take(images[mirrored], backwards, axis=2)  # 7 times quicker than [:, :, ::-1]
    return flipped


def pad_crop(images: np.ndarray, rng: np.random.Generator, *, pad: int = 4) -> np.ndarray:
    """Pad each side with `pad` black pixels, then cut out a window of the old size somewhere."""
    images = _batch(images)
    if not (is_whole(pad) and pad >= 0):
        raise ValueError(f"pad is {pad!r}; it counts pixels: a whole number of at least 0")
    n, height, width, channels = images.shape
    padded = np.zeros((n, height + 2 * pad, width + 2 * pad, channels), images.dtype)
    padded[:, pad : pad + height, pad : pad + width] = images
    # Rows of all channels: those of a window are then copied as a whole, not pixel by pixel.
    rows = padded.reshape(n, height + 2 * pad, (width + 2 * pad) * channels)
    windows = sliding_window_view(rows, (height, width * channels), axis=(1, 2))[:, :, ::channels]
    top, left = rng.integers(0, 2 * pad + 1, size=(2, n))
    return windows[np.arange(n), top, left].reshape(images.shape)


def cutout(images: np.ndarray, rng: np.random.Generator, *, size: int = 16) -> np.ndarray:
    """Blacken a `size` x `size` square about a random pixel; part of it may lie outside (DeVries, 2017)."""
    images, size = _batch(images), count("size", size)
    n, height, width, _ = images.shape
    row, column = rng.integers(0, height, size=(n, 1)), rng.integers(0, width, size=(n, 1))
    rows = np.abs(np.arange(height) - row + 0.5) < size / 2
    columns = np.abs(np.arange(width) - column + 0.5) < size / 2
    kept = ~(rows[:, :, None] & columns[:, None, :])
    return images * kept[..., None]


def color_jitter(
    images: np.ndarray, rng: np.random.Generator, *, contrast: float = 0.2, brightness: float = 0.2
) -> np.ndarray:
    """Another contrast and brightness for each image: mean + c (x - mean) + 255 b, cut off at 0 and 255.

    c lies between 1 - contrast and 1 + contrast, b between -brightness and brightness. The mean is the
    image's own. Pixels run from 0 to 255, as floats too: jitter first, standardise afterwards.
    Deck 003 (L1099-1102).
    """
    images = _batch(images)
    for name, most in (("contrast", contrast), ("brightness", brightness)):
        if not 0 <= most <= 1:
            raise ValueError(f"{name} is {most!r}; it must be from 0 to 1")
    if not (images.min(initial=0) >= 0 and images.max(initial=0) <= 255):
        raise ValueError(f"images go from {images.min():g} to {images.max():g}; pixels are from 0 to 255")
    shape = (len(images), 1, 1, 1)
    factor, offset = (
        rng.uniform(1 - contrast, 1 + contrast, shape),
        rng.uniform(-brightness, brightness, shape),
    )
    mean = images.mean(axis=(1, 2, 3), keepdims=True)
    return _pixels(np.clip(mean + factor * (images - mean) + 255 * offset, 0, 255), images)


def pca_color_basis(images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The main directions of the training images' colours: (N, H, W, C) -> (deviations, directions).

    `directions` is (C, C); column i has length 1, and the colours vary along it by the standard deviation
    `deviations[i]`, the greatest first.
    """
    images = _batch(images)
    colors = images.astype(np.float64).reshape(-1, images.shape[-1])
    variances, directions = np.linalg.eigh(np.cov(colors, rowvar=False, bias=True))
    return np.sqrt(np.maximum(variances[::-1], 0)), directions[:, ::-1]


def pca_color_offset(
    image: np.ndarray, basis: tuple[np.ndarray, np.ndarray], alphas: np.ndarray
) -> np.ndarray:
    """One image in another light: every pixel plus the same colour, directions @ (alphas * deviations).

    Deck 003 (L1106-1107). The AlexNet paper, section 4.1, draws alphas (C,) with deviation 0.1 and scales the
    directions by their variances.
    """
    deviations, directions = basis
    image = picture(image)
    channels = image.shape[-1]
    alphas = shaped("alphas", alphas, channels, because="one number for each direction")
    deviations = shaped("deviations", deviations, channels, because="as pca_color_basis makes them")
    directions = shaped("directions", directions, channels, channels, because="as pca_color_basis makes them")
    return _pixels(image + directions @ (alphas * deviations), image)


def pca_color(
    images: np.ndarray,
    rng: np.random.Generator,
    *,
    basis: tuple[np.ndarray, np.ndarray],
    std: float = 0.1,
) -> np.ndarray:
    """`pca_color_offset` with alphas of deviation `std` for each image."""
    images = _batch(images)
    alphas = rng.normal(0, std, (len(images), images.shape[-1]))
    changed = [pca_color_offset(image, basis, a) for image, a in zip(images, alphas, strict=True)]
    return np.array(changed, images.dtype).reshape(images.shape)


def scale_crop(
    image: np.ndarray, rng: np.random.Generator, *, low: int = 256, high: int = 480, size: int = 224
) -> np.ndarray:
    """One image as ResNets train on it: shorter side to a random low..high, then a random size x size crop.

    Both limits are included. Deck 003 (L1083-1092).
    """
    if not size <= low <= high:
        raise ValueError(f"low is {low}, high {high}, size {size}; it must be size <= low <= high")
    scaled = resize_shorter_side(image, int(rng.integers(low, high + 1)))
    top, left = (int(rng.integers(0, free + 1)) for free in room(scaled, size))
    return _pixels(window(scaled, top, left, size), picture(image))


def ten_crop(image: np.ndarray, size: int) -> np.ndarray:
    """(H, W, C) -> (10, size, size, C): four corners and the centre, then all five mirrored."""
    image = picture(image)
    down, across = room(image, size)
    corners = [window(image, top, left, size) for top in (0, down) for left in (0, across)]
    five = np.stack([*corners, center_crop(image, size)])
    return np.concatenate([five, five[:, :, ::-1]])


def multi_scale_predict(
    predict: Callable[[np.ndarray], np.ndarray],
    image: np.ndarray,
    *,
    scales: Sequence[int] = SCALES,
    size: int = 224,
) -> np.ndarray:
    """The mean answer to ten crops of the image at each scale: (H, W, C) -> (classes,).

    `predict`: (n, size, size, C) -> (n, classes). Deck 003 (L1094-1097): five scales, so fifty views.
    """
    views = [_pixels(ten_crop(resize_shorter_side(image, scale), size), picture(image)) for scale in scales]
    return np.mean([predict(crops) for crops in views], axis=(0, 1))


def affine_matrix(
    *,
    rotation: float = 0.0,
    scale: float | tuple[float, float] = 1.0,
    shear: float = 0.0,
    translation: tuple[float, float] = (0.0, 0.0),
) -> np.ndarray:
    """The (2, 3) matrix that scales, shears, turns (radians, anticlockwise on the screen) and shifts.

    Acts on (down, across, 1), measured in pixels from the middle of the image. Deck 002 (L560-573).
    """
    down, across = scale if isinstance(scale, tuple) else (scale, scale)
    turn = np.array([[cos(rotation), -sin(rotation)], [sin(rotation), cos(rotation)]])
    linear = turn @ np.array([[1.0, 0.0], [shear, 1.0]]) @ np.diag([down, across])
    return np.column_stack([linear, translation])


def affine(image: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """One image moved by `matrix` (see `affine_matrix`), linearly interpolated; black where nothing was."""
    image = picture(image)
    matrix = shaped("matrix", matrix, 2, 3, because="as affine_matrix makes it")
    (a, b), (c, d) = matrix[:, :2].tolist()
    if not abs(a * d - b * c) > 1e-12 * max(abs(a * d), abs(b * c)):
        raise ValueError(f"matrix is {matrix.tolist()}; a determinant of 0 would leave nothing of the image")
    height, width, _ = image.shape
    middle = np.array([height - 1, width - 1]) / 2
    target = np.stack(np.meshgrid(np.arange(height), np.arange(width), indexing="ij"), -1) - middle
    source = (target - matrix[:, 2]) @ np.linalg.inv(matrix[:, :2]).T + middle
    margin = 1e-9  # a pixel that lies on the border by rounding alone belongs to the image
    inside = ((source >= -0.5 - margin) & (source <= np.array([height, width]) - 0.5 + margin)).all(-1)
    return _pixels(sample(image, source[..., 0], source[..., 1]) * inside[..., None], image)


def random_affine(
    images: np.ndarray,
    rng: np.random.Generator,
    *,
    rotation: float = 0.2,
    scale: float = 0.1,
    shear: float = 0.1,
    translation: float = 2.0,
) -> np.ndarray:
    """`affine` for each image, with everything drawn evenly from minus to plus the number given."""
    images = _batch(images)
    if not 0 <= scale < 1:
        raise ValueError(f"scale is {scale!r}; it must be from 0 to below 1, or images vanish")
    drawn = rng.uniform(-1, 1, (len(images), 6)) * (rotation, scale, scale, shear, translation, translation)
    moved = [
        affine(
            image,
            affine_matrix(rotation=r, scale=(1 + down, 1 + across), shear=s, translation=(up, left)),
        )
        for image, (r, down, across, s, up, left) in zip(images, drawn.tolist(), strict=True)
    ]
    return np.array(moved, images.dtype).reshape(images.shape)


def _batch(images: Any) -> np.ndarray:
    """`images` in their own type; ValueError unless they are a batch (N, H, W, C)."""
    images = np.asarray(images)
    if images.ndim != 4:
        raise ValueError(
            f"images have shape {images.shape}; they must be a batch (images, height, width, channels)"
        )
    return images


def _pixels(values: np.ndarray, like: np.ndarray) -> np.ndarray:
    """`values` in the type of `like`: whole numbers are rounded and kept within what the type can hold."""
    if not np.issubdtype(like.dtype, np.integer):
        return values.astype(like.dtype)
    limits = np.iinfo(like.dtype)
    return np.clip(np.rint(values), limits.min, limits.max).astype(like.dtype)
