"""The gradient of every weight on one fixed batch, without moving the model."""

import keras
import numpy as np


def probe_gradients(model: keras.Model, images: np.ndarray, labels: np.ndarray) -> dict[str, np.ndarray]:
    """Gradient of the training loss for each trainable variable, by path; none that overflowed.

    The compiled model computes as in training (batch statistics, dropout), but statelessly: moving averages
    and random states stay as they are, so looking changes nothing. `images`: float32, standardised.
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
        every = keras.tree.map_structure(lambda _: tf.convert_to_tensor(labels), outputs)
        # What compute_loss adds for regularisers are constants here: their gradients come with `losses`.
        loss = tf.add_n(
            [model.compute_loss(y=every, y_pred=outputs), *(tf.cast(extra, tf.float32) for extra in losses)]
        )
        scaled = model.optimizer.scale_loss(loss)  # in half precision small gradients would round to zero
    scale = float(model.optimizer.scale_loss(tf.ones(())))
    gradients = tape.gradient(scaled, trainable)
    return {
        variable.path: np.asarray(gradient) / scale
        for variable, gradient in zip(model.trainable_variables, gradients, strict=True)
        if gradient is not None and np.isfinite(gradient).all()
    }
