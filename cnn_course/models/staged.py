"""The frame of plain and residual networks: stem, stages of blocks, average pooling, linear classifier.

Deck 003 (L856-888): within a stage all blocks are alike; the first block of every further stage halves the
map while the filters double. Every layer pads alike on all sides, so any image from 1x1 pixels on will do.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

import keras
from keras import layers

from cnn_course.blocks import classifier, conv_bn_relu, max_pool
from cnn_course.models.arguments import check_choice, check_image_classifier


class Block(Protocol):
    """What a stage repeats: a function from tensor to tensor that knows its width and stride."""

    def __call__(
        self, x: keras.KerasTensor, filters: int, *, strides: int, name: str
    ) -> keras.KerasTensor: ...


def imagenet_stem(x: keras.KerasTensor, filters: int) -> keras.KerasTensor:
    """7x7 convolution and 3x3 max pooling, both with stride 2: 224 -> 112 -> 56 (deck 003, L867-877)."""
    x = conv_bn_relu(x, filters, 7, strides=2, name="stem")
    return max_pool(x, name="stem")


def cifar_stem(x: keras.KerasTensor, filters: int) -> keras.KerasTensor:
    """3x3 convolution that keeps the size of small images."""
    return conv_bn_relu(x, filters, name="stem")


STEMS = {"imagenet": imagenet_stem, "cifar": cifar_stem}


def staged_network(
    input_shape: tuple[int, int, int],
    classes: int,
    *,
    stem: str,
    block: Block,
    blocks: Sequence[int],
    filters: Sequence[int],
    first: Block | None = None,
    closing: Callable[[keras.KerasTensor], keras.KerasTensor] | None = None,
    name: str,
) -> keras.Model:
    """A network with `blocks[i]` blocks of `filters[i]` filters in stage i + 1.

    `stem` is a name in `STEMS`. Where a network needs them, `first` stands for its very first block and
    `closing` follows the last one.
    """
    check_image_classifier(name, input_shape, classes)
    check_choice("stem", stem, STEMS)
    image = keras.Input(input_shape, name="image")
    x = STEMS[stem](image, filters[0])
    for stage, (count, width) in enumerate(zip(blocks, filters, strict=True), start=1):
        for number in range(1, count + 1):
            step = first if first and stage == number == 1 else block
            strides = 2 if stage > 1 and number == 1 else 1
            x = step(x, width, strides=strides, name=f"stage{stage}_block{number}")
    if closing:
        x = closing(x)
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    return keras.Model(image, classifier(x, classes), name=name)
