"""Activations, back-propagation and the perceptron. Write your answers here; `cnn-course check 02` looks at them."""


import keras
import numpy as np
from keras import layers

from cnn_course.reference import softmax


def sigmoid(x):
    """1 / (1 + exp(-x)), number by number; without overflow at -1000 and 1000."""
    # YOUR CODE HERE
    raise NotImplementedError()


def tanh(x):
    """The hyperbolic tangent, number by number."""
    # YOUR CODE HERE
    raise NotImplementedError()


def relu(x):
    """max(x, 0), number by number."""
    # YOUR CODE HERE
    raise NotImplementedError()


def leaky_relu(x, slope):
    """x where it is positive, else slope * x."""
    # YOUR CODE HERE
    raise NotImplementedError()


def prelu(x, alpha):
    """x where it is positive, else alpha * x: x (..., C), alpha (C,) with any slopes -> (..., C)."""
    # YOUR CODE HERE
    raise NotImplementedError()


def elu(x, alpha=1.0):
    """x where it is positive, else alpha * (exp(x) - 1)."""
    # YOUR CODE HERE
    raise NotImplementedError()


def maxout(x, kernel, bias):
    """The largest of several affine maps.

    x: (N, inputs). kernel: (pieces, inputs, units). bias: (pieces, units). Returns (N, units).
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def activation_grad(name, x, slope=0.01):
    """The derivative of an activation at x, number by number.

    name: "sigmoid", "tanh", "relu", "leaky_relu" (with `slope`) or "elu" (alpha = 1);
    ValueError for any other.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def mlp_forward(x, params, activation="relu"):
    """The sums of every layer before its activation: [z of layer 1, ..., scores].

    x: (N, inputs). params: a list of pairs (W, b), one for each layer, W (inputs, units), b (units,).
    activation: "relu", "sigmoid" or "tanh", after every layer but the last.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def mlp_backward(x, y, params, activation="relu"):
    """The gradients of the mean softmax cross-entropy: pairs (dW, db) in the order and shapes of params.

    x: (N, inputs). y: true classes (N,). params and activation as in mlp_forward.
    """
    # YOUR CODE HERE
    raise NotImplementedError()


def sgd_step(params, grads, lr):
    """params - lr * grads, as new arrays: a list of pairs (W, b). The old params stay as they are."""
    # YOUR CODE HERE
    raise NotImplementedError()


def build_mlp(hidden=(100,), activation="relu", classes=10, input_shape=(32, 32, 3)):
    """A Keras model: flatten, a dense layer for each entry of `hidden`, a dense layer with softmax."""
    # YOUR CODE HERE
    raise NotImplementedError()
