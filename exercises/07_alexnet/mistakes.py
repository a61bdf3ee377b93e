"""Known wrong answers, each with a phrase of the message that it must earn."""

import keras
import numpy as np
from keras import layers
from solution import build_alexnet as right_alexnet
from solution import build_alexnet_cifar as right_small

from cnn_course.grading import mistake
from cnn_course.layers import LocalResponseNormalization


def summed(values, radius):
    maps = values.shape[-1]
    return np.stack(
        [values[..., max(c - radius, 0) : c + radius + 1].sum(axis=-1) for c in range(maps)], axis=-1
    )


@mistake("local_response_norm", says="divided alpha by the number of maps")
def as_another_framework_does(x, radius=2, bias=2.0, alpha=1e-4, beta=0.75):
    return x / (bias + alpha / (2 * radius + 1) * summed(x**2, radius)) ** beta


@mistake("local_response_norm", says="squares of the numbers")
def without_squares(x, radius=2, bias=2.0, alpha=1e-4, beta=0.75):
    return x / (bias + alpha * summed(x, radius)) ** beta


@mistake("local_response_norm", says="wraps around")
def rolled(x, radius=2, bias=2.0, alpha=1e-4, beta=0.75):
    total = sum(np.roll(np.square(x), shift, axis=-1) for shift in range(-radius, radius + 1))
    return x / (bias + alpha * total) ** beta


@mistake("local_response_norm", says="ends one map too early")
def slice_too_short(x, radius=2, bias=2.0, alpha=1e-4, beta=0.75):
    maps = x.shape[-1]
    total = np.stack(
        [(x**2)[..., max(c - radius, 0) : c + radius].sum(axis=-1) for c in range(maps)], axis=-1
    )
    return x / (bias + alpha * total) ** beta


@mistake("local_response_norm", says="own number belongs")
def neighbours_only(x, radius=2, bias=2.0, alpha=1e-4, beta=0.75):
    return x / (bias + alpha * (summed(x**2, radius) - x**2)) ** beta


