"""The small network that deck 001 writes out in Keras for CIFAR-100 (L160-192): 70,692 parameters.

Three 3x3 convolutions without padding, two poolings, flatten, one softmax layer:
32x32x3 -> 30x30x32 -> 15x15x32 -> 13x13x32 -> 6x6x32 -> 4x4x32 -> 512 -> 100.
The second pooling drops the 13th row and column, so pixel rows and columns 30 and 31 of the image
never reach the scores.
"""

import keras
from keras import layers

from cnn_course.blocks import classifier
from cnn_course.models.arguments import check_choice, check_count, check_image_classifier

HEADS = {"flatten": layers.Flatten, "gap": layers.GlobalAveragePooling2D}  # deck 004, L547-595


def course_cnn(
    input_shape: tuple[int, int, int] = (32, 32, 3),
    classes: int = 100,
    *,
    filters: int = 32,
    head: str = "flatten",
    name: str = "course_cnn",
) -> keras.Model:
    """The deck's first convolutional network: three convolutions, two poolings (deck 001).

    `head` turns the last map into a vector: "flatten" as on the slide, "gap" by averaging each channel
    (22,692 parameters instead of 70,692).
    """
    check_image_classifier(name, input_shape, classes, smallest=18)
    check_choice("head", head, HEADS)
    check_count("filters", filters)
    image = keras.Input(input_shape, name="image")
    x = layers.Conv2D(filters, 3, activation="relu", name="conv1")(image)
    x = layers.MaxPooling2D(name="pool1")(x)
    x = layers.Conv2D(filters, 3, activation="relu", name="conv2")(x)
    x = layers.MaxPooling2D(name="pool2")(x)
    x = layers.Conv2D(filters, 3, activation="relu", name="conv3")(x)
    x = HEADS[head](name=head)(x)
    return keras.Model(image, classifier(x, classes), name=name)
