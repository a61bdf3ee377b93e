"""Arrays in, batches out: shuffled, augmented, standardised, the same again for the same seed.

The order and the augmentation of an epoch depend on (seed, epoch) alone, so a run that is resumed at
epoch 7 sees the very batches that an unbroken run sees there. The work is done on uint8 batches in
NumPy, a fraction of a millisecond each; only the last step, scaling, makes floats.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnn_course.data.augment import augment
from cnn_course.data.dataset import Split

CHUNK = 8  # batches that TensorFlow fetches in one go: a trip into Python costs as much as making a batch
BLOCK = 16
"""Images that are augmented at once. Arrays of more than 128 kB come from the operating system each time,
in pages that it has to clear: with whole batches that takes longer than the augmentation itself."""


@dataclass
class Epochs:
    """The training batches of one epoch after another.

    Iterating gives (images uint8, labels) batches of `epoch`; whoever trains sets `epoch` first.
    What is left over when the images do not divide into batches is left out: another part of them
    in every epoch.
    """

    split: Split
    batch_size: int
    augmentations: Sequence[str] = ()
    seed: int = 0
    epoch: int = 0

    def __post_init__(self) -> None:
        self.batch_size = min(self.batch_size, len(self.split))

    def __len__(self) -> int:
        return len(self.split) // self.batch_size

    def __iter__(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        for number in range(self.chunks):
            yield from zip(*self.chunk(number), strict=True)

    @property
    def chunks(self) -> int:
        return -(-len(self) // CHUNK)

    def chunk(self, number: int) -> tuple[np.ndarray, np.ndarray]:
        """Up to `CHUNK` batches of the epoch: images (k, batch, h, w, channels) and labels (k, batch)."""
        order = np.random.default_rng([self.seed, self.epoch]).permutation(len(self.split))
        order = order[: len(self) * self.batch_size].reshape(len(self), self.batch_size)
        chosen = order[number * CHUNK : (number + 1) * CHUNK]
        rng = np.random.default_rng([self.seed, self.epoch, number])
        images = np.empty((*chosen.shape, *self.split.images.shape[1:]), np.uint8)
        for batch, indices in zip(images, chosen, strict=True):
            self._fill(batch, indices, rng)
        return images, self.split.labels[chosen]

    def _fill(self, batch: np.ndarray, indices: np.ndarray, rng: np.random.Generator) -> None:
        """Put the images at `indices`, augmented, into `batch`."""
        for start in range(0, len(batch), BLOCK):
            part = slice(start, start + BLOCK)
            batch[part] = augment(self.split.images[indices[part]], self.augmentations, rng)


def standardize(images: np.ndarray, mean: np.ndarray, std: np.ndarray) -> np.ndarray:
    """uint8 images -> float32 with the mean 0 and deviation 1 of the training part, per channel."""
    scale, shift = scale_and_shift(mean, std)
    return images.astype("float32") * scale + shift


def scale_and_shift(mean: np.ndarray, std: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(a, b) such that a * image + b is the standardised form of a uint8 image.

    A channel without any variation is only centred.
    """
    deviation = np.where(np.asarray(std) > 0, std, 1.0)
    scale = 1.0 / (255.0 * deviation)
    return scale.astype("float32"), (-np.asarray(mean) / deviation).astype("float32")


def training_batches(epochs: Epochs, mean: np.ndarray, std: np.ndarray) -> Any:
    """A `tf.data.Dataset` of standardised (images, labels); each pass over it is `epochs.epoch`."""
    import tensorflow as tf

    def chunk(number: Any) -> tuple[Any, Any]:
        images, labels = tf.numpy_function(epochs.chunk, [number], (tf.uint8, tf.int64))
        labels.set_shape((None, epochs.batch_size))
        images.set_shape((None, epochs.batch_size, *epochs.split.images.shape[1:]))
        return images, labels

    batches = tf.data.Dataset.range(epochs.chunks).map(chunk).prefetch(2).unbatch()
    return _scaled(batches.apply(tf.data.experimental.assert_cardinality(len(epochs))), mean, std)


def evaluation_batches(split: Split, mean: np.ndarray, std: np.ndarray, *, batch_size: int = 500) -> Any:
    """A `tf.data.Dataset` of standardised (images, labels), every image once, in order."""
    import tensorflow as tf

    def slices() -> Iterator[tuple[np.ndarray, np.ndarray]]:
        for start in range(0, len(split), batch_size):
            yield split.images[start : start + batch_size], split.labels[start : start + batch_size]

    signature = (
        tf.TensorSpec((None, *split.images.shape[1:]), tf.uint8),
        tf.TensorSpec((None,), tf.int64),
    )
    batches = tf.data.Dataset.from_generator(slices, output_signature=signature)
    steps = -(-len(split) // batch_size)
    return _scaled(batches.apply(tf.data.experimental.assert_cardinality(steps)), mean, std)


def _scaled(batches: Any, mean: np.ndarray, std: np.ndarray) -> Any:
    import tensorflow as tf

    # As large as an image: broadcasting three numbers along the last axis takes four times as long.
    shape = batches.element_spec[0].shape[1:]
    scale, shift = (np.broadcast_to(x, shape).copy() for x in scale_and_shift(mean, std))
    scaled = batches.map(lambda x, y: (tf.cast(x, tf.float32) * scale + shift, y)).prefetch(2)
    # Nothing here needs tuning, and TensorFlow 2.21's tuner can hold up the end of an epoch for five
    # seconds: its thread is waited for while it sleeps.
    options = tf.data.Options()
    options.autotune.enabled = False
    return scaled.with_options(options)
