"""One small network, five ways to halve its maps and two heads: what each way of shrinking does.

Decks 000 (L23-83), 001 (L99-132), 002 (L448-489), 003 (L169-184), 004 (L382-545): without shrinking, the maps
of convolutions stay large, slow, and dear for the layer behind them. Three 3x3 convolutions with 32, 64 and
128 filters, each followed by the downsampling: 32x32 -> 16x16 -> 8x8 -> 4x4.

| downsampling | window | parameters, gap | flatten |                                               |
|--------------|--------|-----------------|---------|-----------------------------------------------|
| max          | 2x2    | 94,538          | 113,738 | the most common (deck 000, L53)               |
| average      | 2x2    | 94,538          | 113,738 | (deck 000, L79)                               |
| l2           | 2x2    | 94,538          | 113,738 | root of the sum of squares (deck 002, L483)   |
| overlapping  | 3x3    | 94,538          | 113,738 | maximum, as in AlexNet (deck 003, L184)       |
| strided      | 3x3    | 288,298         | 307,498 | a convolution with ReLU, learned (001, L99)   |

Sides that are not divisible by 8: the 2x2 windows drop the odd row and column, the 3x3 ones keep them.
"""

from collections.abc import Callable

import keras
from keras import layers

from cnn_course.blocks import classifier, conv_relu
from cnn_course.layers import L2Pooling2D
from cnn_course.models.arguments import check_choice, check_image_classifier
from cnn_course.models.course_cnn import HEADS

FILTERS = (32, 64, 128)
DOWNSAMPLING: dict[str, Callable[[keras.KerasTensor, str], keras.KerasTensor]] = {
    "max": lambda x, name: layers.MaxPooling2D(2, name=name)(x),
    "average": lambda x, name: layers.AveragePooling2D(2, name=name)(x),
    "l2": lambda x, name: L2Pooling2D(2, name=name)(x),
    "overlapping": lambda x, name: layers.MaxPooling2D(3, strides=2, padding="same", name=name)(x),
    "strided": lambda x, name: conv_relu(x, x.shape[-1], strides=2, name=name),
}
KEEP_ODD_SIDES = ("overlapping", "strided")


def downsampling_cnn(
    input_shape: tuple[int, int, int] = (32, 32, 3),
    classes: int = 10,
    *,
    downsampling: str = "max",
    head: str = "gap",
    name: str = "downsampling_cnn",
) -> keras.Model:
    """Three convolutions and a way to halve the maps after each (decks 000 to 004).

    `downsampling` is "max", "average", "l2", "overlapping" or "strided"; `head` turns the last map into a
    vector, "gap" by averaging each channel, "flatten" by keeping every number.
    """
    check_choice("downsampling", downsampling, DOWNSAMPLING)
    check_choice("head", head, HEADS)
    smallest = 1 if downsampling in KEEP_ODD_SIDES else 2 ** len(FILTERS)
    check_image_classifier(name, input_shape, classes, smallest=smallest)
    image = keras.Input(input_shape, name="image")
    x = image
    for stage, filters in enumerate(FILTERS, start=1):
        x = conv_relu(x, filters, name=f"stage{stage}")
        x = DOWNSAMPLING[downsampling](x, f"stage{stage}_down")
    x = HEADS[head](name=head)(x)
    return keras.Model(image, classifier(x, classes), name=name)
