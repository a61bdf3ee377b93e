"""Wrong answers to exercise 02 that students give, and what each should hear."""

import keras
import numpy as np
from keras import layers
from solution import activation_grad, mlp_forward, relu, sigmoid, tanh

from cnn_course.grading import mistake
from cnn_course.reference import softmax

VALUES = {"relu": relu, "sigmoid": sigmoid, "tanh": tanh}


@mistake("sigmoid", says="that falls as x rises")
def sigmoid_without_the_minus(x):
    return 1 / (1 + np.exp(x))


@mistake("sigmoid", says="divides only the 1")
def sigmoid_without_brackets(x):
    return 1 / 1 + np.exp(-x)


@mistake("sigmoid", says="exp left the range of numbers: use exp(x) / (1 + exp(x))")
def sigmoid_of_one_form(x):
    with np.errstate(all="ignore"):
        return np.exp(x) / (1 + np.exp(x))


@mistake("sigmoid", says="the slope of the sigmoid")
def slope_of_the_sigmoid(x):
    s = 0.5 * (1 + np.tanh(x / 2))
    return s * (1 - s)


@mistake("sigmoid", says="that is tanh")
def tanh_for_sigmoid(x):
    return np.tanh(x)


@mistake("tanh", says="half as steep")
def tanh_half_as_steep(x):
    return 2 * sigmoid(x) - 1


@mistake("tanh", says="the sigmoid; tanh lies between")
def sigmoid_for_tanh(x):
    return sigmoid(x)


@mistake("tanh", says="stretch it to -1 to 1")
def tanh_not_stretched(x):
    return sigmoid(2 * x)


@mistake("tanh", says="infinity by infinity")
def tanh_overflows(x):
    with np.errstate(all="ignore"):
        return (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))


@mistake("relu", says="the largest number of all")
def relu_by_the_largest(x):
    return np.max(x)


@mistake("relu", says="turns negative numbers round")
def relu_by_the_size(x):
    return np.abs(x)


@mistake("relu", says="keeps the negative side")
def relu_on_the_wrong_side(x):
    return np.minimum(x, 0)


@mistake("relu", says="the slope (or a step)")
def relu_as_a_step(x):
    return (x > 0).astype(float)


@mistake("relu", says="were left out")
def relu_by_leaving_out(x):
    return x[x > 0]


@mistake("relu", says="changed its argument")
def relu_in_place(x):
    x[x < 0] = 0
    return x


@mistake("leaky_relu", says="the slope is on the wrong side")
def leaks_on_the_wrong_side(x, slope):
    return np.where(x > 0, slope * x, x)


@mistake("leaky_relu", says="that is ReLU")
def does_not_leak(x, slope):
    return np.maximum(x, 0)


@mistake("leaky_relu", says="all became the slope")
def leaks_a_constant(x, slope):
    return np.where(x > 0, x, slope)


@mistake("leaky_relu", says="the sign was lost")
def leaks_upwards(x, slope):
    return np.where(x > 0, x, slope * np.abs(x))


@mistake("leaky_relu", says="always a slope of 0.01")
def leaks_always_alike(x, slope):
    return np.maximum(x, 0.01 * x)


@mistake("prelu", says="only while alpha is at most 1")
def prelu_as_on_the_slide(x, alpha):
    return np.maximum(alpha * x, x)


@mistake("prelu", says="scales positive numbers, too")
def prelu_on_both_sides(x, alpha):
    return alpha * x


@mistake("prelu", says="one slope for all")
def prelu_with_one_slope(x, alpha):
    return np.where(x > 0, x, np.mean(alpha) * x)


@mistake("prelu", says="all became alpha")
def prelu_of_constants(x, alpha):
    return np.where(x > 0, x, alpha)


@mistake("elu", says="the -1 is missing")
def elu_that_jumps(x, alpha=1.0):
    return np.where(x > 0, x, alpha * np.exp(np.minimum(x, 0)))


@mistake("elu", says="exp(x) - 1 everywhere")
def elu_on_both_sides(x, alpha=1.0):
    with np.errstate(over="ignore"):
        return alpha * (np.exp(x) - 1)


@mistake("elu", says="alpha is missing")
def elu_without_alpha(x, alpha=1.0):
    return np.where(x > 0, x, np.expm1(np.minimum(x, 0)))


@mistake("elu", says="mind the brackets")
def elu_without_brackets(x, alpha=1.0):
    return np.where(x > 0, x, alpha * np.exp(np.minimum(x, 0)) - 1)


@mistake("elu", says="0 times infinity")
def elu_by_masks(x, alpha=1.0):
    with np.errstate(all="ignore"):
        return (x > 0) * x + (x <= 0) * alpha * (np.exp(x) - 1)


@mistake("maxout", says="the biases are missing")
def maxout_without_biases(x, kernel, bias):
    return (x @ kernel).max(axis=0)


