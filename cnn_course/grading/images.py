"""Images on which checks try a trained network.

Test images have a seal: whoever trains opens it through `training/seal.py`, which writes the opening into the
record of the run. A grader has no run to write into, and does not choose the network: so this is the second
door, and `run.py` hands it to hidden checks alone. The test images of CIFAR are public all the same: whoever
trains on them is not found out here. An instructor's own folder of images is better hidden.
"""

from functools import lru_cache
from os import PathLike
from typing import Any

import numpy as np

from cnn_course.data import Dataset, Split, load
from cnn_course.grading.submission import CannotJudge

Images = tuple[np.ndarray, np.ndarray]


def validation_images(name: str | PathLike[str], count: int, seed: int = 0, **options: Any) -> Images:
    """(images uint8, labels) of `count` validation images; `name` and `options` are those of `data.load`.

    The same images for the same seed. Nothing is downloaded; CannotJudge if there are not so many here.
    """
    return _drawn("validation", str(name), count, seed, tuple(options.items()))


def hidden_images(name: str | PathLike[str], count: int, seed: int = 0, **options: Any) -> Images:
    """The same of test images; for hidden checks, which get it as the fixture `hidden_images`."""
    return _drawn("test", str(name), count, seed, tuple(options.items()))


@lru_cache(maxsize=8)
def _drawn(part: str, name: str, count: int, seed: int, options: tuple[tuple[str, Any], ...]) -> Images:
    """Kept for the next submission, and the rest of the data set is not."""
    split = _part(part, name, dict(options))
    if not 0 < count <= len(split):
        raise CannotJudge(f"{count:,} {part} images of {name} are asked for; there are {len(split):,}")
    chosen = split.take(np.random.default_rng(seed).permutation(len(split))[:count])
    for array in (chosen.images, chosen.labels):
        array.setflags(write=False)
    return chosen.images, chosen.labels


def _part(part: str, name: str, options: dict[str, Any]) -> Split:
    try:
        data: Dataset = load(name, **{"download": False} | options)
        return data.test_seal() if part == "test" else data.validation
    except (FileNotFoundError, RuntimeError, ValueError) as problem:
        raise CannotJudge(f"the images of {name} are not to be had: {problem}") from None
