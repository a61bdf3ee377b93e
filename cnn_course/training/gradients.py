"""The gradient of every weight on one fixed batch, without moving the model."""

from typing import Any

import keras
import numpy as np


def probe_gradients(model: keras.Model, images: np.ndarray, labels: np.ndarray) -> dict[str, np.ndarray]:
    """Gradient of the training loss for each trainable variable, by path.

    The model computes as in training (batch statistics, dropout), but statelessly: moving averages and
    random states stay as they are, so looking changes nothing. `images`: float32, standardised.
    TensorFlow only; run eagerly, since building a graph for it costs more than a hundred such looks.
    """
    import tensorflow as tf

    trainable = [tf.convert_to_tensor(v) for v in model.trainable_variables]
    fixed = [tf.convert_to_tensor(v) for v in model.non_trainable_variables]
    with tf.GradientTape() as tape:
        tape.watch(trainable)
        outputs, _, losses = model.stateless_call(
            trainable, fixed, tf.convert_to_tensor(images), training=True, return_losses=True
        )
        loss = tf.add_n(
            [_data_loss(model, labels, outputs), *(tf.cast(extra, tf.float32) for extra in losses)]
        )
    gradients = tape.gradient(loss, trainable)
    return {
        variable.path: np.asarray(gradient)
        for variable, gradient in zip(model.trainable_variables, gradients, strict=True)
        if gradient is not None
    }


def _data_loss(model: keras.Model, labels: np.ndarray, outputs: Any) -> Any:
    import tensorflow as tf

    return tf.reduce_mean(model.loss(tf.convert_to_tensor(labels), outputs))
