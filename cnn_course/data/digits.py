"""1,797 handwritten digits that come with the package, for those who have no network.

E. Alpaydin and C. Kaynak, "Optical Recognition of Handwritten Digits", UCI Machine Learning Repository,
1998, https://doi.org/10.24432/C50P49, licence CC BY 4.0; the test part of that data set, as
scikit-learn's `load_digits` has it. `digits.npz` holds the 8x8 images with their 17 levels of grey.
"""

from pathlib import Path

import numpy as np

from cnn_course.data.dataset import Split
from cnn_course.data.parts import Parts
from cnn_course.data.subset import held_out

CLASSES = tuple(str(digit) for digit in range(10))
TEST_SHARE = 0.2


def read_digits() -> Parts:
    """The digits, enlarged to 32x32x3; a fixed fifth of each class is the test part."""
    with np.load(Path(__file__).with_name("digits.npz"), allow_pickle=False) as arrays:
        images, labels = arrays["images"], arrays["labels"].astype("int64")
    rest, test = held_out(labels, TEST_SHARE)
    return Parts(
        train=Split(enlarge(images[rest]), labels[rest]),
        test=lambda: Split(enlarge(images[test]), labels[test]),
        classes=CLASSES,
        source="digits, embedded: 1,797 handwritten digits (UCI; Alpaydin and Kaynak, CC BY 4.0)",
        augment=("crop",),
    )


def enlarge(images: np.ndarray) -> np.ndarray:
    """(n, 8, 8) with levels 0 to 16 -> uint8 (n, 32, 32, 3), bicubic."""
    from PIL import Image

    large = np.empty((len(images), 32, 32), "float32")
    for i, image in enumerate(images.astype("float32")):
        large[i] = Image.fromarray(image).resize((32, 32), Image.Resampling.BICUBIC)
    grey = np.rint(large * (255 / 16)).clip(0, 255).astype("uint8")
    return np.repeat(grey[..., None], 3, axis=-1)
