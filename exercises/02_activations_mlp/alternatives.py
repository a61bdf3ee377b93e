"""Other right answers to exercise 02, which must earn every point."""

import keras
import numpy as np
from keras import layers, ops
from solution import mlp_forward, relu, sigmoid, tanh

from cnn_course.grading import alternative
from cnn_course.reference import sigmoid as library_sigmoid
from cnn_course.reference import softmax


@alternative("sigmoid")
def sigmoid_by_tanh(x):
    return 0.5 * (1 + np.tanh(np.asarray(x) / 2))


@alternative("sigmoid")
def sigmoid_by_masks(x):
    y = np.empty(x.shape)
    positive = x >= 0
    y[positive] = 1 / (1 + np.exp(-x[positive]))
    y[~positive] = np.exp(x[~positive]) / (1 + np.exp(x[~positive]))
    return y


@alternative("sigmoid")
def sigmoid_by_clipping(x):
    return 1 / (1 + np.exp(-np.clip(x, -500, 500)))


@alternative("sigmoid")
def sigmoid_by_keras(x):
    return ops.sigmoid(ops.convert_to_tensor(x, "float32"))


@alternative("tanh")
def tanh_by_the_sigmoid(x):
    return 2 * sigmoid(2 * x) - 1


@alternative("tanh")
def tanh_by_exp(x):
    small = np.exp(-2 * np.abs(x))
    return np.sign(x) * (1 - small) / (1 + small)


@alternative("relu")
def relu_by_where(x):
    return np.where(x > 0, x, 0)


@alternative("relu")
def relu_by_a_mask(x):
    return x * (x > 0)


@alternative("relu")
def relu_by_halves(x):
    return (x + abs(x)) / 2


@alternative("relu")
def relu_of_a_copy(x):
    y = x.copy()
    y[y < 0] = 0
    return y


@alternative("leaky_relu")
def leaky_by_the_maximum(x, slope):
    return np.maximum(x, slope * x)


@alternative("leaky_relu")
def leaky_by_two_halves(x, slope):
    return np.maximum(x, 0) + slope * np.minimum(x, 0)


@alternative("prelu")
def prelu_by_two_halves(x, alpha):
    return np.maximum(x, 0) + np.asarray(alpha) * np.minimum(x, 0)


@alternative("prelu")
def prelu_channel_by_channel(x, alpha):
    y = np.array(x, dtype=float)
    for c, slope in enumerate(alpha):
        y[..., c] = np.where(y[..., c] > 0, y[..., c], slope * y[..., c])
    return y


@alternative("elu")
def elu_by_masks(x, alpha=1.0):
    y = np.array(x, dtype="float64")
    y[x < 0] = alpha * (np.exp(y[x < 0]) - 1)
    return y


@alternative("elu")
def elu_by_where(x, alpha=1.0):
    with np.errstate(over="ignore"):
        return np.where(x > 0, x, alpha * (np.exp(x) - 1))


@alternative("maxout")
def maxout_piece_by_piece(x, kernel, bias):
    best = x @ kernel[0] + bias[0]
    for W, b in zip(kernel[1:], bias[1:], strict=True):
        best = np.maximum(best, x @ W + b)
    return best


@alternative("maxout")
def maxout_by_einsum(x, kernel, bias):
    return np.max(np.einsum("nd,pdu->npu", x, kernel) + bias, axis=1)


@alternative("activation_grad")
def slopes_from_a_table(name, x, slope=0.01):
    x = np.asarray(x, dtype="float32")
    table = {
        "sigmoid": lambda: library_sigmoid(x) * library_sigmoid(-x),
        "tanh": lambda: 4 * library_sigmoid(2 * x) * library_sigmoid(-2 * x),
        "relu": lambda: (x > 0).astype("float32"),
        "leaky_relu": lambda: slope + (1 - slope) * (x > 0),
        "elu": lambda: np.exp(np.minimum(x, 0)),
    }
    if name not in table:
        raise ValueError(f"{name}: choose from {', '.join(table)}")
    return table[name]()


