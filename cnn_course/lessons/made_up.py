"""Made-up images in CIFAR's form: with them the notebooks run where CIFAR is not to be had."""

from pathlib import Path

import numpy as np

CLASSES = {"cifar10": 10, "cifar100": 100}


def write_made_up_cifar(path: Path, name: str, per_class: int) -> None:
    """Write an .npz that `cnn_course.data.load` takes for `name`: noise around one colour for each class.

    It has `per_class` training images of each class and those that are held out for validation.
    """
    if name not in CLASSES:
        raise ValueError(f"made-up images stand for {' and '.join(CLASSES)} only, not for {name}")
    random = np.random.RandomState(0)
    colours = random.randint(0, 256, (CLASSES[name], 1, 1, 3))
    arrays: dict[str, np.ndarray] = {}
    for part, count in (("train", per_class + per_class // 8 + 2), ("test", 2)):
        labels = np.repeat(np.arange(CLASSES[name]), count)
        noise = random.randint(-60, 61, (len(labels), 32, 32, 3))
        arrays |= {f"x_{part}": (colours[labels] + noise).clip(0, 255).astype("uint8"), f"y_{part}": labels}
    np.savez(path, **arrays)  # type: ignore[arg-type]
