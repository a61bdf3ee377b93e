"""Other right answers: each must earn every point."""

import keras
import numpy as np
from keras import layers, ops

from cnn_course.grading import alternative


@alternative("build_lenet5")
def lenet_as_a_list(input_shape=(32, 32, 1), classes=10, activation="tanh"):
    return keras.Sequential(
        [
            keras.Input(input_shape),
            layers.Conv2D(6, (5, 5), activation=activation),
            layers.AveragePooling2D((2, 2), strides=(2, 2)),
            layers.Conv2D(16, (5, 5), activation=activation),
            layers.AvgPool2D(2),
            layers.Flatten(),
            layers.Dense(120, activation),
            layers.Dense(84, activation),
            layers.Dense(classes, "softmax"),
        ]
    )


@alternative("build_lenet5")
def lenet_with_activation_layers(input_shape=(32, 32, 1), classes=10, activation="tanh"):
    x = image = keras.Input(shape=input_shape, name="digit")
    for name, depth in (("C1", 6), ("C3", 16)):
        x = layers.Conv2D(depth, 5, strides=1, padding="valid", name=name)(x)
        x = layers.Activation(activation, name=f"{name}_{activation}")(x)
        x = layers.AveragePooling2D(pool_size=2)(x)
    x = layers.Flatten()(x)
    for name, units in (("C5", 120), ("F6", 84)):
        x = layers.Activation(activation)(layers.Dense(units, name=name)(x))
    return keras.Model(image, layers.Softmax()(layers.Dense(classes)(x)), name="LeNet-5")


@alternative("build_lenet5")
def lenet_whose_fifth_layer_is_a_convolution(input_shape=(32, 32, 1), classes=10, activation="tanh"):
    """No Flatten: the maps are written in a row by Reshape."""
    x = image = keras.Input(input_shape)
    x = layers.AveragePooling2D(2)(layers.Conv2D(6, 5, activation=activation)(x))
    x = layers.AveragePooling2D(2)(layers.Conv2D(16, 5, activation=activation)(x))
    x = layers.Reshape((x.shape[1] * x.shape[2] * x.shape[3],))(x)
    x = layers.Dense(84, activation=activation)(layers.Dense(120, activation=activation)(x))
    return keras.Model(image, layers.Dense(classes, activation=ops.softmax)(x))


@alternative("build_lenet5")
def lenet_of_operations(input_shape=(32, 32, 1), classes=10, activation="tanh"):
    act = {"tanh": ops.tanh, "relu": ops.relu}[activation]
    x = image = keras.Input(input_shape)
    x = ops.average_pool(act(layers.Conv2D(6, 5)(x)), 2)
    x = ops.average_pool(act(layers.Conv2D(16, 5)(x)), 2, strides=2)
    x = ops.reshape(x, (-1, x.shape[1] * x.shape[2] * 16))
    x = act(layers.Dense(84)(act(layers.Dense(120)(x))))
    return keras.Model(image, ops.softmax(layers.Dense(classes)(x)))


@alternative("build_lenet5")
def lenet_in_two_parts(input_shape=(32, 32, 1), classes=10, activation="tanh"):
    features = keras.Sequential(name="features")
    for depth in (6, 16):
        features.add(layers.Conv2D(depth, 5, activation=activation))
        features.add(layers.AveragePooling2D(2))
    classifier = keras.Sequential(name="classifier")
    classifier.add(layers.Flatten())
    for units in (120, 84):
        classifier.add(layers.Dense(units, activation=activation))
    classifier.add(layers.Dense(classes, activation="softmax"))
    image = keras.Input(input_shape)
    return keras.Model(image, classifier(features(image)))


@alternative("build_lenet5")
def lenet_by_function_objects(input_shape=(32, 32, 1), classes=10, activation="tanh"):
    act = keras.activations.get(activation)
    model = keras.Sequential()
    model.add(layers.InputLayer(shape=input_shape))
    model.add(layers.Conv2D(filters=6, kernel_size=5, activation=act, kernel_initializer="lecun_normal"))
    model.add(layers.AveragePooling2D(2, padding="valid"))
    model.add(layers.Conv2D(filters=16, kernel_size=5, activation=act, data_format="channels_last"))
    model.add(layers.AveragePooling2D(2))
    model.add(layers.Flatten())
    model.add(layers.Dense(120, act))
    model.add(layers.Dense(84, act))
    model.add(layers.Dense(classes, keras.activations.softmax))
    return model


@alternative("build_lenet5")
def lenet_built_late(input_shape=(32, 32, 1), classes=10, activation="tanh"):
    model = keras.Sequential(lenet_as_a_list(classes=classes, activation=activation).layers)
    late = keras.models.clone_model(keras.Sequential([keras.Input(input_shape), *_fresh(model.layers)]))
    return keras.models.model_from_json(late.to_json())


def _fresh(old):
    return [type(layer).from_config(layer.get_config()) for layer in old]


@alternative("build_lenet5")
def lenet_with_layers_of_no_effect(input_shape=(32, 32, 1), classes=10, activation="tanh"):
    x = image = keras.Input(input_shape)
    x = layers.Identity()(x)
    x = layers.Conv2D(6, 5, activation=activation, use_bias=True)(x)
    x = layers.AveragePooling2D(2)(layers.Activation("linear")(x))
    x = layers.Conv2D(16, 5, activation=activation)(x)
    x = layers.Flatten()(layers.AveragePooling2D(2)(x))
    x = layers.Dropout(0.0)(layers.Dense(120, activation=activation)(x))
    x = layers.Dense(84, activation=activation)(x)
    return keras.Model(image, layers.Dense(classes, activation="softmax", dtype="float32")(x))


