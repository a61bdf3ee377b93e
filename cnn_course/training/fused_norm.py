"""TensorFlow's fused batch normalisation, swapped into any model while it trains.

Keras 3 composes batch normalisation from a dozen elementwise operations. TensorFlow has one kernel
for it, `FusedBatchNormV3` (cuDNN's on a GPU), that Keras 2 used. On two CPU cores the fused kernel
makes a whole ResNet-20 training step about a third quicker (see `benchmarks/`). The layers stay
plain Keras layers: only their `call` is replaced while the context is open, so a saved model knows
nothing of it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras

SMALLEST_EPSILON = 1.001e-5  # what cuDNN accepts


@contextmanager
def fused_batch_norm(model: keras.Model) -> Iterator[int]:
    """Inside, every batch normalisation of `model` that can runs fused; yields how many do.

    Same outputs, gradients and moving statistics as the Keras layer, to rounding. On another
    backend than TensorFlow nothing is swapped.
    """
    layers = [layer for layer in _every_layer(model) if _can_be_fused(layer)]
    for layer in layers:
        layer.call = _fused_call(layer)
    try:
        yield len(layers)
    finally:
        for layer in layers:
            del layer.call


def _every_layer(model: keras.Model) -> list[keras.layers.Layer]:
    return list(model._flatten_layers(include_self=False))


def _can_be_fused(layer: keras.layers.Layer) -> bool:
    if keras.backend.backend() != "tensorflow" or type(layer) is not keras.layers.BatchNormalization:
        return False
    plain = not (layer.synchronized or layer.renorm) and layer.epsilon >= SMALLEST_EPSILON
    images = layer.built and layer.input_spec.ndim == 4 and layer.axis in (-1, 3)
    return plain and images and layer.variable_dtype == "float32" and layer.compute_dtype != "float64"


def _fused_call(layer: keras.layers.BatchNormalization) -> Any:
    import tensorflow as tf

    channels = layer.moving_mean.shape[0]

    def call(inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        if mask is not None:
            return type(layer).call(layer, inputs, training=training, mask=mask)
        use_batch = bool(training) and layer.trainable
        outputs, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
            x=inputs,
            scale=tf.ones([channels]) if layer.gamma is None else tf.convert_to_tensor(layer.gamma),
            offset=tf.zeros([channels]) if layer.beta is None else tf.convert_to_tensor(layer.beta),
            mean=tf.zeros([0]) if use_batch else tf.convert_to_tensor(layer.moving_mean),
            variance=tf.zeros([0]) if use_batch else tf.convert_to_tensor(layer.moving_variance),
            epsilon=layer.epsilon,
            is_training=use_batch,
        )
        if use_batch:
            count = tf.cast(tf.size(inputs) // channels, tf.float32)
            # The kernel returns the sample variance, n/(n-1) times the one that Keras keeps.
            _move(layer.moving_mean, mean, layer.momentum)
            _move(layer.moving_variance, variance * ((count - 1) / count), layer.momentum)
        return outputs

    return call


def _move(moving: keras.Variable, new: Any, momentum: float) -> None:
    moving.assign(moving * momentum + new * (1.0 - momentum))
