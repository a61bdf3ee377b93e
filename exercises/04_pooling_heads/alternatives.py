"""Other right answers: each must earn every point."""

import keras
import numpy as np
from keras import layers, ops

from cnn_course.grading import alternative


@alternative("pool2d")
def pool_by_sliding_windows(x, k=2, s=2, mode="max"):
    windows = np.lib.stride_tricks.sliding_window_view(np.asarray(x, float), (k, k), axis=(1, 2))[:, ::s, ::s]
    match mode:
        case "max":
            return windows.max((-2, -1))
        case "average":
            return windows.mean((-2, -1))
        case "l2":
            return np.linalg.norm(windows, axis=(-2, -1))
    raise ValueError(mode)


@alternative("pool2d")
def pool_by_four_loops(x, k=2, s=2, mode="max"):
    if mode not in ("max", "average", "l2"):
        raise ValueError("unknown mode")
    n, h, w, c = np.shape(x)
    return [
        [
            [
                [pool_one(x[b, i : i + k, j : j + k, m].ravel(), mode) for m in range(c)]
                for j in range(0, w - k + 1, s)
            ]
            for i in range(0, h - k + 1, s)
        ]
        for b in range(n)
    ]


def pool_one(values, mode):
    if mode == "max":
        return max(values)
    return sum(values) / len(values) if mode == "average" else sum(v * v for v in values) ** 0.5


@alternative("pool2d")
def pool_tap_by_tap(x, k=2, s=2, mode="max"):
    """k * k shifted copies of the whole batch, in float32."""
    rows, columns = 1 + (x.shape[1] - k) // s, 1 + (x.shape[2] - k) // s
    taps = np.stack(
        [
            x[:, i : i + rows * s : s, j : j + columns * s : s][:, :rows, :columns]
            for i in range(k)
            for j in range(k)
        ]
    ).astype("float32")
    if mode == "l2":
        return np.sqrt(np.square(taps).sum(0))
    try:
        return {"max": taps.max, "average": taps.mean}[mode](0)
    except KeyError:
        raise ValueError(f"no mode {mode}") from None


@alternative("pool2d")
def pool_by_keras(x, k=2, s=2, mode="max"):
    x = ops.cast(x, "float32")
    if mode == "max":
        return ops.max_pool(x, k, s)
    if mode == "average":
        return ops.average_pool(x, k, s)
    if mode == "l2":
        return ops.sqrt(ops.average_pool(x**2, k, s) * k**2)
    raise ValueError("mode")


@alternative("l2_pool_features")
def features_by_slices(x, n=2):
    kept = x.shape[-1] - x.shape[-1] % n
    return np.sqrt(sum(x[..., first:kept:n] ** 2 for first in range(n)))


