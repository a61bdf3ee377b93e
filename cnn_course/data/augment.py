"""The random changes that training knows by name, one after the other on blocks of images.

What each does stands in `cnn_course.reference.augmentation`; it works on many images at once, because done
image by image augmentation costs a small network a third of its time. CIFAR's pad-and-crop is that of the
ResNet paper.
"""

from collections.abc import Callable, Sequence

import numpy as np

from cnn_course.reference.augmentation import cutout, flip, pad_crop

Augmentation = Callable[[np.ndarray, np.random.Generator], np.ndarray]

AUGMENTATIONS: dict[str, Augmentation] = {"flip": flip, "crop": pad_crop, "cutout": cutout}


def augment(images: np.ndarray, names: Sequence[str], rng: np.random.Generator) -> np.ndarray:
    """Apply the named augmentations in the order given."""
    for name in names:
        images = AUGMENTATIONS[name](images, rng)
    return images
