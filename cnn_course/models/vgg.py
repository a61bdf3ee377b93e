"""VGG networks (Simonyan and Zisserman, "Very Deep Convolutional Networks ...", ICLR 2015), A, B, D and E.

Decks 001 (L477-506), 002 (L1056-1121), 003 (L591-710), 004 (L611-709): 3x3 convolutions with stride 1 and
padding 1 only, 2x2 max pooling after each block, the filters doubled up to 512, three dense layers.
Parameters with biases, 1000 classes: A 132,863,336, B 133,047,848, D 138,357,544, E 143,667,240. The decks'
tables count no biases (D: 138,344,128); deck 004's "132 million" for VGG16 (L717) is the figure of A.
Multiply-adds of D for one 224x224 image: 15,470,264,320.

Layer names are those of keras.applications, whose weights fit. Weights start as deck 000 (L299-309) and
He et al. (2015) advise for ReLU; the paper trained its deep networks from a shallow one's weights instead.
"""

import keras
from keras import layers

from cnn_course.blocks import classifier, conv_stack, dense_layers
from cnn_course.models.arguments import check_choice, check_image_classifier, check_rate, check_switch

FILTERS = (64, 128, 256, 512, 512)
CONVS = {  # convolutions per block: table 1 of the paper
    "A": (1, 1, 2, 2, 2),
    "B": (2, 2, 2, 2, 2),
    "D": (2, 2, 3, 3, 3),
    "E": (2, 2, 4, 4, 4),
}
HEADS = ("fc", "gap")


def vgg(
    configuration: str,
    input_shape: tuple[int, int, int],
    classes: int,
    *,
    head: str,
    batch_norm: bool,
    dropout: float,
    name: str,
) -> keras.Model:
    """One column of the paper's table 1: five blocks of convolutions, each ended by pooling, and a head.

    `head="fc"` has two dense layers of 4096 units with dropout, as on the slides; `head="gap"` averages the
    last map instead and goes straight to the classifier (deck 003, L794-814), which leaves a tenth of the
    parameters and has no dropout. `batch_norm` normalises after every convolution. From 32x32 pixels on.
    """
    check_image_classifier(name, input_shape, classes, smallest=2 ** len(FILTERS))
    check_choice("head", head, HEADS)
    check_switch("batch_norm", batch_norm)
    check_rate("dropout", dropout)
    image = keras.Input(input_shape, name="image")
    x = image
    for block, (convs, filters) in enumerate(zip(CONVS[configuration], FILTERS, strict=True), start=1):
        x = conv_stack(x, filters, convs, batch_norm=batch_norm, name=f"block{block}")
    if head == "fc":
        x = dense_layers(x, 4096, dropout=dropout)
    else:
        x = layers.GlobalAveragePooling2D(name="gap")(x)
    return keras.Model(image, classifier(x, classes), name=name)


def vgg11(
    input_shape: tuple[int, int, int] = (224, 224, 3),
    classes: int = 1000,
    *,
    head: str = "fc",
    batch_norm: bool = False,
    dropout: float = 0.5,
    name: str = "vgg11",
) -> keras.Model:
    """VGG configuration A: 8 convolutions and 3 dense layers.

    The options are those of `vgg`.
    """
    return vgg("A", input_shape, classes, head=head, batch_norm=batch_norm, dropout=dropout, name=name)


def vgg13(
    input_shape: tuple[int, int, int] = (224, 224, 3),
    classes: int = 1000,
    *,
    head: str = "fc",
    batch_norm: bool = False,
    dropout: float = 0.5,
    name: str = "vgg13",
) -> keras.Model:
    """VGG configuration B: 10 convolutions and 3 dense layers.

    The options are those of `vgg`.
    """
    return vgg("B", input_shape, classes, head=head, batch_norm=batch_norm, dropout=dropout, name=name)


def vgg16(
    input_shape: tuple[int, int, int] = (224, 224, 3),
    classes: int = 1000,
    *,
    head: str = "fc",
    batch_norm: bool = False,
    dropout: float = 0.5,
    name: str = "vgg16",
) -> keras.Model:
    """VGG configuration D: 13 convolutions and 3 dense layers (decks 001 to 004).

    The options are those of `vgg`.
    """
    return vgg("D", input_shape, classes, head=head, batch_norm=batch_norm, dropout=dropout, name=name)


def vgg19(
    input_shape: tuple[int, int, int] = (224, 224, 3),
    classes: int = 1000,
    *,
    head: str = "fc",
    batch_norm: bool = False,
    dropout: float = 0.5,
    name: str = "vgg19",
) -> keras.Model:
    """VGG configuration E: 16 convolutions and 3 dense layers (deck 002).

    The options are those of `vgg`.
    """
    return vgg("E", input_shape, classes, head=head, batch_norm=batch_norm, dropout=dropout, name=name)
