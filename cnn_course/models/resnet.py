"""Residual networks for ImageNet (He et al., "Deep Residual Learning for Image Recognition", CVPR 2016).

Decks 000 (L408-414), 001 (L544-552), 002 (L1218-1283), 003 (L846-888): stem, four stages of residual units
with 64, 128, 256 and 512 filters, average pooling, one linear layer. The last convolution of a bottleneck has
four times the filters. The depth counts the convolutions on the main path and the linear layer.

| depth | units per stage | parameters | multiply-adds v1 | v1.5           | paper, 10^9 | top-1 error |
|-------|-----------------|------------|------------------|----------------|-------------|-------------|
| 18    | 2, 2, 2, 2      | 11,689,512 | 1,814,073,344    |                | 1.8         | 27.88 %     |
| 34    | 3, 4, 6, 3      | 21,797,672 | 3,663,761,408    |                | 3.6         | 24.52 %     |
| 50    | 3, 4, 6, 3      | 25,557,032 | 3,857,973,248    | 4,089,184,256  | 3.8         | 22.85 %     |
| 101   | 3, 4, 23, 3     | 44,549,160 | 7,570,194,432    | 7,801,405,440  | 7.6         | 21.75 %     |
| 152   | 3, 8, 36, 3     | 60,192,808 | 11,282,415,616   | 11,513,626,624 | 11.3        | 21.43 %     |

Parameters are the trainable ones, with shortcut "B" and 1000 classes; the convolutions have no bias, because
batch normalisation follows. The errors are the paper's, on validation images in ten crops each (18 layers
with shortcut "A").

A bottleneck that halves the map can do so in two places. Version "v1", the paper's, has the stride in the
first 1x1 convolution, which then sees one pixel in four; "v1.5" has it in the 3x3 convolution, costs a
little more and is what PyTorch calls ResNet-50. Version "v2" moves batch normalisation and ReLU before the
convolutions (He et al., "Identity Mappings in Deep Residual Networks", ECCV 2016; deck 001, L650-657).

The V2 networks of keras.applications are others than the paper's, so their weights do not fit here: they
halve the map in the last unit of a stage, where max pooling subsamples the shortcut, have biases on the path
that the paper keeps clean, and neither normalisation nor ReLU before the pooling of the stem.
"""

from collections.abc import Callable
from functools import partial

import keras

from cnn_course.blocks import SHORTCUTS, UNITS, bottleneck_block, closing_activation, residual_block
from cnn_course.models.arguments import check_choice, check_switch
from cnn_course.models.staged import staged_network

FILTERS = (64, 128, 256, 512)
NETWORKS = {  # table 1 of the paper: what a stage repeats, and how often
    18: (residual_block, (2, 2, 2, 2)),
    34: (residual_block, (3, 4, 6, 3)),
    50: (bottleneck_block, (3, 4, 6, 3)),
    101: (bottleneck_block, (3, 4, 23, 3)),
    152: (bottleneck_block, (3, 8, 36, 3)),
}
VERSIONS = {  # of bottlenecks: the convolution that has the stride, and the order of the layers
    "v1": (1, "original"),
    "v1.5": (2, "original"),
    "v2": (2, "full_pre_activation"),
}


def residual_network(
    input_shape: tuple[int, int, int],
    classes: int,
    *,
    stem: str,
    block: Callable[..., keras.KerasTensor],
    blocks: tuple[int, ...],
    filters: tuple[int, ...],
    unit: str = "original",
    shortcut: str = "A",
    zero_gamma: bool = False,
    name: str,
) -> keras.Model:
    """`staged_network` of residual units; `block` is `residual_block` or `bottleneck_block`.

    The stem's activation serves as that of the first pre-activated unit; one more follows the last unit.
    """
    check_choice("unit", unit, UNITS)
    check_choice("shortcut", shortcut, SHORTCUTS)
    check_switch("zero_gamma", zero_gamma)
    block = partial(block, unit=unit, shortcut=shortcut, zero_gamma=zero_gamma)
    return staged_network(
        input_shape,
        classes,
        stem=stem,
        block=block,
        blocks=blocks,
        filters=filters,
        first=partial(block, activated=True),
        closing=partial(closing_activation, unit=unit, name="closing"),
        name=name,
    )


