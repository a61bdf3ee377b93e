"""Activations, back-propagation and the perceptron. Made from lesson.py by `cnn-course dev build`: edit that."""


import keras
import numpy as np
from keras import layers

from cnn_course.reference import softmax


def sigmoid(x):
    """1 / (1 + exp(-x)), number by number; without overflow at -1000 and 1000."""
    # BEGIN SOLUTION
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, small) / (1 + small)
    # END SOLUTION


def tanh(x):
    """The hyperbolic tangent, number by number."""
    # BEGIN SOLUTION
    return np.tanh(x)
    # END SOLUTION


def relu(x):
    """max(x, 0), number by number."""
    # BEGIN SOLUTION
    return np.maximum(x, 0)
    # END SOLUTION


def leaky_relu(x, slope):
    """x where it is positive, else slope * x."""
    # BEGIN SOLUTION
    return np.where(x > 0, x, slope * x)
    # END SOLUTION


def prelu(x, alpha):
    """x where it is positive, else alpha * x: x (..., C), alpha (C,) with any slopes -> (..., C)."""
    # BEGIN SOLUTION
    return np.where(x > 0, x, alpha * x)
    # END SOLUTION


def elu(x, alpha=1.0):
    """x where it is positive, else alpha * (exp(x) - 1)."""
    # BEGIN SOLUTION
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))
    # END SOLUTION


def maxout(x, kernel, bias):
    """The largest of several affine maps.

    x: (N, inputs). kernel: (pieces, inputs, units). bias: (pieces, units). Returns (N, units).
    """
    # BEGIN SOLUTION
    return (x @ kernel + bias[:, None]).max(axis=0)
    # END SOLUTION


def activation_grad(name, x, slope=0.01):
    """The derivative of an activation at x, number by number.

    name: "sigmoid", "tanh", "relu", "leaky_relu" (with `slope`) or "elu" (alpha = 1);
    ValueError for any other.
    """
    # BEGIN SOLUTION
    if name == "sigmoid":
        return sigmoid(x) * (1 - sigmoid(x))
    if name == "tanh":
        return 1 - np.tanh(x) ** 2
    if name == "relu":
        return np.where(x > 0, 1.0, 0.0)
    if name == "leaky_relu":
        return np.where(x > 0, 1.0, slope)
    if name == "elu":
        return np.where(x > 0, 1.0, np.exp(np.minimum(x, 0)))
    raise ValueError(f"unknown activation {name!r}")
    # END SOLUTION


def mlp_forward(x, params, activation="relu"):
    """The sums of every layer before its activation: [z of layer 1, ..., scores].

    x: (N, inputs). params: a list of pairs (W, b), one for each layer, W (inputs, units), b (units,).
    activation: "relu", "sigmoid" or "tanh", after every layer but the last.
    """
    # BEGIN SOLUTION
    f = {"relu": relu, "sigmoid": sigmoid, "tanh": tanh}[activation]
    sums = []
    for W, b in params:
        sums.append(x @ W + b)
        x = f(sums[-1])
    return sums
    # END SOLUTION


def mlp_backward(x, y, params, activation="relu"):
    """The gradients of the mean softmax cross-entropy: pairs (dW, db) in the order and shapes of params.

    x: (N, inputs). y: true classes (N,). params and activation as in mlp_forward.
    """
    # BEGIN SOLUTION
    f = {"relu": relu, "sigmoid": sigmoid, "tanh": tanh}[activation]
    sums = mlp_forward(x, params, activation)
    inputs = [x] + [f(z) for z in sums[:-1]]
    delta = softmax(sums[-1])
    delta[np.arange(len(y)), y] -= 1
    delta = delta / len(y)
    grads = []
    for layer in reversed(range(len(params))):
        grads.insert(0, (inputs[layer].T @ delta, delta.sum(axis=0)))
        if layer > 0:
            delta = (delta @ params[layer][0].T) * activation_grad(activation, sums[layer - 1])
    return grads
    # END SOLUTION


def sgd_step(params, grads, lr):
    """params - lr * grads, as new arrays: a list of pairs (W, b). The old params stay as they are."""
    # BEGIN SOLUTION
    return [(W - lr * dW, b - lr * db) for (W, b), (dW, db) in zip(params, grads, strict=True)]
    # END SOLUTION


def build_mlp(hidden=(100,), activation="relu", classes=10, input_shape=(32, 32, 3)):
    """A Keras model: flatten, a dense layer for each entry of `hidden`, a dense layer with softmax."""
    # BEGIN SOLUTION
    image = keras.Input(input_shape)
    x = layers.Flatten()(image)
    for units in hidden:
        x = layers.Dense(units, activation=activation)(x)
    return keras.Model(image, layers.Dense(classes, activation="softmax")(x), name="mlp")
    # END SOLUTION