@mistake("maxout", says="add it before the maximum")
def maxout_with_late_biases(x, kernel, bias):
    return (x @ kernel).max(axis=0) + bias.max(axis=0)


@mistake("maxout", says="the maximum went over the units")
def maxout_over_the_units(x, kernel, bias):
    return (x @ kernel + bias[:, None]).max(axis=-1)


@mistake("maxout", says="adds the pieces up")
def maxout_as_a_sum(x, kernel, bias):
    return (x @ kernel + bias[:, None]).sum(axis=0)


@mistake("maxout", says="ReLU on top")
def maxout_of_0_too(x, kernel, bias):
    return np.maximum((x @ kernel + bias[:, None]).max(axis=0), 0)


@mistake("maxout", says="only two pieces")
def maxout_of_two(x, kernel, bias):
    return np.maximum(
        x @ kernel[0] + bias[0], x @ kernel[min(1, len(kernel) - 1)] + bias[min(1, len(bias) - 1)]
    )


@mistake("activation_grad", says="s (1 - s) takes the sigmoid of x")
def slope_without_the_sigmoid(name, x, slope=0.01):
    return x * (1 - x) if name == "sigmoid" else activation_grad(name, x, slope)


@mistake("activation_grad", says="at 0 the slope is 0 here")
def slope_of_1_at_0(name, x, slope=0.01):
    return np.where(x >= 0, 1.0, 0.0) if name == "relu" else activation_grad(name, x, slope)


@mistake("activation_grad", says="the square is missing")
def tanh_slope_without_the_square(name, x, slope=0.01):
    return 1 - np.tanh(x) if name == "tanh" else activation_grad(name, x, slope)


@mistake("activation_grad", says="that multiplies by x")
def leaky_slope_times_x(name, x, slope=0.01):
    return np.where(x > 0, 1.0, slope * x) if name == "leaky_relu" else activation_grad(name, x, slope)


@mistake("activation_grad", says="that is always 0.01")
def leaky_slope_always_alike(name, x, slope=0.01):
    return activation_grad(name, x)


@mistake("activation_grad", says="exp(x), without the -1")
def elu_slope_of_the_value(name, x, slope=0.01):
    return (
        np.where(x > 0, 1.0, np.expm1(np.minimum(x, 0))) if name == "elu" else activation_grad(name, x, slope)
    )


@mistake("activation_grad", says="must raise ValueError")
def slope_of_anything(name, x, slope=0.01):
    known = ["sigmoid", "tanh", "relu", "leaky_relu", "elu"]
    return activation_grad(name, x, slope) if name in known else np.ones_like(x)


@mistake("mlp_forward", says="an activation after the last layer")
def forward_with_a_last_activation(x, params, activation="relu"):
    sums = mlp_forward(x, params, activation)
    return [*sums[:-1], VALUES[activation](sums[-1])]


@mistake("mlp_forward", says="the biases are missing")
def forward_without_biases(x, params, activation="relu"):
    return mlp_forward(x, [(W, 0) for W, _ in params], activation)


@mistake("mlp_forward", says="before the activation, not after it")
def forward_keeps_the_activations(x, params, activation="relu"):
    sums = mlp_forward(x, params, activation)
    return [*(VALUES[activation](z) for z in sums[:-1]), sums[-1]]


@mistake("mlp_forward", says="no activation between the layers")
def forward_that_is_linear(x, params, activation="relu"):
    sums = []
    for W, b in params:
        x = x @ W + b
        sums.append(x)
    return sums


@mistake("mlp_forward", says="that is always ReLU")
def forward_always_by_relu(x, params, activation="relu"):
    return mlp_forward(x, params, "relu")


@mistake("mlp_forward", says="a list of 2 arrays was expected")
def forward_with_scores_alone(x, params, activation="relu"):
    return mlp_forward(x, params, activation)[-1]


def backward(x, y, params, activation, *, mean=True, sign=1, slope=True, at="z", biases="sum"):
    """The right gradients, with switches for what can go wrong."""
    sums = mlp_forward(x, params, activation)
    inputs = [x, *(VALUES[activation](z) for z in sums[:-1])]
    delta = sign * (softmax(sums[-1]) - np.eye(sums[-1].shape[1])[y]) / (len(y) if mean else 1)
    grads = []
    for layer in reversed(range(len(params))):
        grads.insert(0, (inputs[layer].T @ delta, getattr(delta, biases)(axis=0)))
        if layer:
            delta = delta @ params[layer][0].T
            seen = sums[layer - 1] if at == "z" else inputs[layer]
            delta = delta * activation_grad(activation, seen) if slope else delta
    return grads


@mistake("mlp_backward", says="so divide by N")
def backward_of_the_sum(x, y, params, activation="relu"):
    return backward(x, y, params, activation, mean=False)


