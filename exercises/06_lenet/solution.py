"""LeNet-5 and counting tools. Made from lesson.py by `cnn-course dev build`: edit that."""


from math import prod

import keras


def build_lenet5(input_shape=(32, 32, 1), classes=10, activation="tanh"):
    """LeNet-5 of the table above; `activation` is that of the convolutions and of the two hidden layers."""
    # BEGIN SOLUTION
    image = keras.Input(input_shape)
    x = keras.layers.Conv2D(6, 5, activation=activation, name="conv1")(image)
    x = keras.layers.AveragePooling2D(2, name="pool1")(x)
    x = keras.layers.Conv2D(16, 5, activation=activation, name="conv2")(x)
    x = keras.layers.AveragePooling2D(2, name="pool2")(x)
    x = keras.layers.Flatten(name="flatten")(x)
    x = keras.layers.Dense(120, activation=activation, name="fc1")(x)
    x = keras.layers.Dense(84, activation=activation, name="fc2")(x)
    scores = keras.layers.Dense(classes, activation="softmax", name="classes")(x)
    return keras.Model(image, scores, name="lenet5")
    # END SOLUTION


def receptive_field(layers):
    """Size and jump behind each layer: [(kernel, stride), ...] -> [(size, jump), ...], equally long."""
    # BEGIN SOLUTION
    size, jump, fields = 1, 1, []
    for kernel, stride in layers:
        size += (kernel - 1) * jump
        jump *= stride
        fields.append((size, jump))
    return fields
    # END SOLUTION


def layer_table(model, count_bias=True):
    """One row per layer, in order, without the input.

    A row is {"layer": name, "output_shape": shape without the batch, "parameters": how many numbers the layer
    holds}; with `count_bias=False` biases are not among them.
    """
    # BEGIN SOLUTION
    return [
        {
            "layer": layer.name,
            "output_shape": tuple(layer.output.shape[1:]),
            "parameters": sum(
                prod(weight.shape) for weight in layer.weights if count_bias or weight.name != "bias"
            ),
        }
        for layer in model.layers
        if not isinstance(layer, keras.layers.InputLayer)
    ]
    # END SOLUTION


def macs(model, count_bias=False):
    """Multiply-adds of the whole network for one image; with `count_bias` one more per number with a bias."""
    # BEGIN SOLUTION
    kinds = keras.layers
    total = 0
    for layer in model.layers:
        if isinstance(layer, kinds.SeparableConv2D):
            weights = prod(layer.depthwise_kernel.shape) + prod(layer.pointwise_kernel.shape)
        elif isinstance(layer, kinds.Conv2D | kinds.DepthwiseConv2D | kinds.Dense):
            weights = prod(layer.kernel.shape)
        else:
            continue
        total += prod(layer.output.shape[1:-1]) * weights
        if count_bias and layer.use_bias:
            total += prod(layer.output.shape[1:])
    return total
    # END SOLUTION


def activation_memory(model):
    """How many numbers have to be kept for one image: the input and the outputs of layers that make new ones.

    Activation, ReLU, Softmax, Dropout, BatchNormalization, Flatten and Reshape make none.
    """
    # BEGIN SOLUTION
    kinds = keras.layers
    in_place = (kinds.Activation, kinds.ReLU, kinds.Softmax, kinds.Dropout, kinds.BatchNormalization)
    not_new = (*in_place, kinds.Flatten, kinds.Reshape, kinds.InputLayer)
    made = [layer.output.shape[1:] for layer in model.layers if not isinstance(layer, not_new)]
    return prod(model.input_shape[1:]) + sum(map(prod, made))
    # END SOLUTION