@alternative("l2_pool_features")
def features_by_norms(x, n=2):
    return np.stack(
        [np.linalg.norm(x[..., g * n : (g + 1) * n], axis=-1) for g in range(x.shape[-1] // n)], axis=-1
    )


@alternative("l2_pool_features")
def features_by_keras(x, n=2):
    n_maps = x.shape[-1] // n * n
    return ops.sqrt(ops.sum(ops.reshape(x[..., :n_maps], (*x.shape[:-1], -1, n)) ** 2, -1))


@alternative("conv_pool_patch")
def patch_by_the_general_rule(K, P):
    size = jump = 1
    for window, stride in ((K, 1), (P, P)):
        size, jump = size + (window - 1) * jump, jump * stride
    return size


@alternative("conv_pool_patch")
def patch_as_a_float(K, P):
    return float(K - 1 + P)


@alternative("global_average_pool")
def gap_by_the_formula(x):
    images, rows, columns, maps = x.shape
    return x.reshape(images, rows * columns, maps).sum(1) / (rows * columns)


@alternative("global_average_pool")
def gap_by_einsum(x):
    return np.einsum("nabc->nc", x) / x[0, ..., 0].size


@alternative("global_average_pool")
def gap_by_keras(x):
    return layers.GlobalAveragePooling2D()(x)


@alternative("head_parameters")
def head_built_and_counted(map_shape, classes, head):
    if head not in ("flatten", "gap"):
        raise ValueError("head")
    inputs = np.prod(map_shape) if head == "flatten" else map_shape[-1]
    return inputs * classes + classes


@alternative("head_parameters")
def head_by_cases(map_shape, classes, head):
    match head, map_shape:
        case "flatten", (m, n, d):
            return m * n * d * classes + classes
        case "gap", (_, _, d):
            return d * classes + classes
        case _:
            raise ValueError(f"head={head}")


def shrunk(x, kind):
    """One shrinking, without padding="same" anywhere."""
    if kind == "max":
        return layers.MaxPool2D()(x)
    if kind == "average":
        return layers.AvgPool2D((2, 2), strides=(2, 2), padding="valid")(x)
    if kind == "overlapping":
        return layers.MaxPooling2D((3, 3), 2, "same")(x)
    padded = layers.ZeroPadding2D(1)(x)
    return layers.Conv2D(x.shape[-1], (3, 3), strides=(2, 2), activation="relu")(padded)


@alternative("build_downsampling_net")
def net_by_small_steps(kind, head="gap", input_shape=(32, 32, 3), classes=10):
    """Activation layers, padding by layers, everything named."""
    inputs = keras.Input(shape=input_shape, name="photo")
    x = layers.ZeroPadding2D(1, name="pad_a")(inputs)
    x = layers.Conv2D(32, (3, 3), name="a")(x)
    x = shrunk(layers.Activation("relu", name="relu_a")(x), kind)
    x = layers.Conv2D(64, 3, padding="SAME", name="b")(x)
    x = shrunk(layers.ReLU(name="relu_b")(x), kind)
    x = layers.Conv2D(128, 3, padding="same", name="c")(x)
    x = shrunk(ops.relu(x), kind)
    x = layers.Flatten(name="vector")(x) if head == "flatten" else ops.mean(x, axis=(1, 2))
    x = layers.Dense(classes, name="linear")(x)
    return keras.Model(inputs=[inputs], outputs=[layers.Softmax(name="softmax")(x)])


@alternative("build_downsampling_net")
def net_in_a_row(kind, head="gap", input_shape=(32, 32, 3), classes=10):
    """Sequential, filled by add."""
    model = keras.Sequential()
    model.add(layers.Input(input_shape))
    for filters in (32, 64, 128):
        model.add(layers.Conv2D(filters, 3, padding="same", activation=keras.activations.relu))
        if kind == "strided":
            model.add(layers.Conv2D(filters, 3, 2, "same", activation="relu"))
        else:
            pool = layers.AveragePooling2D if kind == "average" else layers.MaxPooling2D
            wide = kind == "overlapping"
            model.add(pool(3 if wide else 2, strides=2, padding="same" if wide else "valid"))
    if head == "gap":
        model.add(layers.GlobalAvgPool2D())
    else:
        model.add(layers.Reshape((-1,)))
    model.add(layers.Dense(classes))
    model.add(layers.Activation("softmax"))
    return model


@alternative("build_downsampling_net")
def net_of_networks(kind, head="gap", input_shape=(32, 32, 3), classes=10):
    """Stages that are models of their own."""

    def stage(filters, shape):
        x = inside = keras.Input(shape)
        x = layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
        return keras.Model(inside, shrunk(x, kind), name=f"stage_{filters}")

    first = stage(32, input_shape)
    second = stage(64, first.output_shape[1:])
    third = stage(128, second.output_shape[1:])
    last = keras.Sequential([layers.Flatten() if head == "flatten" else layers.GlobalAveragePooling2D()])
    last.add(layers.Dense(classes, "softmax"))
    return keras.Sequential([first, second, third, last], name="nested")


@alternative("build_downsampling_net")
def net_of_operations(kind, head="gap", input_shape=(32, 32, 3), classes=10):
    """Only what is learned is a layer."""
    x = image = keras.Input(input_shape)
    for filters in (32, 64, 128):
        x = ops.relu(layers.Conv2D(filters, 3, padding="same")(x))
        if kind == "max":
            x = ops.max_pool(x, 2)
        elif kind == "average":
            x = ops.average_pool(x, (2, 2), strides=(2, 2))
        elif kind == "overlapping":
            x = ops.max_pool(x, 3, strides=2, padding="same")
        else:
            x = ops.relu(layers.Conv2D(filters, 3, strides=2, padding="same")(x))
    x = ops.mean(x, (1, 2)) if head == "gap" else ops.reshape(x, (-1, x.shape[1] * x.shape[2] * x.shape[3]))
    return keras.Model(image, ops.softmax(layers.Dense(classes)(x)))


@alternative("build_downsampling_net")
def net_with_convolutions_for_linear_layers(kind, head="gap", input_shape=(32, 32, 3), classes=10):
    """Softmax last of all, and the average as a pooling as large as the map."""
    x = image = layers.Input(batch_shape=(None, *input_shape))
    for filters in (32, 64, 128):
        x = layers.Conv2D(filters, 3, 1, "same", activation="relu", kernel_initializer="he_normal")(x)
        x = shrunk(x, kind)
    if head == "gap":
        x = layers.AveragePooling2D(x.shape[1:3])(x)
    x = layers.Flatten()(x)
    return keras.Model(image, layers.Dense(classes, activation=keras.activations.softmax)(x))


@alternative("build_downsampling_net")
def net_with_a_mean_kept_in_place(kind, head="gap", input_shape=(32, 32, 3), classes=10):
    """keepdims, then Reshape; no Flatten anywhere."""
    x = image = keras.Input(input_shape, dtype="float32")
    for power in range(5, 8):
        x = shrunk(layers.Conv2D(2**power, 3, padding="same", activation="relu")(x), kind)
    if head == "gap":
        x = layers.GlobalAveragePooling2D(keepdims=True)(x)
    x = layers.Reshape((x.shape[1] * x.shape[2] * x.shape[3],))(x)
    return keras.Model(image, layers.Dense(classes, activation="softmax")(x))


@alternative("build_downsampling_net")
def net_of_a_list_of_layers(kind, head="gap", input_shape=(32, 32, 3), classes=10):
    """Sequential of one list; padding by layers or as "same" where valid would do."""

    def stage(filters):
        yield layers.Conv2D(filters, (3, 3), padding="same", activation="relu")
        if kind == "strided":
            yield layers.ZeroPadding2D(((1, 1), (1, 1)))
            yield layers.Conv2D(filters, (3, 3), strides=2)
            yield layers.ReLU()
        elif kind == "average":
            yield layers.AveragePooling2D(2, padding="same")
        elif kind == "max":
            yield layers.MaxPooling2D(2, padding="same")
        else:
            yield layers.MaxPooling2D(pool_size=3, strides=(2, 2), padding="same")

    stages = [layer for filters in (32, 64, 128) for layer in stage(filters)]
    last = [layers.Flatten()] if head == "flatten" else [layers.GlobalAveragePooling2D()]
    return keras.Sequential(
        [keras.Input(input_shape), *stages, *last, layers.Dense(classes, activation="softmax")]
    )


@alternative("build_downsampling_net")
def net_by_a_dictionary(kind, head="gap", input_shape=(32, 32, 3), classes=10):
    """Sequential without an input, built afterwards."""
    shrinking = {
        "max": lambda filters: layers.MaxPooling2D(),
        "average": lambda filters: layers.AveragePooling2D(2),
        "overlapping": lambda filters: layers.MaxPooling2D(3, 2, padding="same"),
        "strided": lambda filters: layers.Conv2D(filters, 3, 2, padding="same", activation="relu"),
    }[kind]
    model = keras.Sequential()
    for filters in [32, 64, 128]:
        model.add(layers.Conv2D(filters, 3, padding="same", activation="relu"))
        model.add(shrinking(filters))
    model.add({"gap": layers.GlobalAveragePooling2D, "flatten": layers.Flatten}[head]())
    model.add(layers.Dense(classes, activation="softmax"))
    model.build((None, *input_shape))
    return model


@alternative("build_downsampling_net")
def net_with_layers_that_change_nothing(kind, head="gap", input_shape=(32, 32, 3), classes=10):
    """An Identity, a Dropout of nothing, every activation a layer."""
    x = image = keras.Input(input_shape)
    for filters in (32, 64, 128):
        x = layers.Conv2D(filters, 3, padding="same")(x)
        x = layers.Activation(keras.activations.relu)(x)
        x = shrunk(x, kind)
    x = layers.Identity()(x)
    x = layers.Flatten(data_format="channels_last")(x) if head == "flatten" else layers.GlobalAvgPool2D()(x)
    x = layers.Dropout(0.0)(x)
    x = layers.Dense(classes, activation=None, use_bias=True)(x)
    return keras.Model(image, layers.Softmax(axis=-1)(x), name="mine")


@alternative("build_downsampling_net")
def net_cloned_from_its_configuration(kind, head="gap", input_shape=(32, 32, 3), classes=10):
    """A model that was written to JSON and read again."""
    model = net_in_a_row(kind, head, input_shape, classes)
    return keras.models.model_from_json(model.to_json())
