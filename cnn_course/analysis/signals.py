"""What happens to a signal on its way up a network, and to the gradient on its way down.

Deck 000 (L255-309): both are products over the layers, so that they vanish or explode with depth unless the
first weights are right.
"""

from typing import Any

import keras
import numpy as np


def signal_variances(model: keras.Model, x: np.ndarray) -> list[dict[str, Any]]:
    """The variance of what each layer with a kernel puts out for the images x: rows of layer and variance.

    `x` as the network takes it, standardised; the layers in the order of the network, as in inference.
    """
    layers = kernel_layers(model)
    outputs = keras.Model(model.input, [layer.output for layer in layers])(x, training=False)
    outputs = outputs if isinstance(outputs, list | tuple) else [outputs]
    return [
        {"layer": layer.name, "variance": float(np.var(np.asarray(y, "float64")))}
        for layer, y in zip(layers, outputs, strict=True)
    ]


def gradient_norms(model: keras.Model, x: np.ndarray, labels: np.ndarray) -> list[dict[str, Any]]:
    """The norm of the loss's gradient in each kernel: rows of layer and norm, in the order of the network.

    The loss is the cross-entropy of the probabilities for x with the true `labels`. TensorFlow only.
    """
    import tensorflow as tf

    layers = kernel_layers(model)
    with tf.GradientTape() as tape:
        probabilities = model(x, training=False)
        loss = tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(labels, probabilities))
    kernels = [layer.kernel.value for layer in layers]
    return [
        {"layer": layer.name, "norm": float(np.linalg.norm(np.asarray(gradient, "float64")))}
        for layer, gradient in zip(layers, tape.gradient(loss, kernels), strict=True)
    ]


def kernel_layers(model: keras.Model) -> list[keras.layers.Layer]:
    """The layers of a network that have one kernel: convolutions and dense layers."""
    return [layer for layer in model.layers if getattr(layer, "kernel", None) is not None]
