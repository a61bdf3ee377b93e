"""GoogLeNet (Szegedy et al., "Going Deeper with Convolutions", CVPR 2015): nine inception modules.

Decks 001 (L346-396), 002 (L1123-1204), 003 (L712-830): a stem that takes 224x224 to 28x28, modules in three
stages with max pooling between them, global average pooling, dropout, one linear layer. 57 convolutions; 22
layers deep, as each module is two layers on its longest way. Volumes: 224x224x3 -> 112x112x64 -> 56x56x64 ->
56x56x192 -> 28x28x192 -> 28x28x480 -> 14x14x832 -> 7x7x1024 -> 1024 -> 1000.

| network                             | parameters | multiply-adds  |
|-------------------------------------|------------|----------------|
| `googlenet()`                       | 6,998,552  | 1,582,671,872  |
| without its classifier              | 5,973,552  | 1,581,647,872  |
| `googlenet(aux=True)`, for training | 13,378,280 | 1,591,044,096  |
| `googlenet_cifar()`                 | 370,790    | 91,449,856     |
| `googlenet_cifar(module="naive")`   | 5,793,142  | 987,906,120    |

The decks say 5 million parameters and twelve times fewer than AlexNet; it is 7.0 million, 8.7 times fewer
than AlexNet's 60,965,224. Deck 003's stem costs 480.8 million operations, not 418 (`docs/slide_errors.md`).

Local response normalisation stands where the paper has it, with AlexNet's values, as the paper gives none.
Weights start as deck 000 (L299-309) advises for ReLU. Layer names: `inception3a_conv5x5_reduce`.

With `aux=True` two more classifiers, on modules 4a and 4d, are judged too, so that gradients reach the lower
layers (deck 003, L821-830). The network then has three outputs. `cnn_course.training.train` takes it as it
is (`Recipe(auxiliary_weight=0.3)`), and plain Keras so:

    network = googlenet_cifar(aux=True)
    network.compile("adam", 3 * ["sparse_categorical_crossentropy"], loss_weights=LOSS_WEIGHTS)
    network.fit(images, 3 * [labels])
    finished = without_aux(network)  # one output, the same weights
"""

from collections.abc import Callable

import keras
from keras import layers

from cnn_course.blocks import classifier, conv_bn_relu, conv_relu, inception, inception_naive, max_pool
from cnn_course.layers import LocalResponseNormalization
from cnn_course.models.arguments import check_choice, check_image_classifier, check_rate, check_switch

Block = Callable[..., keras.KerasTensor]

MODULES = {  # table 1 of the paper: 1x1; 3x3 reduce, 3x3; 5x5 reduce, 5x5; pool projection
    "3a": (64, 96, 128, 16, 32, 32),
    "3b": (128, 128, 192, 32, 96, 64),
    "4a": (192, 96, 208, 16, 48, 64),
    "4b": (160, 112, 224, 24, 64, 64),
    "4c": (128, 128, 256, 24, 64, 64),
    "4d": (112, 144, 288, 32, 64, 64),
    "4e": (256, 160, 320, 32, 128, 128),
    "5a": (256, 160, 320, 32, 128, 128),
    "5b": (384, 192, 384, 48, 128, 128),
}
AUX_HEADS = {"aux1": "4a", "aux2": "4d"}  # the module that each reads
LOSS_WEIGHTS = [1.0, 0.3, 0.3]  # of predictions, aux1 and aux2


def googlenet(
    input_shape: tuple[int, int, int] = (224, 224, 3),
    classes: int = 1000,
    *,
    module: str = "bottleneck",
    aux: bool = False,
    batch_norm: bool = False,
    dropout: float = 0.4,
    name: str = "googlenet",
) -> keras.Model:
    """GoogLeNet (2014): 22 layers, nine inception modules (decks 001 to 003).

    `module="naive"` leaves out the 1x1 bottlenecks, so the number of maps only grows. `aux` adds the two
    auxiliary classifiers: three outputs, for training (see above), from 65x65 pixels on. `batch_norm`
    normalises each convolution, and then there is no local response normalisation.
    """
    _check_options(aux, batch_norm, dropout)
    check_image_classifier(name, input_shape, classes, smallest=65 if aux else 1)
    conv = conv_bn_relu if batch_norm else conv_relu
    image = keras.Input(input_shape, name="image")
    x = stem(image, batch_norm=batch_norm)
    maps = inception_modules(x, module, conv=conv)
    outputs = _heads(maps, classes, aux=aux, dropout=dropout, conv=conv)
    return keras.Model(image, outputs, name=name)


