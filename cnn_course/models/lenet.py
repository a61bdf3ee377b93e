"""LeNet-5 in its modern form (LeCun et al., "Gradient-based learning applied to document recognition", 1998).

Deck 001 (L305-310): two convolution and two averaging layers. The deck draws no sizes; these are the
paper's: 32x32 -> 28x28x6 -> 14x14x6 -> 10x10x16 -> 5x5x16 -> 120 -> 84 -> 10.
Parameters: 61,706 on 32x32x1 and 62,006 on 32x32x3. The original has 60,000, because its second
convolution sees chosen groups of maps only, while its averaging layers learn a factor and a bias per map;
its last layer compared with fixed patterns where this one has a softmax.
"""

import keras
from keras import layers

from cnn_course.blocks import classifier
from cnn_course.models.arguments import check_activation, check_image_classifier


def lenet5(
    input_shape: tuple[int, int, int] = (32, 32, 1),
    classes: int = 10,
    *,
    activation: str = "tanh",
    name: str = "lenet5",
) -> keras.Model:
    """LeNet-5 (1998) for digits: two 5x5 convolutions, average pooling, three dense layers (deck 001)."""
    check_image_classifier(name, input_shape, classes, smallest=16)
    check_activation("activation", activation)
    image = keras.Input(input_shape, name="image")
    x = layers.Conv2D(6, 5, activation=activation, name="conv1")(image)
    x = layers.AveragePooling2D(2, name="pool1")(x)
    x = layers.Conv2D(16, 5, activation=activation, name="conv2")(x)
    x = layers.AveragePooling2D(2, name="pool2")(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(120, activation=activation, name="fc1")(x)
    x = layers.Dense(84, activation=activation, name="fc2")(x)
    return keras.Model(image, classifier(x, classes), name=name)
