"""Other right ways of writing the answers."""

import warnings

import keras
import numpy as np
from keras import layers
from solution import plan_groups as groups_of

from cnn_course.grading import alternative


@alternative("resize_center_crop")
def cut_first(img, R):
    height, width = img.shape[:2]
    side = min(height, width)
    top, left = (height - side + 1) // 2, (width - side + 1) // 2
    square = img[top : top + side, left : left + side].astype("float32")
    return keras.ops.image.resize(square, (R, R), interpolation="bilinear", antialias=side > R)


@alternative("resize_center_crop")
def by_nearest_pixels(img, R):
    height, width = img.shape[:2]
    side = min(height, width)
    steps = (np.arange(R) + 0.5) * side / R
    rows = ((height - side) / 2 + steps).astype(int)
    columns = ((width - side) / 2 + steps).astype(int)
    return img[rows[:, None], columns]


@alternative("resize_center_crop")
def by_keras_in_one_go(img, R):
    return keras.preprocessing.image.smart_resize(np.asarray(img, "float32"), (R, R))


@alternative("resize_center_crop")
def in_bytes(img, R):
    height, width = img.shape[:2]
    scale = R / min(height, width)
    size = (int(np.ceil(round(height * scale, 6))), int(np.ceil(round(width * scale, 6))))
    big = keras.ops.image.resize(img.astype("float32"), size, interpolation="bicubic", antialias=True)
    top, left = (size[0] - R) // 2, (size[1] - R) // 2
    return np.clip(np.round(np.array(big)[top:, left:][:R, :R]), 0, 255).astype("uint8")


@alternative("cat_dog_subset")
def by_indices(x, y):
    labels = np.ravel(y)
    places = [place for place, label in enumerate(labels) if label in (3, 5)]
    return x[places], np.array([int(labels[place] > 3) for place in places])


