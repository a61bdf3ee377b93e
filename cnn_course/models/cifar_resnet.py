"""Residual networks for CIFAR and their plain twins (He et al., "Deep Residual Learning ...", 2015, 4.2).

Decks 000 (L366-403), 001 (L508-552), 002 (L1201-1283), 003 (L837-877): a 3x3 convolution, three stages of
n blocks with 16, 32 and 64 filters, the first block of stages 2 and 3 halving the map; average pooling and
one linear layer. Depth 6n + 2. The plain twins have the same layers without shortcuts: the 56-layer plain
network is worse than the 20-layer one even in training error (decks 001 L508-513, 002 L1242-1247).

| depth | n  | trainable, A | trainable, B | multiply-adds, A | paper: parameters, CIFAR-10 test error |
|-------|----|--------------|--------------|------------------|----------------------------------------|
| 20    | 3  | 269,722      | 272,474      | 40,551,040       | 0.27M, 8.75 %                          |
| 32    | 5  | 464,154      | 466,906      | 68,862,592       | 0.46M, 7.51 %                          |
| 44    | 7  | 658,586      | 661,338      | 97,174,144       | 0.66M, 7.17 %                          |
| 56    | 9  | 853,018      | 855,770      | 125,485,696      | 0.85M, 6.97 %                          |
| 110   | 18 | 1,727,962    | 1,730,714    | 252,887,680      | 1.7M, 6.43 %                           |

Keras's own total adds the two moving statistics per channel of each batch normalisation. Shortcut "A"
(zero-padded identity) is the default because the paper's figures were made with it; "B" projects by a
1x1 convolution. Deck 003 says that the stride-2 convolutions pad every side; see `cnn_course.blocks.conv`.
"""

from functools import partial
from typing import Protocol

import keras
from keras import layers

from cnn_course.blocks import SHORTCUTS, classifier, conv_bn_relu, plain_block, residual_block
from cnn_course.models.arguments import check_choice, check_image_classifier


class Block(Protocol):
    """What a stage repeats: a function from tensor to tensor that knows its width and stride."""

    def __call__(
        self, x: keras.KerasTensor, filters: int, *, strides: int, name: str
    ) -> keras.KerasTensor: ...


def cifar_network(
    input_shape: tuple[int, int, int],
    classes: int,
    *,
    block: Block,
    blocks: int,
    filters: tuple[int, ...] = (16, 32, 64),
    name: str,
) -> keras.Model:
    """Stem, one stage of `blocks` blocks per entry of `filters`, average pooling, linear classifier."""
    check_image_classifier(name, input_shape, classes)
    image = keras.Input(input_shape, name="image")
    x = conv_bn_relu(image, filters[0], name="stem")
    for stage, width in enumerate(filters, start=1):
        for number in range(1, blocks + 1):
            strides = 2 if stage > 1 and number == 1 else 1
            x = block(x, width, strides=strides, name=f"stage{stage}_block{number}")
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    return keras.Model(image, classifier(x, classes), name=name)


def residual_network(
    input_shape: tuple[int, int, int],
    classes: int,
    *,
    blocks: int,
    filters: tuple[int, ...] = (16, 32, 64),
    shortcut: str = "A",
    name: str,
) -> keras.Model:
    """`cifar_network` of basic residual blocks; `shortcut` is "A" or "B" of the paper."""
    check_choice("shortcut", shortcut, SHORTCUTS)
    block = partial(residual_block, shortcut=shortcut)
    return cifar_network(input_shape, classes, block=block, blocks=blocks, filters=filters, name=name)


def plain_network(
    input_shape: tuple[int, int, int],
    classes: int,
    *,
    blocks: int,
    filters: tuple[int, ...] = (16, 32, 64),
    name: str,
) -> keras.Model:
    """`cifar_network` of the same convolutions without shortcuts."""
    return cifar_network(input_shape, classes, block=plain_block, blocks=blocks, filters=filters, name=name)


def resnet20(
    input_shape: tuple[int, int, int] = (32, 32, 3),
    classes: int = 10,
    *,
    shortcut: str = "A",
    name: str = "resnet20",
) -> keras.Model:
    """Residual network of 20 layers for CIFAR (decks 000 to 003)."""
    return residual_network(input_shape, classes, blocks=3, shortcut=shortcut, name=name)


def resnet32(
    input_shape: tuple[int, int, int] = (32, 32, 3),
    classes: int = 10,
    *,
    shortcut: str = "A",
    name: str = "resnet32",
) -> keras.Model:
    """Residual network of 32 layers for CIFAR (decks 000 to 003)."""
    return residual_network(input_shape, classes, blocks=5, shortcut=shortcut, name=name)


def resnet44(
    input_shape: tuple[int, int, int] = (32, 32, 3),
    classes: int = 10,
    *,
    shortcut: str = "A",
    name: str = "resnet44",
) -> keras.Model:
    """Residual network of 44 layers for CIFAR (decks 000 to 003)."""
    return residual_network(input_shape, classes, blocks=7, shortcut=shortcut, name=name)


def resnet56(
    input_shape: tuple[int, int, int] = (32, 32, 3),
    classes: int = 10,
    *,
    shortcut: str = "A",
    name: str = "resnet56",
) -> keras.Model:
    """Residual network of 56 layers for CIFAR (decks 000 to 003)."""
    return residual_network(input_shape, classes, blocks=9, shortcut=shortcut, name=name)


def resnet110(
    input_shape: tuple[int, int, int] = (32, 32, 3),
    classes: int = 10,
    *,
    shortcut: str = "A",
    name: str = "resnet110",
) -> keras.Model:
    """Residual network of 110 layers for CIFAR (decks 000 to 003)."""
    return residual_network(input_shape, classes, blocks=18, shortcut=shortcut, name=name)


def plain20(
    input_shape: tuple[int, int, int] = (32, 32, 3), classes: int = 10, *, name: str = "plain20"
) -> keras.Model:
    """The 20 layers of resnet20 without shortcuts (decks 001 and 002)."""
    return plain_network(input_shape, classes, blocks=3, name=name)


def plain32(
    input_shape: tuple[int, int, int] = (32, 32, 3), classes: int = 10, *, name: str = "plain32"
) -> keras.Model:
    """The 32 layers of resnet32 without shortcuts."""
    return plain_network(input_shape, classes, blocks=5, name=name)


def plain44(
    input_shape: tuple[int, int, int] = (32, 32, 3), classes: int = 10, *, name: str = "plain44"
) -> keras.Model:
    """The 44 layers of resnet44 without shortcuts."""
    return plain_network(input_shape, classes, blocks=7, name=name)


def plain56(
    input_shape: tuple[int, int, int] = (32, 32, 3), classes: int = 10, *, name: str = "plain56"
) -> keras.Model:
    """The 56 layers of resnet56 without shortcuts (decks 001 and 002)."""
    return plain_network(input_shape, classes, blocks=9, name=name)


def plain110(
    input_shape: tuple[int, int, int] = (32, 32, 3), classes: int = 10, *, name: str = "plain110"
) -> keras.Model:
    """The 110 layers of resnet110 without shortcuts."""
    return plain_network(input_shape, classes, blocks=18, name=name)
