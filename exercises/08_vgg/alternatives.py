"""Other right ways of writing the answers."""

import math

import keras
import numpy as np
from keras import layers
from solution import conv_stack as block

from cnn_course.grading import alternative


@alternative("compare_stacks")
def layer_by_layer(channels, n, big, bias=True):
    seen, parameters = 1, 0
    for _ in range(n):
        seen += 2
        parameters += 3 * 3 * channels * channels + int(bias) * channels
    return {
        "stack": parameters,
        "single": big**2 * channels**2 + int(bias) * channels,
        "stack_sees": seen,
        "single_sees": big,
    }


@alternative("compare_stacks")
def counted_by_keras(channels, n, big, bias=True):
    def count(sides):
        model = keras.Sequential([keras.Input((32, 32, channels))])
        for side in sides:
            model.add(layers.Conv2D(channels, side, padding="same", use_bias=bias))
        return model.count_params()

    return {"stack": count([3] * n), "single": count([big]), "stack_sees": 1 + n * 2, "single_sees": big}


@alternative("compare_stacks")
def in_numpy_and_with_more_keys(channels, n, big, bias=True):
    sides = np.array([3, big])
    stack, single = np.array([n, 1]) * (sides**2 * channels**2 + channels * bias)
    return {
        "stack": stack,
        "single": single,
        "stack_sees": np.int64(2 * n + 1),
        "single_sees": float(big),
        "ratio": single / stack,
    }


@alternative("conv_stack")
def activation_inside(x, filters, n, batch_norm=False):
    for _ in range(n):
        if batch_norm:
            x = layers.Conv2D(filters, (3, 3), padding="same", use_bias=False)(x)
            x = layers.Activation("relu")(layers.BatchNormalization()(x))
        else:
            x = layers.Conv2D(filters, (3, 3), padding="same", activation="relu")(x)
    return layers.MaxPool2D()(x)


@alternative("conv_stack")
def with_operations(x, filters, n, batch_norm=False):
    for _ in range(n):
        x = layers.Conv2D(filters, 3, padding="same", use_bias=not batch_norm)(x)
        x = layers.BatchNormalization(epsilon=1e-5)(x) if batch_norm else x
        x = keras.ops.maximum(x, 0)
    return keras.ops.max_pool(x, 2, strides=2)


@alternative("conv_stack")
def with_borders_of_zeros(x, filters, n, batch_norm=False):
    for _ in range(n):
        x = layers.ZeroPadding2D(1)(x)
        x = layers.Conv2D(filters, 3, use_bias=not batch_norm)(x)
        if batch_norm:
            x = layers.BatchNormalization()(x)
        x = layers.ReLU()(x)
    return layers.MaxPooling2D((2, 2), strides=(2, 2))(x)


@alternative("conv_stack")
def as_a_model_of_its_own(x, filters, n, batch_norm=False):
    block = keras.Sequential()
    for _ in range(n):
        block.add(layers.Conv2D(filters, 3, padding="same", use_bias=not batch_norm))
        if batch_norm:
            block.add(layers.BatchNormalization())
        block.add(layers.Activation(keras.activations.relu))
    block.add(layers.MaxPooling2D(pool_size=2, strides=2, padding="valid"))
    return block(x)


@alternative("conv_stack")
def with_the_last_relu_behind_the_pooling(x, filters, n, batch_norm=False):
    for number in range(n):
        x = layers.Conv2D(filters, 3, padding="same", use_bias=not batch_norm)(x)
        x = layers.BatchNormalization()(x) if batch_norm else x
        x = layers.ReLU()(x) if number < n - 1 else x
    return keras.activations.relu(layers.MaxPooling2D(2)(x))


COLUMNS = {"A": "11222", "B": "22222", "D": "22333", "E": "22444"}


def softmax_dense(x, classes):
    return layers.Dense(classes, activation="softmax")(x)


def flatten(x):
    return layers.Flatten()(x)


def average(x):
    return layers.GlobalAveragePooling2D()(x)


def dense_relu(x):
    return layers.Dropout(0.5)(layers.Dense(4096, activation="relu")(x))


def written(
    config,
    input_shape,
    classes,
    head,
    batch_norm,
    *,
    block=block,
    flat=flatten,
    gap=average,
    dense=dense_relu,
    answer=softmax_dense,
):
    """VGG out of parts that may be written in another way."""
    if config not in COLUMNS or head not in {"fc", "gap"}:
        raise ValueError(f"there is no VGG {config!r} with head {head!r}")
    image = x = keras.Input(input_shape)
    for n, filters in zip(map(int, COLUMNS[config]), (64, 128, 256, 512, 512), strict=True):
        x = block(x, filters, n, batch_norm)
    x = gap(x) if head == "gap" else dense(dense(flat(x)))
    return keras.Model(image, answer(x, classes))


@alternative("build_vgg")
def from_text(config="D", input_shape=(224, 224, 3), classes=1000, head="fc", batch_norm=False):
    return written(config, input_shape, classes, head, batch_norm)


@alternative("build_vgg")
def with_reshape(config="D", input_shape=(224, 224, 3), classes=1000, head="fc", batch_norm=False):
    return written(config, input_shape, classes, head, batch_norm, flat=lambda x: layers.Reshape((-1,))(x))


@alternative("build_vgg")
def with_mean(config="D", input_shape=(224, 224, 3), classes=1000, head="fc", batch_norm=False):
    return written(
        config, input_shape, classes, head, batch_norm, gap=lambda x: keras.ops.mean(x, axis=(1, 2))
    )


