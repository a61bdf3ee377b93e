"""A network from scratch: a list of layers, each with a forward and a backward pass.

    network = course_cnn(rng)
    loss, gradients = network.loss_and_gradients(x, labels)
    network.weights = sgd(network.weights, gradients, learning_rate=0.01)

Back-propagation is the loop in `loss_and_gradients`: from the last layer to the first, each turns the
gradient of its output into those of its weights and its input (decks 003, L310-362; 004, L712-741).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from inspect import Parameter, signature
from typing import Any

import numpy as np

from cnn_course.reference.activations import relu, relu_backward, tanh, tanh_backward
from cnn_course.reference.convolution import conv2d, conv2d_backward
from cnn_course.reference.heads import dense, dense_backward, flatten, flatten_backward
from cnn_course.reference.initialization import glorot_std, he_std, normal_weights, uniform_weights
from cnn_course.reference.losses import softmax, softmax_cross_entropy, softmax_cross_entropy_backward
from cnn_course.reference.pooling import (
    average_pool2d,
    average_pool2d_backward,
    max_pool2d,
    max_pool2d_backward,
)

Initialize = Callable[[Sequence[int], np.random.Generator], np.ndarray]


@dataclass
class Layer:
    """An operation with its gradient, its weights and its options; any pair of this package fits.

    `weights` are what the forward pass takes after x, in its order: [kernel, bias], [kernel], [gamma, beta],
    or none. What is not learned belongs to the `options`, the mask of dropout too.
    """

    forward: Callable[..., np.ndarray]
    backward: Callable[..., Any]
    weights: list[np.ndarray] = field(default_factory=list)
    options: dict[str, Any] = field(default_factory=dict)

    def __call__(self, x: np.ndarray) -> np.ndarray:
        return self.forward(x, *self.weights, **self.options)

    def gradients(self, dy: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, list[np.ndarray]]:
        """The gradient of x and one for each of the weights, given dy and the x that went in."""
        wanted = self.weights[: _weights_of(self.backward)]  # mostly all but the bias, which is only added
        gradients = self.backward(dy, x, *wanted, **self.options)
        dx, *dweights = gradients if isinstance(gradients, tuple) else (gradients,)
        return dx, dweights[: len(self.weights)]  # without the one of a bias that this layer does not have


class Network:
    """Layers one after the other; the last one gives the scores of the classes."""

    def __init__(self, layers: Sequence[Layer]) -> None:
        self.layers = list(layers)

    @property
    def weights(self) -> list[np.ndarray]:
        """All arrays that are learned, layer by layer."""
        return [array for layer in self.layers for array in layer.weights]

    @weights.setter
    def weights(self, arrays: Sequence[np.ndarray]) -> None:
        new, old = [np.shape(a) for a in arrays], [a.shape for a in self.weights]
        if new != old:
            raise ValueError(f"weights have the shapes {new}; this network needs {old}")
        remaining = iter(arrays)
        for layer in self.layers:
            layer.weights = [next(remaining) for _ in layer.weights]

    def scores(self, x: np.ndarray) -> np.ndarray:
        """What comes before softmax: (N, H, W, C) -> (N, classes)."""
        for layer in self.layers:
            x = layer(x)
        return x

    def predict(self, x: np.ndarray) -> np.ndarray:
        """Probabilities: (N, H, W, C) -> (N, classes)."""
        return softmax(self.scores(x))

    def loss(self, x: np.ndarray, labels: np.ndarray) -> float:
        """The mean cross-entropy of the batch."""
        return float(softmax_cross_entropy(self.scores(x), labels))

    def loss_and_gradients(self, x: np.ndarray, labels: np.ndarray) -> tuple[float, list[np.ndarray]]:
        """The loss and its gradients with respect to all `weights`, in their order."""
        inputs = []
        for layer in self.layers:
            inputs.append(x)
            x = layer(x)
        loss, dy = softmax_cross_entropy(x, labels), softmax_cross_entropy_backward(1.0, x, labels)
        gradients: list[np.ndarray] = []
        for layer, seen in zip(reversed(self.layers), reversed(inputs), strict=True):
            dy, dweights = layer.gradients(dy, seen)
            gradients = dweights + gradients
        return float(loss), gradients


def _weights_of(backward: Callable[..., Any]) -> int:
    """How many weights a backward pass asks for: its positional arguments behind dy and x."""
    positional = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)
    return sum(parameter.kind in positional for parameter in signature(backward).parameters.values()) - 2


def he_normal(shape: Sequence[int], rng: np.random.Generator) -> np.ndarray:
    """First weights for ReLU."""
    return normal_weights(shape, he_std(shape), rng)


def glorot_uniform(shape: Sequence[int], rng: np.random.Generator) -> np.ndarray:
    """First weights as Keras draws them unless told otherwise."""
    return uniform_weights(shape, glorot_std(shape), rng)


def conv_layer(
    channels: int,
    filters: int,
    kernel_size: int,
    rng: np.random.Generator,
    *,
    initialize: Initialize = he_normal,
    **options: Any,
) -> Layer:
    """A convolution with bias; `options` are those of `conv2d`."""
    kernel = initialize((kernel_size, kernel_size, channels, filters), rng).astype(np.float32)
    return Layer(conv2d, conv2d_backward, [kernel, np.zeros(filters, np.float32)], options)


def dense_layer(
    features: int, units: int, rng: np.random.Generator, *, initialize: Initialize = glorot_uniform
) -> Layer:
    """A linear layer with bias."""
    kernel = initialize((features, units), rng).astype(np.float32)
    return Layer(dense, dense_backward, [kernel, np.zeros(units, np.float32)])


def course_cnn(rng: np.random.Generator, *, classes: int = 100, filters: int = 32) -> Network:
    """The course's first network on 32x32x3 images (deck 001, L160-192): 70,692 weights for 100 classes.

    The same layers and order of weights as `cnn_course.models.course_cnn`.
    """

    def pool() -> Layer:
        return Layer(max_pool2d, max_pool2d_backward, options={"pool_size": 2})

    return Network(
        [
            conv_layer(3, filters, 3, rng),
            Layer(relu, relu_backward),
            pool(),
            conv_layer(filters, filters, 3, rng),
            Layer(relu, relu_backward),
            pool(),
            conv_layer(filters, filters, 3, rng),
            Layer(relu, relu_backward),
            Layer(flatten, flatten_backward),
            dense_layer(16 * filters, classes, rng),
        ]
    )


def lenet5(rng: np.random.Generator, *, channels: int = 1, classes: int = 10) -> Network:
    """LeNet-5 on 32x32 images (deck 001, L305-343): 61,706 weights for one channel.

    The same layers and order of weights as `cnn_course.models.lenet5`.
    """

    def stage(before: int, filters: int) -> list[Layer]:
        return [
            conv_layer(before, filters, 5, rng, initialize=glorot_uniform),
            Layer(tanh, tanh_backward),
            Layer(average_pool2d, average_pool2d_backward, options={"pool_size": 2}),
        ]

    widths = (400, 120, 84)
    hidden = [
        layer
        for before, units in zip(widths, widths[1:], strict=False)
        for layer in (dense_layer(before, units, rng), Layer(tanh, tanh_backward))
    ]
    flat = Layer(flatten, flatten_backward)
    return Network([*stage(channels, 6), *stage(6, 16), flat, *hidden, dense_layer(84, classes, rng)])
