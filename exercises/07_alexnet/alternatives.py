"""Other right ways of writing the answers."""

import keras
import numpy as np
from keras import layers

from cnn_course.grading import alternative
from cnn_course.layers import LocalResponseNormalization


@alternative("local_response_norm")
def by_a_matrix(x, radius=2, bias=2.0, alpha=1e-4, beta=0.75):
    maps = np.arange(np.shape(x)[-1])
    near = np.abs(maps[:, None] - maps) <= radius
    x = np.asarray(x, "float64")
    return x / np.power(bias + alpha * (x * x) @ near, beta)


@alternative("local_response_norm")
def by_padding(x, radius=2, bias=2.0, alpha=1e-4, beta=0.75):
    x = np.array(x, dtype=np.float64)
    borders = [(0, 0)] * (x.ndim - 1) + [(radius, radius)]
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(x**2, borders), 2 * radius + 1, axis=-1)
    return x * (bias + alpha * windows.sum(axis=-1)) ** -beta


@alternative("local_response_norm")
def by_running_sums(x, radius=2, bias=2.0, alpha=1e-4, beta=0.75):
    x = np.asarray(x, float)
    maps = x.shape[-1]
    totals = np.concatenate([np.zeros_like(x[..., :1]), np.cumsum(x**2, axis=-1)], axis=-1)
    ends = np.minimum(np.arange(maps) + radius + 1, maps)
    starts = np.maximum(np.arange(maps) - radius, 0)
    return x / (bias + alpha * (totals[..., ends] - totals[..., starts])) ** beta


@alternative("local_response_norm")
def map_by_map(x, radius=2, bias=2.0, alpha=1e-4, beta=0.75):
    y = np.empty(x.shape, dtype=float)
    for c in range(x.shape[-1]):
        total = 0.0
        for j in range(x.shape[-1]):
            if abs(c - j) <= radius:
                total = total + x[..., j].astype(float) ** 2
        y[..., c] = x[..., c] / (bias + alpha * total) ** beta
    return y


@alternative("local_response_norm")
def in_keras(x, radius=2, bias=2.0, alpha=1e-4, beta=0.75):
    x = keras.ops.cast(x, "float32")
    zeros = [(0, 0)] * (len(x.shape) - 1) + [(radius, radius)]
    squares = keras.ops.pad(keras.ops.square(x), zeros)
    maps = x.shape[-1]
    total = sum(squares[..., shift : shift + maps] for shift in range(2 * radius + 1))
    return x / keras.ops.power(bias + alpha * total, beta)


@alternative("volumes")
def with_the_shape_that_layers_compute(model):
    rows = []
    for layer in model.layers:
        _, *shape = layer.output.shape
        rows.append([layer.name, shape])
    return rows


@alternative("volumes")
def as_a_tuple_of_arrays(model):
    return tuple((layer.name, np.array(layer.output.shape[1:])) for layer in model.layers)


@alternative("volumes")
def as_a_dict(model):
    return {layer.name: list(layer.output.shape)[1:] for layer in model.layers}


@alternative("build_alexnet")
def sequential(input_shape=(227, 227, 3), classes=1000, groups=1):
    model = keras.Sequential([keras.Input(input_shape)])
    model.add(layers.Conv2D(96, (11, 11), strides=(4, 4), padding="valid", activation="relu"))
    model.add(layers.MaxPooling2D(pool_size=(3, 3), strides=(2, 2)))
    model.add(LocalResponseNormalization())
    model.add(layers.Conv2D(256, (5, 5), padding="same", activation="relu", groups=groups))
    model.add(layers.MaxPooling2D(pool_size=(3, 3), strides=(2, 2)))
    model.add(LocalResponseNormalization())
    model.add(layers.Conv2D(384, (3, 3), padding="same", activation="relu"))
    model.add(layers.Conv2D(384, (3, 3), padding="same", activation="relu", groups=groups))
    model.add(layers.Conv2D(256, (3, 3), padding="same", activation="relu", groups=groups))
    model.add(layers.MaxPooling2D(pool_size=(3, 3), strides=(2, 2)))
    model.add(layers.Flatten())
    for _ in range(2):
        model.add(layers.Dense(4096, activation="relu"))
        model.add(layers.Dropout(0.5))
    model.add(layers.Dense(classes, activation="softmax"))
    return model


def relu_layer(x):
    return layers.ReLU()(x)


def same(x, filters, kernel_size, groups):
    return layers.Conv2D(filters, kernel_size, padding="same", groups=groups)(x)


