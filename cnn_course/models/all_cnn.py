"""All-CNN-C: nothing but convolutions (Springenberg et al., "Striving for Simplicity", ICLR workshop 2015).

Decks 001 (L99) and 002 (L455) name strided convolution as a way to downsample; here it replaces all pooling,
and 1x1 convolutions replace the dense layers: 32x32x96 -> 32x32x96 -> 16x16x96 -> 16x16x192 -> 16x16x192 ->
8x8x192 -> 6x6x192 -> 6x6x192 -> 6x6x10 -> mean of each map. The seventh convolution has no padding, which
is what makes the paper's 6x6. Parameters for 10 classes: 1,369,738 (paper: about 1.4 million). The paper's
test error on CIFAR-10 is 9.08 %, with flipped and shifted images 7.25 %.
"""

import keras
from keras import layers

from cnn_course.blocks import class_maps, conv_relu
from cnn_course.models.arguments import check_image_classifier, check_rate

CONVS = (  # filters, kernel_size, strides, padding: table 1 of the paper, "ALL-CNN-C"
    (96, 3, 1, "same"),
    (96, 3, 1, "same"),
    (96, 3, 2, "same"),
    (192, 3, 1, "same"),
    (192, 3, 1, "same"),
    (192, 3, 2, "same"),
    (192, 3, 1, "valid"),
    (192, 1, 1, "same"),
)


def all_cnn(
    input_shape: tuple[int, int, int] = (32, 32, 3),
    classes: int = 10,
    *,
    input_dropout: float = 0.2,
    dropout: float = 0.5,
    name: str = "all_cnn",
) -> keras.Model:
    """All-CNN-C: strided convolutions instead of pooling, 1x1 convolutions instead of dense layers.

    `dropout` follows each strided convolution, `input_dropout` is for the pixels; the rates are the paper's.
    From 9x9 pixels on.
    """
    check_image_classifier(name, input_shape, classes, smallest=9)
    check_rate("input_dropout", input_dropout)
    check_rate("dropout", dropout)
    image = keras.Input(input_shape, name="image")
    x = layers.Dropout(input_dropout, name="image_dropout")(image)
    for index, (filters, kernel_size, strides, padding) in enumerate(CONVS, start=1):
        x = conv_relu(x, filters, kernel_size, strides=strides, padding=padding, name=f"layer{index}")
        if strides > 1:
            x = layers.Dropout(dropout, name=f"layer{index}_dropout")(x)
    return keras.Model(image, class_maps(x, classes), name=name)