def imagenet_resnet(
    depth: int,
    version: str,
    input_shape: tuple[int, int, int],
    classes: int,
    *,
    shortcut: str,
    stem: str,
    zero_gamma: bool,
    name: str,
) -> keras.Model:
    """The network of that depth in `NETWORKS`; `version` is a row of `VERSIONS`.

    `shortcut` "B" projects where the shape changes, "A" adds zeros instead. `stem="cifar"` leaves images of
    32x32 pixels whole. With `zero_gamma` every unit starts as its shortcut (deck 001, L534); not for "v2".
    """
    check_choice("version", version, VERSIONS)
    strided_conv, unit = VERSIONS[version]
    block, blocks = NETWORKS[depth]
    if block is bottleneck_block:
        block = partial(bottleneck_block, strided_conv=strided_conv)
    return residual_network(
        input_shape,
        classes,
        stem=stem,
        block=block,
        blocks=blocks,
        filters=FILTERS,
        unit=unit,
        shortcut=shortcut,
        zero_gamma=zero_gamma,
        name=name,
    )


def resnet18(
    input_shape: tuple[int, int, int] = (224, 224, 3),
    classes: int = 1000,
    *,
    shortcut: str = "B",
    stem: str = "imagenet",
    zero_gamma: bool = False,
    name: str = "resnet18",
) -> keras.Model:
    """Residual network of 18 layers for ImageNet, basic blocks.

    The options are those of `imagenet_resnet`.
    """
    return imagenet_resnet(
        18, "v1", input_shape, classes, shortcut=shortcut, stem=stem, zero_gamma=zero_gamma, name=name
    )


def resnet34(
    input_shape: tuple[int, int, int] = (224, 224, 3),
    classes: int = 1000,
    *,
    shortcut: str = "B",
    stem: str = "imagenet",
    zero_gamma: bool = False,
    name: str = "resnet34",
) -> keras.Model:
    """Residual network of 34 layers for ImageNet, basic blocks (decks 000 to 002).

    The options are those of `imagenet_resnet`.
    """
    return imagenet_resnet(
        34, "v1", input_shape, classes, shortcut=shortcut, stem=stem, zero_gamma=zero_gamma, name=name
    )


def resnet50(
    input_shape: tuple[int, int, int] = (224, 224, 3),
    classes: int = 1000,
    *,
    version: str = "v1",
    shortcut: str = "B",
    stem: str = "imagenet",
    zero_gamma: bool = False,
    name: str = "resnet50",
) -> keras.Model:
    """Residual network of 50 layers for ImageNet, bottleneck blocks (decks 001 and 002).

    The options are those of `imagenet_resnet`.
    """
    return imagenet_resnet(
        50, version, input_shape, classes, shortcut=shortcut, stem=stem, zero_gamma=zero_gamma, name=name
    )


def resnet101(
    input_shape: tuple[int, int, int] = (224, 224, 3),
    classes: int = 1000,
    *,
    version: str = "v1",
    shortcut: str = "B",
    stem: str = "imagenet",
    zero_gamma: bool = False,
    name: str = "resnet101",
) -> keras.Model:
    """Residual network of 101 layers for ImageNet, bottleneck blocks (decks 001 and 002).

    The options are those of `imagenet_resnet`.
    """
    return imagenet_resnet(
        101, version, input_shape, classes, shortcut=shortcut, stem=stem, zero_gamma=zero_gamma, name=name
    )


def resnet152(
    input_shape: tuple[int, int, int] = (224, 224, 3),
    classes: int = 1000,
    *,
    version: str = "v1",
    shortcut: str = "B",
    stem: str = "imagenet",
    zero_gamma: bool = False,
    name: str = "resnet152",
) -> keras.Model:
    """Residual network of 152 layers for ImageNet, bottleneck blocks (decks 001 and 002).

    The options are those of `imagenet_resnet`.
    """
    return imagenet_resnet(
        152, version, input_shape, classes, shortcut=shortcut, stem=stem, zero_gamma=zero_gamma, name=name
    )
