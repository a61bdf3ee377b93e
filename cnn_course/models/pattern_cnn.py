"""The pattern that typical networks follow: [(CONV, RELU)*N, POOL]*M, (FC, RELU)*K, SOFTMAX.

Deck 003 (L427-437): N up to about 5, M large, K from 0 to 2; the same order in decks 000 (L119-132), 001
(L134-138), 002 (L892-922) and 004 (L597-609). The last linear layer, which makes the class scores, stands
before SOFTMAX without being written. VGG16 is the pattern with N = 2, 2, 3, 3, 3, so M = 5, and K = 2.
"""

from collections.abc import Sequence

import keras
from keras import layers

from cnn_course.blocks import classifier, conv_stack
from cnn_course.models.arguments import check_counts, check_image_classifier, check_switch


def pattern_cnn(
    input_shape: tuple[int, int, int] = (32, 32, 3),
    classes: int = 10,
    *,
    convs: Sequence[int] = (2, 2, 2),
    filters: Sequence[int] = (32, 64, 128),
    hidden: Sequence[int] = (128,),
    batch_norm: bool = False,
    name: str = "pattern_cnn",
) -> keras.Model:
    """The general pattern [(CONV, RELU)*N, POOL]*M, (FC, RELU)*K, SOFTMAX (deck 003).

    `convs` has the N of each of the M stages, `filters` their widths, `hidden` the units of the K dense
    layers. Every pooling halves the map, so the image has at least 2**M pixels a side.
    """
    _check_stages(convs, filters)
    check_counts("hidden", hidden)
    check_switch("batch_norm", batch_norm)
    check_image_classifier(name, input_shape, classes, smallest=2 ** len(convs))
    image = keras.Input(input_shape, name="image")
    x = image
    for stage, (count, width) in enumerate(zip(convs, filters, strict=True), start=1):
        x = conv_stack(x, width, count, batch_norm=batch_norm, name=f"stage{stage}")
    x = layers.Flatten(name="flatten")(x)
    for index, units in enumerate(hidden, start=1):
        x = layers.Dense(units, activation="relu", kernel_initializer="he_normal", name=f"hidden{index}")(x)
    return keras.Model(image, classifier(x, classes), name=name)


def _check_stages(convs: Sequence[int], filters: Sequence[int]) -> None:
    check_counts("convs", convs)
    check_counts("filters", filters)
    if len(convs) != len(filters):
        raise ValueError(
            f"convs has {len(convs)} entries and filters {len(filters)}; both need one for each stage"
        )