@alternative("activation_grad")
def slopes_by_match(name, x, slope=0.01):
    match name:
        case "sigmoid":
            return (1 - np.tanh(x / 2) ** 2) / 4
        case "tanh":
            return 1 - np.square(np.tanh(x))
        case "relu" | "leaky_relu":
            return np.where(x <= 0, 0 if name == "relu" else slope, 1)
        case "elu":
            y = np.ones(x.shape)
            y[x < 0] = np.exp(x[x < 0])
            return y
    raise ValueError(name)


@alternative("mlp_forward")
def forward_as_a_tuple(x, params, activation="relu"):
    f = {"relu": relu, "sigmoid": sigmoid, "tanh": tanh}[activation]
    *inner, (W, b) = params
    sums = []
    for weights, biases in inner:
        sums.append(np.dot(x, weights) + biases)
        x = f(sums[-1])
    return (*sums, np.dot(x, W) + b)


@alternative("mlp_forward")
def forward_by_recursion(x, params, activation="relu"):
    (W, b), *rest = params
    z = x @ W + b
    f = {"relu": relu, "sigmoid": sigmoid, "tanh": tanh}[activation]
    return [z, *forward_by_recursion(f(z), rest, activation)] if rest else [z]


@alternative("mlp_forward")
def forward_with_a_bias_unit(x, params, activation="relu"):
    f = {"relu": relu, "sigmoid": sigmoid, "tanh": tanh}[activation]
    sums, a = [], x
    for W, b in params:
        with_unit = np.hstack([np.ones((len(a), 1)), a])
        sums.append(with_unit @ np.vstack([b, W]))
        a = f(sums[-1])
    return sums


@alternative("mlp_backward")
def backward_by_the_activations(x, y, params, activation="relu"):
    sums = mlp_forward(x, params, activation)
    f = {"relu": relu, "sigmoid": sigmoid, "tanh": tanh}[activation]
    slope = {"relu": lambda a: a > 0, "sigmoid": lambda a: a * (1 - a), "tanh": lambda a: 1 - a**2}[
        activation
    ]
    a = [x, *map(f, sums[:-1])]
    truth = np.eye(sums[-1].shape[1])[y]
    delta, grads = (softmax(sums[-1]) - truth) / len(x), []
    for layer in range(len(params) - 1, -1, -1):
        grads.append([np.dot(a[layer].T, delta), np.ones(len(x)) @ delta])
        if layer:
            delta = np.dot(delta, params[layer][0].T) * slope(a[layer])
    return grads[::-1]


@alternative("mlp_backward")
def backward_by_einsum(x, y, params, activation="relu"):
    f = {"relu": relu, "sigmoid": sigmoid, "tanh": tanh}[activation]
    sums = mlp_forward(x, params, activation)
    delta = softmax(sums[-1])
    delta[range(len(y)), y] -= 1
    grads = [None] * len(params)
    for layer in range(len(params))[::-1]:
        seen = f(sums[layer - 1]) if layer else x
        grads[layer] = (np.einsum("ni,nj->ij", seen, delta) / len(y), delta.mean(axis=0))
        if layer:
            back = np.einsum("nj,ij->ni", delta, params[layer][0])
            delta = back * {"relu": seen > 0, "sigmoid": seen - seen**2, "tanh": 1 - seen**2}[activation]
    return grads


@alternative("sgd_step")
def step_by_a_loop(params, grads, lr):
    new = []
    for pair, gradients in zip(params, grads, strict=True):
        new.append([old - lr * gradient for old, gradient in zip(pair, gradients, strict=True)])
    return new


@alternative("sgd_step")
def step_of_copies(params, grads, lr):
    new = [(W.copy(), b.copy()) for W, b in params]
    for layer, (dW, db) in enumerate(grads):
        new[layer][0][:] -= lr * dW
        new[layer][1][:] -= lr * db
    return tuple(new)


@alternative("build_mlp")
def sequential(hidden=(100,), activation="relu", classes=10, input_shape=(32, 32, 3)):
    stack = [layers.Dense(units, activation=activation) for units in hidden]
    last = layers.Dense(classes, activation="softmax")
    return keras.Sequential([keras.Input(input_shape), layers.Flatten(), *stack, last])