def googlenet_cifar(
    input_shape: tuple[int, int, int] = (32, 32, 3),
    classes: int = 10,
    *,
    module: str = "bottleneck",
    aux: bool = False,
    batch_norm: bool = False,
    dropout: float = 0.4,
    name: str = "googlenet_cifar",
) -> keras.Model:
    """GoogLeNet for CIFAR: a 3x3 convolution, then the nine modules with a quarter of the filters.

    32x32x3 -> 32x32x48 -> 32x32x120 -> 16x16x208 -> 8x8x256 -> 256 -> 10. Arguments as in `googlenet`; `aux`
    from 9x9 pixels on.
    """
    _check_options(aux, batch_norm, dropout)
    check_image_classifier(name, input_shape, classes, smallest=9 if aux else 1)
    conv = conv_bn_relu if batch_norm else conv_relu
    image = keras.Input(input_shape, name="image")
    x = conv(image, 48, name="stem")
    maps = inception_modules(x, module, conv=conv, divisor=4)
    outputs = _heads(maps, classes, aux=aux, dropout=dropout, conv=conv, divisor=4)
    return keras.Model(image, outputs, name=name)


def _check_options(aux: bool, batch_norm: bool, dropout: float) -> None:
    check_switch("aux", aux)
    check_switch("batch_norm", batch_norm)
    check_rate("dropout", dropout)


def without_aux(network: keras.Model) -> keras.Model:
    """The network for inference: the first output of `network` alone. Both share their weights.

    Raises ValueError if there is one output only.
    """
    if len(network.outputs) == 1:
        raise ValueError(f"{network.name} has no auxiliary heads; build it with aux=True to train with them")
    return keras.Model(network.input, network.outputs[0], name=network.name)


def stem(image: keras.KerasTensor, *, batch_norm: bool = False) -> keras.KerasTensor:
    """The aggressive start of deck 003 (L730-741): (N, 224, 224, 3) -> (N, 28, 28, 192)."""
    conv = conv_bn_relu if batch_norm else conv_relu
    x = conv(image, 64, 7, strides=2, name="stem", index=1)
    x = max_pool(x, name="stem", index=1)
    x = x if batch_norm else LocalResponseNormalization(name="stem_norm1")(x)
    x = conv(x, 64, 1, name="stem", index=2)
    x = conv(x, 192, 3, name="stem", index=3)
    x = x if batch_norm else LocalResponseNormalization(name="stem_norm2")(x)
    return max_pool(x, name="stem", index=2)


def inception_modules(
    x: keras.KerasTensor, module: str, *, conv: Block = conv_relu, divisor: int = 1
) -> dict[str, keras.KerasTensor]:
    """The nine modules and the poolings between the stages: the output of each module, (N, H, W, filters).

    All numbers of filters are those of `MODULES` divided by `divisor`.
    """
    check_choice("module", module, KINDS)
    maps = {}
    for address, row in MODULES.items():
        if address in ("4a", "5a"):
            x = max_pool(x, name=f"stage{address[0]}")
        filters = [number // divisor for number in row]
        x = maps[address] = KINDS[module](x, *filters, conv=conv, name=f"inception{address}")
    return maps


def _without_bottlenecks(
    x: keras.KerasTensor,
    filters_1x1: int,
    _reduce_3x3: int,
    filters_3x3: int,
    _reduce_5x5: int,
    filters_5x5: int,
    _filters_pool: int,
    *,
    conv: Block,
    name: str,
) -> keras.KerasTensor:
    """The naive module, from a row of `MODULES`."""
    return inception_naive(x, filters_1x1, filters_3x3, filters_5x5, conv=conv, name=name)


KINDS: dict[str, Block] = {"bottleneck": inception, "naive": _without_bottlenecks}


def _heads(
    maps: dict[str, keras.KerasTensor],
    classes: int,
    *,
    aux: bool,
    dropout: float,
    conv: Block,
    divisor: int = 1,
) -> keras.KerasTensor | list[keras.KerasTensor]:
    """Class probabilities, (N, classes), from the last map; with `aux` a list: these, then the others'."""
    x = layers.GlobalAveragePooling2D(name="pool")(maps["5b"])
    x = layers.Dropout(dropout, name="dropout")(x)
    predictions = classifier(x, classes)
    if not aux:
        return predictions
    auxiliary = [
        auxiliary_head(maps[address], classes, conv=conv, divisor=divisor, name=name)
        for name, address in AUX_HEADS.items()
    ]
    return [predictions, *auxiliary]


def auxiliary_head(
    x: keras.KerasTensor, classes: int, *, conv: Block = conv_relu, divisor: int = 1, name: str
) -> keras.KerasTensor:
    """A classifier half-way up: (N, H, W, C) -> (N, classes), for maps from 5x5 on.

    5x5 average pooling with stride 3, 128 filters of 1x1, 1024 units, dropout of 0.7; filters and units
    divided by `divisor`. Source: section 5 of the paper.
    """
    x = layers.AveragePooling2D(5, strides=3, name=f"{name}_pool")(x)
    x = conv(x, 128 // divisor, 1, name=name)
    x = layers.Flatten(name=f"{name}_flatten")(x)
    x = layers.Dense(1024 // divisor, activation="relu", kernel_initializer="he_normal", name=f"{name}_fc")(x)
    x = layers.Dropout(0.7, name=f"{name}_dropout")(x)
    return classifier(x, classes, name=name)