@mistake("mlp_backward", says="it is softmax minus truth")
def backward_uphill(x, y, params, activation="relu"):
    return backward(x, y, params, activation, sign=-1)


@mistake("mlp_backward", says="the slope of the activation is missing")
def backward_without_slopes(x, y, params, activation="relu"):
    return backward(x, y, params, activation, slope=False)


@mistake("mlp_backward", says="the slope is to be taken at z")
def backward_with_slopes_at_a(x, y, params, activation="relu"):
    return backward(x, y, params, activation, at="a")


@mistake("mlp_backward", says="the sum of delta over the images")
def backward_with_mean_biases(x, y, params, activation="relu"):
    return backward(x, y, params, activation, biases="mean")


@mistake("mlp_backward", says="dW has the shape of W")
def backward_transposed(x, y, params, activation="relu"):
    return [(dW.T, db) for dW, db in backward(x, y, params, activation)]


@mistake("mlp_backward", says="that always takes the slope of ReLU")
def backward_always_by_relu(x, y, params, activation="relu"):
    sums = mlp_forward(x, params, activation)
    inputs = [x, *(VALUES[activation](z) for z in sums[:-1])]
    delta = (softmax(sums[-1]) - np.eye(sums[-1].shape[1])[y]) / len(y)
    grads = []
    for layer in reversed(range(len(params))):
        grads.insert(0, (inputs[layer].T @ delta, delta.sum(axis=0)))
        if layer:
            delta = (delta @ params[layer][0].T) * (sums[layer - 1] > 0)
    return grads


@mistake("sgd_step", says="that goes uphill")
def step_uphill(params, grads, lr):
    return [(W + lr * dW, b + lr * db) for (W, b), (dW, db) in zip(params, grads, strict=True)]


@mistake("sgd_step", says="the learning rate is missing")
def step_without_a_rate(params, grads, lr):
    return [(W - dW, b - db) for (W, b), (dW, db) in zip(params, grads, strict=True)]


@mistake("sgd_step", says="the biases have stayed")
def step_of_the_weights_alone(params, grads, lr):
    return [(W - lr * dW, b) for (W, b), (dW, _) in zip(params, grads, strict=True)]


@mistake("sgd_step", says="these are the steps alone")
def step_without_the_parameters(params, grads, lr):
    return [(-lr * dW, -lr * db) for dW, db in grads]


@mistake("sgd_step", says="changed its argument")
def step_in_place(params, grads, lr):
    for (W, b), (dW, db) in zip(params, grads, strict=True):
        W -= lr * dW
        b -= lr * db
    return params


@mistake("build_mlp", says="a hidden layer on the three channels")
def mlp_on_the_channels(hidden=(100,), activation="relu", classes=10, input_shape=(32, 32, 3)):
    stack = [layers.Dense(units, activation=activation) for units in hidden]
    last = layers.Dense(classes, activation="softmax")
    return keras.Sequential([keras.Input(input_shape), *stack, last])


@mistake("build_mlp", says="ReLU is missing")
def mlp_without_activation(hidden=(100,), activation="relu", classes=10, input_shape=(32, 32, 3)):
    stack = [layers.Dense(units) for units in hidden]
    last = layers.Dense(classes, activation="softmax")
    return keras.Sequential([keras.Input(input_shape), layers.Flatten(), *stack, last])


@mistake("build_mlp", says="softmax")
def mlp_that_returns_scores(hidden=(100,), activation="relu", classes=10, input_shape=(32, 32, 3)):
    stack = [layers.Dense(units, activation=activation) for units in hidden]
    return keras.Sequential([keras.Input(input_shape), layers.Flatten(), *stack, layers.Dense(classes)])


@mistake("build_mlp", says="that is the linear model")
def mlp_without_hidden_layers(hidden=(100,), activation="relu", classes=10, input_shape=(32, 32, 3)):
    last = layers.Dense(classes, activation="softmax")
    return keras.Sequential([keras.Input(input_shape), layers.Flatten(), last])


@mistake("build_mlp", says="build_mlp((100, 50)")
def mlp_of_the_first_layer_alone(hidden=(100,), activation="relu", classes=10, input_shape=(32, 32, 3)):
    stack = [layers.Dense(units, activation=activation) for units in hidden[:1]]
    last = layers.Dense(classes, activation="softmax")
    return keras.Sequential([keras.Input(input_shape), layers.Flatten(), *stack, last])


@mistake("build_mlp", says='"tanh"')
def mlp_always_with_relu(hidden=(100,), activation="relu", classes=10, input_shape=(32, 32, 3)):
    stack = [layers.Dense(units, activation="relu") for units in hidden]
    last = layers.Dense(classes, activation="softmax")
    return keras.Sequential([keras.Input(input_shape), layers.Flatten(), *stack, last])
