"""Network in Network for CIFAR (Lin, Chen and Yan, ICLR 2014): 1x1 convolutions as a network in each place.

The idea behind the inception module and 1x1 convolutions (decks 002, L1149 and L1305; 003, L770). Behind each
convolution two 1x1 convolutions with ReLU work on every pixel alone, like a perceptron that slides along;
instead of dense layers the last of them makes one map per class, whose mean is the class's score.
32x32x192 -> 160 -> 96 -> 16x16x192 -> 192 -> 192 -> 8x8x192 -> 192 -> 10. Parameters for 10 classes: 966,986.
The paper's test error on CIFAR-10 is 10.41 %, with flipped and shifted images 8.81 %.

Sizes are those of the authors' published network. Its 3x3 pooling with stride 2 lets the last window hang
over the edge, and averages what is there: just what Keras calls "same".
"""

import keras
from keras import layers

from cnn_course.blocks import class_maps, conv_relu
from cnn_course.models.arguments import check_image_classifier, check_rate


def nin(
    input_shape: tuple[int, int, int] = (32, 32, 3),
    classes: int = 10,
    *,
    dropout: float = 0.5,
    name: str = "nin",
) -> keras.Model:
    """Network in Network: convolutions with a small perceptron in every place (decks 002 and 003)."""
    check_image_classifier(name, input_shape, classes)
    check_rate("dropout", dropout)
    image = keras.Input(input_shape, name="image")
    x = mlpconv(image, (192, 160, 96), 5, name="stage1")
    x = layers.MaxPooling2D(3, strides=2, padding="same", name="stage1_pool")(x)
    x = layers.Dropout(dropout, name="stage1_dropout")(x)
    x = mlpconv(x, (192, 192, 192), 5, name="stage2")
    x = layers.AveragePooling2D(3, strides=2, padding="same", name="stage2_pool")(x)
    x = layers.Dropout(dropout, name="stage2_dropout")(x)
    x = mlpconv(x, (192, 192), 3, name="stage3")
    return keras.Model(image, class_maps(x, classes), name=name)


def mlpconv(
    x: keras.KerasTensor, filters: tuple[int, ...], kernel_size: int, *, name: str
) -> keras.KerasTensor:
    """A convolution, then 1x1 ones, each with ReLU: (N, H, W, C) -> (N, H, W, filters[-1])."""
    for index, width in enumerate(filters, start=1):
        x = conv_relu(x, width, kernel_size if index == 1 else 1, name=name, index=index)
    return x
