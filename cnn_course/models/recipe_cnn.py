"""The network that deck 000's design recipe (L155-231) leads to; the plan is `recipe_plan`.

| images      | filters | pool_last | depth | parameters            | multiply-adds |
|-------------|---------|-----------|-------|-----------------------|---------------|
| 224x224x3   | 64      | no        | 10    | 5,242,984             | 869,961,728   |
| 224x224x3   | 32      | no        | 10    | 1,442,344             | 247,121,920   |
| 32x32x3     | 32      | no        | 9     | 1,174,826             | 52,791,808    |
| 32x32x3     | 32      | yes       | 7     | 288,298               | 38,634,752    |

With 1000 classes for the large images and 10 for the small ones.
"""

import keras
from keras import layers

from cnn_course.blocks import classifier, conv_bn_relu, conv_relu, conv_stack
from cnn_course.models.arguments import check_image_classifier, check_switch
from cnn_course.models.recipe_plan import SMALLEST, check_switches, has_stem, recipe_plan


def recipe_cnn(
    input_shape: tuple[int, int, int] = (32, 32, 3),
    classes: int = 10,
    *,
    stem: bool | None = None,
    filters: int = 32,
    cap: int = 512,
    convs: int = 2,
    pool_last: bool = False,
    batch_norm: bool = False,
    name: str = "recipe_cnn",
) -> keras.Model:
    """Stem, blocks of 3x3 convolutions, average pooling, linear layer: the design recipe (deck 000).

    Builds `recipe_plan(R, ...)`, which also has its warnings; R is the shorter side of the image, as the
    recipe would crop the longer one to it. Arguments as there; `batch_norm` normalises every convolution.
    """
    _check_image(name, input_shape, classes, stem, pool_last)
    check_switch("batch_norm", batch_norm)
    plan = recipe_plan(
        min(input_shape[:2]), stem=stem, filters=filters, cap=cap, convs=convs, pool_last=pool_last
    )
    image = keras.Input(input_shape, name="image")
    x = image
    for row in plan.stages:
        if row["stage"] == "stem":
            x = recipe_stem(x, row["filters"], batch_norm=batch_norm)
        else:
            x = conv_stack(
                x, row["filters"], row["convs"], batch_norm=batch_norm, pool=row["pool"], name=row["stage"]
            )
    x = layers.GlobalAveragePooling2D(name="gap")(x)
    return keras.Model(image, classifier(x, classes), name=name)


def recipe_stem(x: keras.KerasTensor, filters: int, *, batch_norm: bool) -> keras.KerasTensor:
    """The aggressive start: 7x7 convolution with stride 2, 2x2 max pooling; a quarter of the sides."""
    step = conv_bn_relu if batch_norm else conv_relu
    x = step(x, filters, 7, strides=2, name="stem")
    return layers.MaxPooling2D(name="stem_pool")(x)


def _check_image(
    name: str, input_shape: tuple[int, int, int], classes: int, stem: bool | None, pool_last: bool
) -> None:
    check_image_classifier(name, input_shape, classes)
    check_switches(stem, pool_last)
    stem = has_stem(min(input_shape[:2]), stem)
    check_image_classifier(name, input_shape, classes, smallest=SMALLEST[stem, bool(pool_last)])