@mistake("local_response_norm", says="not the width of the whole window")
def radius_as_width(x, radius=2, bias=2.0, alpha=1e-4, beta=0.75):
    return x / (bias + alpha * summed(x**2, radius // 2)) ** beta


@mistake("local_response_norm", says="neighbouring pixels, not maps")
def over_pixels(x, radius=2, bias=2.0, alpha=1e-4, beta=0.75):
    if x.ndim < 2:
        return x / (bias + alpha * x**2) ** beta
    total = np.moveaxis(summed(np.moveaxis(x**2, -2, -1), radius), -1, -2)
    return x / (bias + alpha * total) ** beta


@mistake("local_response_norm", says="sum over all maps")
def all_maps(x, radius=2, bias=2.0, alpha=1e-4, beta=0.75):
    return x / (bias + alpha * np.square(x).sum(axis=-1, keepdims=True)) ** beta


@mistake("local_response_norm", says="power beta is missing")
def without_power(x, radius=2, bias=2.0, alpha=1e-4, beta=0.75):
    return x / (bias + alpha * summed(x**2, radius))


@mistake("local_response_norm", says="changed its argument")
def in_place(x, radius=2, bias=2.0, alpha=1e-4, beta=0.75):
    x /= (bias + alpha * summed(x**2, radius)) ** beta
    return x


@mistake("local_response_norm", says="bytes overflow")
def squares_of_bytes(x, radius=2, bias=2.0, alpha=1e-4, beta=0.75):
    return x / (bias + alpha * summed(np.square(x), radius)) ** beta


@mistake("volumes", says="the batch; leave it out")
def with_the_batch(model):
    return [(layer.name, tuple(layer.output.shape)) for layer in model.layers]


@mistake("volumes", says="goes into conv1")
def what_goes_in(model):
    return [
        (layer.name, tuple(getattr(layer.input, "shape", layer.output.shape)[1:])) for layer in model.layers
    ]


@mistake("volumes", says="no row for image")
def without_the_image(model):
    return [(layer.name, tuple(layer.output.shape[1:])) for layer in model.layers[1:]]


@mistake("volumes", says="no row for norm1")
def layers_with_weights(model):
    kept = [layer for layer in model.layers if layer.weights or isinstance(layer, layers.InputLayer)]
    return [(layer.name, tuple(layer.output.shape[1:])) for layer in kept]


@mistake("volumes", says="a pair (name, shape)")
def shapes_alone(model):
    return [tuple(layer.output.shape[1:]) for layer in model.layers]


@mistake("volumes", says="height and width are missing")
def channels_alone(model):
    return [(layer.name, (layer.output.shape[-1],)) for layer in model.layers]


def tower(
    input_shape=(227, 227, 3),
    classes=1000,
    groups=1,
    *,
    padding="valid",
    pool=3,
    split=(2, 4, 5),
    norm=True,
    conv5=256,
    second="same",
    drop=0.5,
    last="softmax",
    activation="relu",
):
    """AlexNet with one thing changed."""

    def conv(number, filters, kernel_size, where="same"):
        return layers.Conv2D(
            filters,
            kernel_size,
            padding=where,
            groups=groups if number in split else 1,
            activation=activation,
        )

    image = keras.Input(input_shape)
    x = layers.Conv2D(96, 11, strides=4, padding=padding, activation=activation)(image)
    for number, filters, kernel_size in ((2, 256, 5), (3, 384, 3)):
        x = layers.MaxPooling2D(pool, strides=2)(x)
        x = LocalResponseNormalization()(x) if norm else x
        x = conv(number, filters, kernel_size, second if number == 2 else "same")(x)
    x = conv(5, conv5, 3)(conv(4, 384, 3)(x))
    x = layers.Flatten()(layers.MaxPooling2D(pool, strides=2)(x))
    for _ in range(2):
        x = layers.Dense(4096, activation=activation)(x)
        x = layers.Dropout(drop)(x) if drop else x
    return keras.Model(image, layers.Dense(classes, activation=last)(x))


@mistake("build_alexnet", says="11x11 convolution has padding")
def first_padded(input_shape=(227, 227, 3), classes=1000, groups=1):
    return tower(input_shape, classes, groups, padding="same")


@mistake("build_alexnet", says="2x2 max pooling has size 2x2")
def pooling_without_overlap(input_shape=(227, 227, 3), classes=1000, groups=1):
    return tower(input_shape, classes, groups, pool=2)


@mistake("build_alexnet", says="LocalResponseNormalization is missing")
def without_normalisation(input_shape=(227, 227, 3), classes=1000, groups=1):
    return tower(input_shape, classes, groups, norm=False)


@mistake("build_alexnet", says="384 filters; 256 expected")
def fifth_too_wide(input_shape=(227, 227, 3), classes=1000, groups=1):
    return tower(input_shape, classes, groups, conv5=384)


@mistake("build_alexnet", says="5x5 convolution has padding")
def second_not_padded(input_shape=(227, 227, 3), classes=1000, groups=1):
    return tower(input_shape, classes, groups, second="valid")


@mistake("build_alexnet", says="softmax is missing")
def without_softmax(input_shape=(227, 227, 3), classes=1000, groups=1):
    return tower(input_shape, classes, groups, last=None)


@mistake("build_alexnet", says="dropout is missing")
def without_dropout(input_shape=(227, 227, 3), classes=1000, groups=1):
    return tower(input_shape, classes, groups, drop=None)


@mistake("build_alexnet", says="ReLU is missing after the 11x11")
def without_relu(input_shape=(227, 227, 3), classes=1000, groups=1):
    return tower(input_shape, classes, groups, activation=None)


@mistake("build_alexnet", says="groups changes nothing")
def towers_forgotten(input_shape=(227, 227, 3), classes=1000, groups=1):
    return right_alexnet(input_shape, classes)


@mistake("build_alexnet", says="the first 3x3 convolution has 2 groups")
def third_split_too(input_shape=(227, 227, 3), classes=1000, groups=1):
    return tower(input_shape, classes, groups, split=(2, 3, 4, 5))


@mistake("build_alexnet", says="5x5 convolution has 2 groups")
def always_two_towers(input_shape=(227, 227, 3), classes=1000, groups=2):
    return right_alexnet(input_shape, classes, groups)


def small(classes=10, *, strides=1, filters=(192, 192, 128), units=512, head="flatten", relu_last="softmax"):
    """The small relative with one thing changed."""
    image = keras.Input((32, 32, 3))
    x = layers.Conv2D(48, 5, strides=strides, padding="same", activation="relu")(image)
    x = LocalResponseNormalization()(layers.MaxPooling2D(3, strides=2)(x))
    x = layers.Conv2D(128, 5, padding="same", activation="relu")(x)
    x = LocalResponseNormalization()(layers.MaxPooling2D(3, strides=2)(x))
    for width in filters:
        x = layers.Conv2D(width, 3, padding="same", activation="relu")(x)
    if head == "flatten":
        x = layers.Flatten()(layers.MaxPooling2D(3, strides=2)(x))
    else:
        x = layers.GlobalAveragePooling2D()(x)
    for _ in range(2):
        x = layers.Dropout(0.5)(layers.Dense(units, activation="relu")(x))
    return keras.Model(image, layers.Dense(classes, activation=relu_last)(x))


@mistake("build_alexnet_cifar", says="2 convolutions; 3 expected")
def one_convolution_short(classes=10):
    return small(classes, filters=(192, 128))


@mistake("build_alexnet_cifar", says="4096 units; 512 expected")
def dense_as_in_the_large_one(classes=10):
    return small(classes, units=4096)


@mistake("build_alexnet_cifar", says="3x3 max pooling is missing")
def averaged(classes=10):
    return small(classes, head="average")


@mistake("build_alexnet_cifar", says="sigmoid after the last layer")
def sigmoid_answers(classes=10):
    return small(classes, relu_last="sigmoid")


@mistake("build_alexnet_cifar", says="build_alexnet_cifar(classes=3)")
def ten_classes_for_ever(classes=10):
    return right_small()