def zeros_first(x, filters, kernel_size, groups):
    x = layers.ZeroPadding2D(kernel_size // 2)(x)
    return layers.Conv2D(filters, kernel_size, groups=groups)(x)


def pool_layer(x):
    return layers.MaxPool2D(3, 2)(x)


def flatten(x):
    return layers.Flatten()(x)


def two_dense(x, relu):
    for _ in range(2):
        x = layers.Dropout(0.5)(relu(layers.Dense(4096)(x)))
    return x


def softmax_dense(x, classes):
    return layers.Dense(classes, activation="softmax")(x)


def pool_and_norm(x, pool):
    return LocalResponseNormalization()(pool(x))


def written(
    input_shape,
    classes,
    groups,
    *,
    relu=relu_layer,
    conv=same,
    pool=pool_layer,
    pooled=pool_and_norm,
    flat=flatten,
    dense=two_dense,
    answer=softmax_dense,
):
    """AlexNet out of parts that may be written in another way."""
    image = keras.Input(shape=input_shape)
    x = pooled(relu(layers.Conv2D(96, 11, 4)(image)), pool)
    x = pooled(relu(conv(x, 256, 5, groups)), pool)
    for filters, towers in ((384, 1), (384, groups), (256, groups)):
        x = relu(conv(x, filters, 3, towers))
    return keras.Model(image, answer(dense(flat(pool(x)), relu), classes))


@alternative("build_alexnet")
def with_relu_layers(input_shape=(227, 227, 3), classes=1000, groups=1):
    return written(input_shape, classes, groups)


@alternative("build_alexnet")
def with_activation_layers(input_shape=(227, 227, 3), classes=1000, groups=1):
    return written(input_shape, classes, groups, relu=lambda x: layers.Activation("relu")(x))


@alternative("build_alexnet")
def with_operations(input_shape=(227, 227, 3), classes=1000, groups=1):
    return written(
        input_shape,
        classes,
        groups,
        relu=keras.ops.relu,
        pool=lambda x: keras.ops.max_pool(x, 3, strides=2),
        answer=lambda x, classes: keras.ops.softmax(layers.Dense(classes)(x)),
    )


@alternative("build_alexnet")
def with_borders_of_zeros(input_shape=(227, 227, 3), classes=1000, groups=1):
    return written(input_shape, classes, groups, conv=zeros_first)


@alternative("build_alexnet")
def with_reshape(input_shape=(227, 227, 3), classes=1000, groups=1):
    return written(input_shape, classes, groups, flat=lambda x: layers.Reshape((-1,))(x))


@alternative("build_alexnet")
def in_the_papers_order(input_shape=(227, 227, 3), classes=1000, groups=1):
    return written(
        input_shape,
        classes,
        groups,
        pooled=lambda x, pool: pool(LocalResponseNormalization(2, 2, 1e-4, 0.75)(x)),
    )


@alternative("build_alexnet")
def in_the_papers_order_with_operations(input_shape=(227, 227, 3), classes=1000, groups=1):
    return written(
        input_shape,
        classes,
        groups,
        relu=keras.ops.relu,
        pool=lambda x: keras.ops.max_pool(x, (3, 3), (2, 2)),
        pooled=lambda x, pool: pool(LocalResponseNormalization()(x)),
    )


@alternative("build_alexnet")
def with_a_softmax_layer(input_shape=(227, 227, 3), classes=1000, groups=1):
    return written(
        input_shape, classes, groups, answer=lambda x, classes: layers.Softmax()(layers.Dense(classes)(x))
    )


@alternative("build_alexnet")
def with_dense_layers_as_convolutions(input_shape=(227, 227, 3), classes=1000, groups=1):
    def convolutions(x, relu):
        x = layers.Dropout(0.5)(relu(layers.Conv2D(4096, (x.shape[1], x.shape[2]))(x)))
        x = layers.Dropout(0.5)(relu(layers.Conv2D(4096, 1)(x)))
        return layers.Flatten()(x)

    return written(input_shape, classes, groups, flat=lambda x: x, dense=convolutions)


@alternative("build_alexnet")
def of_nested_models(input_shape=(227, 227, 3), classes=1000, groups=1):
    first = keras.Sequential(
        [
            layers.Conv2D(96, 11, strides=4, activation="relu"),
            layers.MaxPooling2D(3, 2),
            LocalResponseNormalization(),
        ],
        name="first",
    )
    second = keras.Sequential(
        [
            layers.Conv2D(256, 5, padding="same", groups=groups, activation="relu"),
            layers.MaxPooling2D(3, 2),
            LocalResponseNormalization(),
        ],
        name="second",
    )
    third = keras.Sequential(
        [
            layers.Conv2D(384, 3, padding="same", activation="relu"),
            layers.Conv2D(384, 3, padding="same", groups=groups, activation="relu"),
            layers.Conv2D(256, 3, padding="same", groups=groups, activation="relu"),
            layers.MaxPooling2D(3, 2),
        ],
        name="third",
    )
    head = keras.Sequential(
        [
            layers.Flatten(),
            layers.Dense(4096, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(4096, activation="relu"),
            layers.Dropout(0.5),
            layers.Dense(classes, activation="softmax"),
        ],
        name="head",
    )
    return keras.Sequential([keras.Input(input_shape), first, second, third, head])


@alternative("build_alexnet_cifar")
def small_sequential(classes=10):
    def conv(filters, kernel_size):
        return layers.Conv2D(filters, kernel_size, padding="same", activation="relu")

    return keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            conv(48, 5), LocalResponseNormalization(), layers.MaxPooling2D(3, 2),
            conv(128, 5), LocalResponseNormalization(), layers.MaxPooling2D(3, 2),
            conv(192, 3), conv(192, 3), conv(128, 3), layers.MaxPooling2D(3, 2),
            layers.Flatten(),
            layers.Dense(512, activation="relu"), layers.Dropout(0.5),
            layers.Dense(512, activation="relu"), layers.Dropout(0.5),
            layers.Dense(classes, activation="softmax"),
        ]
    )  # fmt: skip


@alternative("build_alexnet_cifar")
def small_with_operations(classes=10):
    image = keras.Input((32, 32, 3))
    x = image
    for filters, kernel_size, normalised in ((48, 5, 1), (128, 5, 1), (192, 3, 0), (192, 3, 0), (128, 3, 0)):
        x = keras.ops.relu(layers.Conv2D(filters, kernel_size, padding="same")(x))
        if normalised:
            x = LocalResponseNormalization()(keras.ops.max_pool(x, (3, 3), strides=(2, 2)))
    x = keras.ops.max_pool(x, 3, strides=2)
    x = layers.Reshape((3 * 3 * 128,))(x)
    for name in ("fc6", "fc7"):
        x = layers.Dropout(0.5)(keras.ops.relu(layers.Dense(512, name=name)(x)))
    return keras.Model(image, layers.Activation("softmax")(layers.Dense(classes)(x)))