@alternative("cat_dog_subset")
def by_arithmetic(x, y):
    labels = np.squeeze(np.array(y, copy=True))
    mask = np.logical_or(labels == 3, labels == 5)
    return [np.compress(mask, x, axis=0), ((labels[mask].astype("int32") - 3) // 2).astype("float32")]


@alternative("cat_dog_subset")
def by_a_table(x, y):
    table = np.full(10, -1)
    table[[3, 5]] = 0, 1
    new = table[np.asarray(y).flatten()]
    return x[new >= 0], new[new >= 0].tolist()


@alternative("plan_groups")
def recursively(R, stem, start=64, cap=512, pool_last=False):
    def rest(side, filters):
        here = [[side, min(filters, cap)]]
        if side <= 7 or (pool_last and side // 2 <= 7):
            if side > 7 and side % 2:
                complain()
            return here
        if side % 2:
            complain()
        return here + rest(side // 2, 2 * filters)

    def complain():
        warnings.warn(f"{R} is not divisible by 2 often enough", UserWarning, stacklevel=3)

    if stem and R % 4:
        complain()
    return rest(R // 4 if stem else R, start)


@alternative("plan_groups")
def by_counting_first(R, stem, start=64, cap=512, pool_last=False):
    side = R // 4 if stem else R
    number = 0
    while side >> number > 7:
        number += 1
    total = max(number, 1) if pool_last else number + 1
    pooled = [side >> k for k in range(total if pool_last else total - 1)] + ([-(-R // 2)] if stem else [])
    if np.any(np.array(pooled, dtype=int) % 2):
        warnings.warn(f"a side is odd for R = {R}", RuntimeWarning, stacklevel=2)
    return tuple((side >> k, min(start << k, cap)) for k in range(total))


@alternative("plan_groups")
def as_an_array(R, stem, start=64, cap=512, pool_last=False):
    return np.array(groups_of(R, stem, start, cap, pool_last))


def batch_and_relu(x, batch_norm):
    return layers.ReLU()(layers.BatchNormalization()(x) if batch_norm else x)


def layer_conv(x, filters, kernel_size, strides, batch_norm):
    x = layers.Conv2D(filters, kernel_size, strides=strides, padding="same", use_bias=not batch_norm)(x)
    return batch_and_relu(x, batch_norm)


def pool_layer(x):
    return layers.MaxPooling2D(pool_size=(2, 2), strides=(2, 2))(x)


def average_layer(x):
    return layers.GlobalAveragePooling2D()(x)


def softmax_dense(x, classes):
    return layers.Dense(classes, activation="softmax")(x)


def written(
    R,
    classes,
    start,
    stem,
    pool_last,
    batch_norm,
    *,
    conv=layer_conv,
    pool=pool_layer,
    average=average_layer,
    answer=softmax_dense,
):
    """The recipe's network out of parts that may be written in another way."""
    with_stem = R >= 100 if stem is None else stem
    image = keras.Input((R, R, 3))
    x = pool(conv(image, start, 7, 2, batch_norm)) if with_stem else image
    groups = groups_of(R, with_stem, start, pool_last=pool_last)
    for position, (_, filters) in enumerate(groups):
        if position:
            x = pool(x)
        x = conv(conv(x, filters, 3, 1, batch_norm), filters, 3, 1, batch_norm)
    x = pool(x) if pool_last else x
    return keras.Model(image, answer(average(x), classes))


@alternative("build_recipe_net")
def pooling_before_each_group(R=32, classes=2, start=64, stem=None, pool_last=False, batch_norm=False):
    return written(R, classes, start, stem, pool_last, batch_norm)


@alternative("build_recipe_net")
def with_operations(R=32, classes=2, start=64, stem=None, pool_last=False, batch_norm=False):
    def conv(x, filters, kernel_size, strides, batch_norm):
        x = layers.Conv2D(filters, kernel_size, strides, padding="same", use_bias=not batch_norm)(x)
        return keras.ops.relu(layers.BatchNormalization()(x) if batch_norm else x)

    def pool(x):
        return keras.ops.max_pool(x, 2, 2)

    def average(x):
        return keras.ops.mean(x, axis=[1, 2])

    def answer(x, classes):
        return keras.ops.softmax(layers.Dense(classes)(x))

    return written(
        R, classes, start, stem, pool_last, batch_norm, conv=conv, pool=pool, average=average, answer=answer
    )


@alternative("build_recipe_net")
def with_borders_of_zeros(R=32, classes=2, start=64, stem=None, pool_last=False, batch_norm=False):
    def conv(x, filters, kernel_size, strides, batch_norm):
        x = layers.ZeroPadding2D(kernel_size // 2)(x)
        x = layers.Conv2D(filters, kernel_size, strides=strides, use_bias=not batch_norm)(x)
        return batch_and_relu(x, batch_norm)

    return written(R, classes, start, stem, pool_last, batch_norm, conv=conv)


@alternative("build_recipe_net")
def with_activations_inside(R=32, classes=2, start=64, stem=None, pool_last=False, batch_norm=False):
    def conv(x, filters, kernel_size, strides, batch_norm):
        if batch_norm:
            return layer_conv(x, filters, kernel_size, strides, batch_norm)
        return layers.Conv2D(filters, kernel_size, strides=strides, padding="same", activation="relu")(x)

    return written(R, classes, start, stem, pool_last, batch_norm, conv=conv)


@alternative("build_recipe_net")
def with_useless_biases(R=32, classes=2, start=64, stem=None, pool_last=False, batch_norm=False):
    def conv(x, filters, kernel_size, strides, batch_norm):
        x = layers.Conv2D(filters, kernel_size, strides=strides, padding="same")(x)
        return batch_and_relu(x, batch_norm)

    return written(R, classes, start, stem, pool_last, batch_norm, conv=conv)


@alternative("build_recipe_net")
def with_average_pooling(R=32, classes=2, start=64, stem=None, pool_last=False, batch_norm=False):
    def average(x):
        return layers.Flatten()(layers.AveragePooling2D(pool_size=x.shape[1])(x))

    return written(R, classes, start, stem, pool_last, batch_norm, average=average)


@alternative("build_recipe_net")
def with_reshape(R=32, classes=2, start=64, stem=None, pool_last=False, batch_norm=False):
    def average(x):
        return layers.Reshape((-1,))(layers.GlobalAveragePooling2D(keepdims=True)(x))

    return written(R, classes, start, stem, pool_last, batch_norm, average=average)


@alternative("build_recipe_net")
def with_a_softmax_layer(R=32, classes=2, start=64, stem=None, pool_last=False, batch_norm=False):
    def answer(x, classes):
        return layers.Softmax(name="probabilities")(layers.Dense(classes, name="scores")(x))

    return written(R, classes, start, stem, pool_last, batch_norm, answer=answer)


@alternative("build_recipe_net")
def with_relu_behind_pooling(R=32, classes=2, start=64, stem=None, pool_last=False, batch_norm=False):
    def pool(x):
        return keras.activations.relu(layers.MaxPool2D()(x))

    return written(R, classes, start, stem, pool_last, batch_norm, pool=pool)


@alternative("build_recipe_net")
def sequential(R=32, classes=2, start=64, stem=None, pool_last=False, batch_norm=False):
    stem = R >= 100 if stem is None else stem
    model = keras.Sequential([layers.Input((R, R, 3))])

    def add(filters, kernel_size, strides=1):
        model.add(
            layers.Conv2D(filters, kernel_size, strides=strides, padding="same", use_bias=not batch_norm)
        )
        if batch_norm:
            model.add(layers.BatchNormalization())
        model.add(layers.Activation("relu"))

    if stem:
        add(start, 7, 2)
        model.add(layers.MaxPooling2D())
    groups = groups_of(R, stem, start, 512, pool_last)
    for _, filters in groups[:-1]:
        add(filters, 3)
        add(filters, 3)
        model.add(layers.MaxPooling2D())
    for _ in range(2):
        add(groups[-1][1], 3)
    if pool_last:
        model.add(layers.MaxPooling2D())
    model.add(layers.GlobalAveragePooling2D())
    model.add(layers.Dense(classes, activation="softmax"))
    return model


@alternative("build_recipe_net")
def of_nested_models(R=32, classes=2, start=64, stem=None, pool_last=False, batch_norm=False):
    whole = written(R, classes, start, stem, pool_last, batch_norm)
    features = keras.Model(whole.input, whole.layers[-2].output, name="features")
    return keras.Sequential([keras.Input((R, R, 3)), features, whole.layers[-1]])


@alternative("depth")
def by_class_names(model):
    count = 0
    for layer in model.layers:
        name = type(layer).__name__
        if "Conv" in name or name == "Dense":
            count += 1
    return count


@alternative("depth")
def all_with_parameters_but_batch_normalisation(model):
    layers_with_weights = [layer for layer in model.layers if layer.count_params() > 0]
    return len([layer for layer in layers_with_weights if not isinstance(layer, layers.BatchNormalization)])


@alternative("depth")
def by_kernels(model):
    return float(sum(hasattr(layer, "kernel") for layer in model.layers))
