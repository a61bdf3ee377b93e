"""A small ZFNet to look into (Zeiler and Fergus, "Visualizing and Understanding ...", ECCV 2014).

Decks 002 (L72, L1073) and 000 (L457) know ZFNet by its pictures. It is AlexNet with a first layer that loses
less: 7x7 filters with stride 2 instead of 11x11 with stride 4, after dead and blurred filters had been seen
there. Here for small images: half of its filters, no stride in the first convolutions, and dense layers of
256 units: 32x32x48 -> 16x16x128 -> 8x8x192 -> 8x8x192 -> 8x8x128 -> 4x4x128 -> 256 -> 256 -> 10. The 7x7
filters over RGB are large enough to be seen as pictures. Parameters: 1,528,394.

`kernel_size=11, strides=4` gives the first layer that ZFNet improves on. `contrast_norm` normalises the local
contrast after the first two poolings (deck 002, L729-751), where ZFNet divides by the strength of
neighbouring maps.
"""

import keras
from keras import layers

from cnn_course.blocks import classifier, conv_relu, dense_layers
from cnn_course.layers import LocalContrastNormalization
from cnn_course.models.arguments import check_count, check_image_classifier, check_rate, check_switch


def zf_small(
    input_shape: tuple[int, int, int] = (32, 32, 3),
    classes: int = 10,
    *,
    kernel_size: int = 7,
    strides: int = 1,
    contrast_norm: bool = False,
    dropout: float = 0.5,
    name: str = "zf_small",
) -> keras.Model:
    """Small ZFNet whose large first filters can be looked at (decks 000 and 002).

    `kernel_size` (odd) and `strides` are those of the first convolution.
    """
    check_image_classifier(name, input_shape, classes)
    check_switch("contrast_norm", contrast_norm)
    check_rate("dropout", dropout)
    _check_first_layer(kernel_size, strides)
    image = keras.Input(input_shape, name="image")
    x = conv_relu(image, 48, kernel_size, strides=strides, name="stage1")
    x = _pool(x, contrast_norm, name="stage1")
    x = conv_relu(x, 128, 5, name="stage2")
    x = _pool(x, contrast_norm, name="stage2")
    for index, filters in enumerate((192, 192, 128), start=1):
        x = conv_relu(x, filters, name="stage3", index=index)
    x = _pool(x, False, name="stage3")
    x = dense_layers(x, 256, dropout=dropout)
    return keras.Model(image, classifier(x, classes), name=name)


def _pool(x: keras.KerasTensor, contrast_norm: bool, *, name: str) -> keras.KerasTensor:
    """Overlapping 3x3 max pooling that halves the map, rounding up; then the normalisation, if any."""
    x = layers.MaxPooling2D(3, strides=2, padding="same", name=f"{name}_pool")(x)
    return LocalContrastNormalization(name=f"{name}_norm")(x) if contrast_norm else x


def _check_first_layer(kernel_size: int, strides: int) -> None:
    check_count("kernel_size", kernel_size)
    check_count("strides", strides)
    if kernel_size % 2 == 0:
        raise ValueError(f"kernel_size is {kernel_size}; choose an odd one, such as 7, that has a middle")