@alternative("build_mlp")
def step_by_step(hidden=(100,), activation="relu", classes=10, input_shape=(32, 32, 3)):
    model = keras.Sequential(name="perceptron")
    model.add(keras.Input(shape=input_shape, name="image"))
    model.add(layers.Flatten(name="pixels"))
    for number, units in enumerate(hidden):
        model.add(layers.Dense(units, activation, name=f"hidden_{number}"))
    model.add(layers.Dense(classes, "softmax", name="classes"))
    return model


@alternative("build_mlp")
def activation_layers(hidden=(100,), activation="relu", classes=10, input_shape=(32, 32, 3)):
    image = keras.Input(input_shape)
    x = layers.Flatten()(image)
    for units in hidden:
        x = layers.Activation(activation)(layers.Dense(units)(x))
    return keras.Model(image, layers.Activation("softmax")(layers.Dense(classes)(x)))


@alternative("build_mlp")
def reshape_and_softmax_layer(hidden=(100,), activation="relu", classes=10, input_shape=(32, 32, 3)):
    image = keras.Input(input_shape)
    x = layers.Reshape((int(np.prod(input_shape)),))(image)
    for units in hidden:
        x = layers.Dense(units, activation=keras.activations.get(activation))(x)
    return keras.Model(image, layers.Softmax(axis=-1)(layers.Dense(classes)(x)))


@alternative("build_mlp")
def keras_operations(hidden=(100,), activation="relu", classes=10, input_shape=(32, 32, 3)):
    f = {"relu": ops.relu, "sigmoid": ops.sigmoid, "tanh": ops.tanh}[activation]
    image = keras.Input(input_shape)
    x = ops.reshape(image, (-1, int(np.prod(input_shape))))
    for units in hidden:
        x = f(layers.Dense(units)(x))
    return keras.Model(image, ops.softmax(layers.Dense(classes)(x)))


@alternative("build_mlp")
def nested(hidden=(100,), activation="relu", classes=10, input_shape=(32, 32, 3)):
    features = keras.Sequential([keras.Input(input_shape), layers.Flatten()], name="features")
    for units in hidden:
        features.add(layers.Dense(units, activation=activation))
    image = keras.Input(input_shape)
    return keras.Model(image, layers.Dense(classes, activation="softmax")(features(image)))


@alternative("build_mlp")
def nested_in_a_sequential(hidden=(100,), activation="relu", classes=10, input_shape=(32, 32, 3)):
    image = keras.Input(input_shape)
    x = layers.Flatten()(image)
    for units in hidden:
        x = layers.Dense(units, activation=activation)(x)
    body = keras.Model(image, x, name="body")
    head = keras.Sequential([layers.Dense(classes), layers.Softmax()], name="head")
    return keras.Sequential([keras.Input(input_shape), body, head])


@alternative("build_mlp")
def with_an_own_start(hidden=(100,), activation="relu", classes=10, input_shape=(32, 32, 3)):
    image = keras.Input(input_shape, dtype="float32")
    x = layers.Flatten()(image)
    for units in hidden:
        start = keras.initializers.HeNormal(seed=1)
        x = layers.Dense(units, activation=activation, kernel_initializer=start, dtype="float32")(x)
    return keras.Model(image, layers.Dense(classes, activation="softmax", bias_initializer="ones")(x))


@alternative("build_mlp")
def layers_of_their_own(hidden=(100,), activation="relu", classes=10, input_shape=(32, 32, 3)):
    bend = {
        "relu": layers.ReLU,
        "sigmoid": lambda: layers.Activation("sigmoid"),
        "tanh": lambda: layers.Activation("tanh"),
    }
    image = keras.Input(input_shape)
    x = layers.Flatten()(layers.Identity()(image))
    for units in hidden:
        x = bend[activation]()(layers.Dense(units, use_bias=True)(x))
    return keras.Model(image, layers.Dense(classes, activation=keras.activations.softmax)(x))


@alternative("build_mlp")
def convolutions_of_the_whole_image(hidden=(100,), activation="relu", classes=10, input_shape=(32, 32, 3)):
    x = image = keras.Input(input_shape)
    for units in hidden:
        x = layers.Conv2D(units, x.shape[1:3], activation=activation)(x)
    x = layers.Conv2D(classes, x.shape[1:3])(x)
    return keras.Model(image, layers.Softmax()(layers.Flatten()(x)))
