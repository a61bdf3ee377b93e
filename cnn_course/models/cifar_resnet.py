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

With bottlenecks of three convolutions, whose last has 64, 128 and 256 filters, the depth is 9n + 2: 164 for
n = 18. Their stride is in the first 1x1 convolution and their default shortcut is "B", as in the authors'
code.

`unit` says where batch normalisation and ReLU stand (He et al., "Identity Mappings in Deep Residual
Networks", ECCV 2016, table 2 and figure 4; deck 001, L650-657). The paper's test errors on CIFAR-10:

| unit                       | residual, addition, what follows | ResNet-110 | ResNet-164 |
|----------------------------|----------------------------------|------------|------------|
| "original"                 | conv BN ReLU conv BN, add, ReLU  | 6.61 %     | 5.93 %     |
| "bn_after_addition"        | conv BN ReLU conv, add, BN ReLU  | 8.17 %     | 6.50 %     |
| "relu_before_addition"     | conv BN ReLU conv BN ReLU, add   | 7.84 %     | 6.14 %     |
| "relu_only_pre_activation" | ReLU conv BN ReLU conv BN, add   | 6.71 %     | 5.91 %     |
| "full_pre_activation"      | BN ReLU conv BN ReLU conv, add   | 6.37 %     | 5.46 %     |

All five have the same number of parameters with shortcut "A". With "B" the projections of the second and the
last are not normalised: 1,730,522 trainable parameters for `resnet110(unit="full_pre_activation",
shortcut="B")`, 1,703,258 for `resnet164(unit="full_pre_activation")`.
"""

import keras

from cnn_course.blocks import bottleneck_block, plain_block, residual_block
from cnn_course.models.resnet import residual_network
from cnn_course.models.staged import staged_network

FILTERS = (16, 32, 64)
NETWORKS = {  # depth: what a stage repeats, and how often (n)
    20: (residual_block, 3),
    32: (residual_block, 5),
    44: (residual_block, 7),
    56: (residual_block, 9),
    110: (residual_block, 18),
    29: (bottleneck_block, 3),
    164: (bottleneck_block, 18),
}


def cifar_resnet(
    depth: int,
    input_shape: tuple[int, int, int],
    classes: int,
    *,
    unit: str,
    shortcut: str,
    zero_gamma: bool,
    name: str,
) -> keras.Model:
    """The network of that depth in `NETWORKS`.

    `unit` is a row of this module's table. `shortcut` "A" adds zeros where the shape changes, "B" projects.
    With `zero_gamma` every unit starts as its shortcut (deck 001, L534): "original" and
    "relu_only_pre_activation" can.
    """
    block, n = NETWORKS[depth]
    return residual_network(
        input_shape,
        classes,
        stem="cifar",
        block=block,
        blocks=(n, n, n),
        filters=FILTERS,
        unit=unit,
        shortcut=shortcut,
        zero_gamma=zero_gamma,
        name=name,
    )


def cifar_plain(depth: int, input_shape: tuple[int, int, int], classes: int, *, name: str) -> keras.Model:
    """The layers of the residual network of that depth without shortcuts."""
    _, n = NETWORKS[depth]
    return staged_network(
        input_shape, classes, stem="cifar", block=plain_block, blocks=(n, n, n), filters=FILTERS, name=name
    )


def resnet20(
    input_shape: tuple[int, int, int] = (32, 32, 3),
    classes: int = 10,
    *,
    unit: str = "original",
    shortcut: str = "A",
    zero_gamma: bool = False,
    name: str = "resnet20",
) -> keras.Model:
    """Residual network of 20 layers for CIFAR (decks 000 to 003).

    The options are those of `cifar_resnet`.
    """
    return cifar_resnet(
        20, input_shape, classes, unit=unit, shortcut=shortcut, zero_gamma=zero_gamma, name=name
    )


def resnet32(
    input_shape: tuple[int, int, int] = (32, 32, 3),
    classes: int = 10,
    *,
    unit: str = "original",
    shortcut: str = "A",
    zero_gamma: bool = False,
    name: str = "resnet32",
) -> keras.Model:
    """Residual network of 32 layers for CIFAR (decks 000 to 003).

    The options are those of `cifar_resnet`.
    """
    return cifar_resnet(
        32, input_shape, classes, unit=unit, shortcut=shortcut, zero_gamma=zero_gamma, name=name
    )


def resnet44(
    input_shape: tuple[int, int, int] = (32, 32, 3),
    classes: int = 10,
    *,
    unit: str = "original",
    shortcut: str = "A",
    zero_gamma: bool = False,
    name: str = "resnet44",
) -> keras.Model:
    """Residual network of 44 layers for CIFAR (decks 000 to 003).

    The options are those of `cifar_resnet`.
    """
    return cifar_resnet(
        44, input_shape, classes, unit=unit, shortcut=shortcut, zero_gamma=zero_gamma, name=name
    )


def resnet56(
    input_shape: tuple[int, int, int] = (32, 32, 3),
    classes: int = 10,
    *,
    unit: str = "original",
    shortcut: str = "A",
    zero_gamma: bool = False,
    name: str = "resnet56",
) -> keras.Model:
    """Residual network of 56 layers for CIFAR (decks 000 to 003).

    The options are those of `cifar_resnet`.
    """
    return cifar_resnet(
        56, input_shape, classes, unit=unit, shortcut=shortcut, zero_gamma=zero_gamma, name=name
    )


def resnet110(
    input_shape: tuple[int, int, int] = (32, 32, 3),
    classes: int = 10,
    *,
    unit: str = "original",
    shortcut: str = "A",
    zero_gamma: bool = False,
    name: str = "resnet110",
) -> keras.Model:
    """Residual network of 110 layers for CIFAR (decks 000 to 003).

    The options are those of `cifar_resnet`.
    """
    return cifar_resnet(
        110, input_shape, classes, unit=unit, shortcut=shortcut, zero_gamma=zero_gamma, name=name
    )


def resnet29(
    input_shape: tuple[int, int, int] = (32, 32, 3),
    classes: int = 10,
    *,
    unit: str = "original",
    shortcut: str = "B",
    zero_gamma: bool = False,
    name: str = "resnet29",
) -> keras.Model:
    """Residual network of 29 layers for CIFAR: resnet20 with bottleneck blocks.

    The options are those of `cifar_resnet`.
    """
    return cifar_resnet(
        29, input_shape, classes, unit=unit, shortcut=shortcut, zero_gamma=zero_gamma, name=name
    )


def resnet164(
    input_shape: tuple[int, int, int] = (32, 32, 3),
    classes: int = 10,
    *,
    unit: str = "original",
    shortcut: str = "B",
    zero_gamma: bool = False,
    name: str = "resnet164",
) -> keras.Model:
    """Residual network of 164 layers for CIFAR, bottleneck blocks (deck 001).

    The options are those of `cifar_resnet`.
    """
    return cifar_resnet(
        164, input_shape, classes, unit=unit, shortcut=shortcut, zero_gamma=zero_gamma, name=name
    )


def plain20(
    input_shape: tuple[int, int, int] = (32, 32, 3), classes: int = 10, *, name: str = "plain20"
) -> keras.Model:
    """The 20 layers of resnet20 without shortcuts (decks 001 and 002)."""
    return cifar_plain(20, input_shape, classes, name=name)


def plain32(
    input_shape: tuple[int, int, int] = (32, 32, 3), classes: int = 10, *, name: str = "plain32"
) -> keras.Model:
    """The 32 layers of resnet32 without shortcuts."""
    return cifar_plain(32, input_shape, classes, name=name)


def plain44(
    input_shape: tuple[int, int, int] = (32, 32, 3), classes: int = 10, *, name: str = "plain44"
) -> keras.Model:
    """The 44 layers of resnet44 without shortcuts."""
    return cifar_plain(44, input_shape, classes, name=name)


def plain56(
    input_shape: tuple[int, int, int] = (32, 32, 3), classes: int = 10, *, name: str = "plain56"
) -> keras.Model:
    """The 56 layers of resnet56 without shortcuts (decks 001 and 002)."""
    return cifar_plain(56, input_shape, classes, name=name)


def plain110(
    input_shape: tuple[int, int, int] = (32, 32, 3), classes: int = 10, *, name: str = "plain110"
) -> keras.Model:
    """The 110 layers of resnet110 without shortcuts."""
    return cifar_plain(110, input_shape, classes, name=name)
