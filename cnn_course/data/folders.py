"""A folder of images as a data set: ROOT/<class>/*.png, or ROOT/{train,validation,test}/<class>/*.png."""

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np

from cnn_course.data.dataset import Split
from cnn_course.data.parts import Parts
from cnn_course.data.subset import held_out

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".ppm")
TEST_SHARE = 0.2
Listing = tuple[list[Path], np.ndarray]  # files, and the class of each


def read_folder(root: str | os.PathLike[str], *, image_size: int = 32) -> Parts:
    """Images of any size: the shorter side becomes `image_size` pixels, then the middle is cut out.

    Without a folder `test`, a fixed fifth of each class is the test part. ValueError if this is no such
    folder; RuntimeError, later or now, for a file that is no image.
    """
    _check_size(image_size)
    folder = Path(root)
    train, validation, test = _division(folder)
    classes = _class_names(train)
    files, labels = _listing(train, classes)
    least = 1 + (test is None) + (validation is None)
    _check_counts(train, classes, labels, least)
    if test is None:
        rest, held = held_out(labels, TEST_SHARE)
        sealed = [files[i] for i in held], labels[held]
        files, labels = [files[i] for i in rest], labels[rest]
    else:
        sealed = _listing(test, classes)
    return Parts(
        train=_read((files, labels), image_size),
        validation=_read(_listing(validation, classes), image_size) if validation else None,
        test=_reader(sealed, image_size),
        classes=classes,
        source=f"images in {folder}"
        + (" (a fixed fifth of each class is for testing)" if test is None else ""),
    )


def _division(folder: Path) -> tuple[Path, Path | None, Path | None]:
    """The folders of the training, validation and test part; None for a part that has to be held out."""
    train = folder / "train"
    if not train.is_dir() or _images(train):  # with images right in it, "train" is a class: locomotives
        return folder, None, None
    validation = next((folder / name for name in ("validation", "val") if (folder / name).is_dir()), None)
    return train, validation, folder / "test" if (folder / "test").is_dir() else None


def read_image(path: Path, image_size: int) -> np.ndarray:
    """One image file as uint8 (image_size, image_size, 3)."""
    from PIL import Image, ImageOps

    try:
        with Image.open(path) as file:
            image = ImageOps.exif_transpose(file)  # a photograph on its side is stood up
            if "transparency" in image.info:
                image = image.convert("RGBA")
            image = image.convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise RuntimeError(f"{path} is not a readable image: {error}") from None
    scale = image_size / min(image.size)
    width, height = (max(image_size, round(side * scale)) for side in image.size)
    left, top = (width - image_size) // 2, (height - image_size) // 2
    image = image.resize((width, height), Image.Resampling.BICUBIC)
    return np.asarray(image.crop((left, top, left + image_size, top + image_size)))


def _reader(listing: Listing, image_size: int) -> Callable[[], Split]:
    return lambda: _read(listing, image_size)


def _read(listing: Listing, image_size: int) -> Split:
    files, labels = listing
    images = np.empty((len(files), image_size, image_size, 3), "uint8")
    for i, path in enumerate(files):
        images[i] = read_image(path, image_size)
    return Split(images, labels)


def _class_names(folder: Path) -> tuple[str, ...]:
    names = [path.name for path in _visible(folder) if path.is_dir() and _images(path)]
    if len(names) < 2:
        found = f"only {names[0]!r}" if names else "none"
        raise ValueError(f"{folder} needs at least 2 sub-folders with images, one per class; found {found}")
    return tuple(names)


def _listing(folder: Path, classes: tuple[str, ...]) -> Listing:
    strangers = {path.name for path in _visible(folder) if path.is_dir() and _images(path)} - set(classes)
    if strangers:
        raise ValueError(f"{folder} has a class that the training images have not: {min(strangers)}")
    per_class = [_images(folder / name) if (folder / name).is_dir() else [] for name in classes]
    labels = np.repeat(np.arange(len(classes)), [len(files) for files in per_class])
    files = [path for files in per_class for path in files]
    if not files:
        raise ValueError(f"{folder} has no images in its class folders")
    return files, labels.astype("int64")


def _check_size(image_size: int) -> None:
    if isinstance(image_size, bool) or not isinstance(image_size, int) or not 8 <= image_size <= 1024:
        raise ValueError(f"image_size={image_size!r}: it must be a whole number of pixels from 8 to 1024")


def _check_counts(folder: Path, classes: tuple[str, ...], labels: np.ndarray, least: int) -> None:
    """One image of each class for training, and one for each part that has to be held out."""
    counts = np.bincount(labels, minlength=len(classes))
    scarce = int(counts.argmin())
    if counts[scarce] < least:
        few = f"{counts[scarce]} image{'s' if counts[scarce] > 1 else ''}"
        raise ValueError(f"{folder / classes[scarce]} has {few}; to split it, a class needs at least {least}")


def _images(folder: Path) -> list[Path]:
    return [path for path in _visible(folder) if path.suffix.lower() in SUFFIXES and path.is_file()]


def _visible(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