@alternative("build_lenet5")
def lenet_of_a_nested_stage(input_shape=(32, 32, 1), classes=10, activation="tanh"):
    def stage(x, depth):
        inside = keras.Input(x.shape[1:])
        y = layers.AveragePooling2D(2)(layers.Conv2D(depth, 5, activation=activation)(inside))
        return keras.Model(inside, y)(x)

    image = keras.Input(input_shape)
    x = layers.Flatten()(stage(stage(image, 6), 16))
    hidden = layers.Dense(84, activation=activation)(layers.Dense(120, activation=activation)(x))
    return keras.Model(image, layers.Dense(classes, activation="softmax")(hidden))


@alternative("build_lenet5")
def lenet_with_a_named_output(input_shape=(32, 32, 1), classes=10, activation="tanh"):
    image = keras.Input(batch_shape=(None, *input_shape))
    x = image
    for layer in (
        layers.Conv2D(6, [5, 5], 1, "valid", activation=activation),
        layers.AveragePooling2D(2, 2),
        layers.Conv2D(16, [5, 5], 1, "valid", activation=activation),
        layers.AveragePooling2D(2, 2),
        layers.Reshape((-1,)),
        layers.Dense(120, activation=activation),
        layers.Dense(84, activation=activation),
        layers.Dense(classes),
        layers.Activation("softmax", name="probabilities"),
    ):
        x = layer(x)
    return keras.Model(inputs=image, outputs=x)


@alternative("receptive_field")
def field_by_sums(layers):
    strides = [stride for _, stride in layers]
    jumps = [int(np.prod(strides[:place])) for place in range(len(layers) + 1)]
    grown = [(kernel - 1) * jump for (kernel, _), jump in zip(layers, jumps, strict=False)]
    return [[1 + sum(grown[: place + 1]), jumps[place + 1]] for place in range(len(layers))]


@alternative("receptive_field")
def field_by_walking_back(layers):
    """From one unit back to the image, for each layer anew."""
    found = []
    for depth in range(1, len(layers) + 1):
        size = jump = 1
        for kernel, stride in reversed(layers[:depth]):
            size = (size - 1) * stride + kernel
            jump *= stride
        found.append((size, jump))
    return tuple(found)


@alternative("receptive_field")
def field_as_an_array(layers):
    size, jump, pairs = 1, 1, np.zeros((len(layers), 2), int)
    for row, (kernel, stride) in zip(pairs, layers, strict=True):
        size, jump = size + (kernel - 1) * jump, jump * stride
        row[:] = size, jump
    return pairs


@alternative("layer_table")
def table_by_counting(model, count_bias=True):
    """count_params less what is called bias; shapes as lists."""
    rows = []
    for layer in model.layers:
        if type(layer).__name__ == "InputLayer":
            continue
        held = layer.count_params()
        if not count_bias and getattr(layer, "use_bias", False):
            held -= int(np.size(layer.bias))
        rows.append({"parameters": held, "layer": layer.name, "output_shape": list(layer.output.shape)[1:]})
    return rows


@alternative("layer_table")
def table_by_paths(model, count_bias=True):
    def row(layer):
        shapes = [weight.shape for weight in layer.weights if count_bias or not weight.path.endswith("/bias")]
        return {
            "layer": layer.name,
            "output_shape": layer.compute_output_shape(layer.input.shape)[1:],
            "parameters": sum(int(np.prod(shape)) for shape in shapes),
        }

    return tuple(row(layer) for layer in model.layers if not isinstance(layer, layers.InputLayer))


@alternative("macs")
def macs_by_formulas(model, count_bias=False):
    total = 0
    for layer in model.layers:
        name = type(layer).__name__
        if name == "Dense":
            total += layer.units * (layer.input.shape[-1] + bool(count_bias and layer.use_bias))
        if "Conv2D" not in name:
            continue
        _, height, width, depth = layer.output.shape
        k, inputs = layer.kernel_size[0] * layer.kernel_size[1], layer.input.shape[-1]
        per_place = {
            "Conv2D": lambda layer=layer, k=k, inputs=inputs: k * inputs // layer.groups * layer.filters,
            "DepthwiseConv2D": lambda k=k, depth=depth: k * depth,
            "SeparableConv2D": lambda layer=layer, k=k, inputs=inputs: (
                k * inputs * layer.depth_multiplier + inputs * layer.depth_multiplier * layer.filters
            ),
        }[name]()
        total += height * width * (per_place + depth * bool(count_bias and layer.use_bias))
    return total


@alternative("macs")
def macs_by_weights(model, count_bias=False):
    """Every kernel is used at every place of the output; a bias is a weight like them, if it is counted."""
    wanted = ("kernel", "depthwise_kernel", "pointwise_kernel") + (("bias",) if count_bias else ())
    return float(
        sum(
            np.prod(layer.output.shape[1:-1]) * np.prod(weight.shape)
            for layer in model.layers
            for weight in layer.weights
            if weight.name in wanted
        )
    )


@alternative("activation_memory")
def memory_of_named_kinds(model):
    total = int(np.prod(model.input_shape[1:]))
    for layer in model.layers:
        if any(word in type(layer).__name__ for word in ("Conv", "Pooling", "Dense")):
            total += int(np.prod(layer.output.shape[1:]))
    return total


@alternative("activation_memory")
def memory_from_the_input_layer(model):
    shapes = [tensor.shape for tensor in model.inputs]
    made = (layers.Conv2D, layers.Dense, layers.AveragePooling2D, layers.MaxPooling2D)
    shapes += [layer.output.shape for layer in model.layers if isinstance(layer, made)]
    return sum(np.prod(shape[1:]) for shape in shapes)