@alternative("build_vgg")
def with_averaged_maps_kept(config="D", input_shape=(224, 224, 3), classes=1000, head="fc", batch_norm=False):
    def gap(x):
        return layers.Flatten()(layers.GlobalAveragePooling2D(keepdims=True)(x))

    return written(config, input_shape, classes, head, batch_norm, gap=gap)


@alternative("build_vgg")
def with_average_pooling(config="D", input_shape=(224, 224, 3), classes=1000, head="fc", batch_norm=False):
    def gap(x):
        return layers.Flatten()(layers.AveragePooling2D((x.shape[1], x.shape[2]))(x))

    return written(config, input_shape, classes, head, batch_norm, gap=gap)


@alternative("build_vgg")
def with_a_softmax_layer(config="D", input_shape=(224, 224, 3), classes=1000, head="fc", batch_norm=False):
    def answer(x, classes):
        return layers.Activation("softmax")(layers.Dense(classes, name="scores")(x))

    return written(config, input_shape, classes, head, batch_norm, answer=answer)


@alternative("build_vgg")
def with_separate_relus(config="D", input_shape=(224, 224, 3), classes=1000, head="fc", batch_norm=False):
    def dense(x):
        return keras.ops.relu(layers.Dropout(0.5)(layers.Dense(4096)(x)))

    return written(config, input_shape, classes, head, batch_norm, dense=dense)


@alternative("build_vgg")
def with_scores_before_averaging(
    config="D", input_shape=(224, 224, 3), classes=1000, head="fc", batch_norm=False
):
    def block(x, filters, n, batch_norm):
        for number in range(n):
            x = layers.Conv2D(
                filters,
                3,
                strides=1,
                padding="same",
                use_bias=not batch_norm,
                name=f"conv{filters}_{id(x)}_{number}",
            )(x)
            x = layers.BatchNormalization()(x) if batch_norm else x
            x = layers.ReLU(negative_slope=0.0)(x)
        return layers.MaxPooling2D(2, padding="same" if x.shape[1] % 2 == 0 == x.shape[2] % 2 else "valid")(x)

    return written(config, input_shape, classes, head, batch_norm, block=block)


@alternative("build_vgg")
def sequential(config="D", input_shape=(224, 224, 3), classes=1000, head="fc", batch_norm=False):
    table = {"A": [1, 1, 2, 2, 2], "B": [2] * 5, "D": [2, 2, 3, 3, 3], "E": [2, 2, 4, 4, 4]}
    if config not in table:
        raise ValueError(config)
    heads = {
        "gap": [layers.GlobalAveragePooling2D()],
        "fc": [
            layers.Flatten(),
            layers.Dense(4096, "relu"), layers.Dropout(0.5),
            layers.Dense(4096, "relu"), layers.Dropout(0.5),
        ],
    }  # fmt: skip
    if head not in heads:
        raise ValueError(head)
    model = keras.Sequential([keras.Input(input_shape)])
    for position, n in enumerate(table[config]):
        for _ in range(n):
            model.add(layers.Conv2D(min(64 * 2**position, 512), 3, padding="same", use_bias=not batch_norm))
            if batch_norm:
                model.add(layers.BatchNormalization())
            model.add(layers.Activation("relu"))
        model.add(layers.MaxPooling2D())
    for layer in [*heads[head], layers.Dense(classes, "softmax")]:
        model.add(layer)
    return model


@alternative("build_vgg")
def of_nested_models(config="D", input_shape=(224, 224, 3), classes=1000, head="fc", batch_norm=False):
    whole = written(config, input_shape, classes, head, batch_norm)
    pools = [layer for layer in whole.layers if isinstance(layer, layers.MaxPooling2D)]
    features = keras.Model(whole.input, pools[-1].output, name="features")
    rest = whole.layers[whole.layers.index(pools[-1]) + 1 :]
    top = keras.Sequential(rest, name="top")
    image = keras.Input(input_shape)
    return keras.Model(image, top(features(image)))


@alternative("vgg_table")
def by_class_names(model):
    rows = []
    for layer in model.layers:
        kind = type(layer).__name__
        config = layer.get_config()
        name = {
            "InputLayer": lambda config: "INPUT",
            "Conv2D": lambda config: f"CONV{config['kernel_size'][0]}-{config['filters']}",
            "MaxPooling2D": lambda config: f"POOL{config['pool_size'][0]}",
            "GlobalAveragePooling2D": lambda config: "GAP",
            "Dense": lambda config: f"FC-{config['units']}",
        }.get(kind)
        if name is not None:
            shape = list(layer.output.shape[1:])
            biases = layer.bias.shape[0] if getattr(layer, "use_bias", False) else 0
            rows.append(
                {
                    "layer": name(config),
                    "shape": shape,
                    "numbers": math.prod(shape),
                    "weights": layer.count_params() - biases,
                }
            )
    return rows


@alternative("vgg_table")
def from_the_weights_themselves(model):
    def row(name, layer):
        shape = np.array(layer.output.shape[1:])
        weights = layer.get_weights()[0].size if layer.weights else 0
        return {
            "layer": name,
            "shape": shape,
            "numbers": np.prod(shape),
            "weights": weights,
            "kind": str(layer),
        }

    rows = []
    for layer in model.layers:
        match layer:
            case layers.InputLayer():
                rows.append(row("INPUT", layer))
            case layers.Conv2D():
                rows.append(row("CONV%d-%d" % (layer.kernel_size[0], layer.filters), layer))  # noqa: UP031
            case layers.MaxPooling2D():
                rows.append(row(f"POOL{layer.pool_size[-1]}", layer))
            case layers.GlobalAveragePooling2D():
                rows.append(row("GAP", layer))
            case layers.Dense():
                rows.append(row(f"FC-{layer.units}", layer))
    return tuple(rows)
