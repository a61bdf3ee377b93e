"""The fused kernel gives what Keras's own batch normalisation gives, and leaves no trace."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from cnn_course.training.fused_norm import fused_batch_norm
from cnn_course.training.precision import computing_in


def norm_net(*, center: bool = True, scale: bool = True, trainable: bool = True) -> keras.Model:
    keras.utils.set_random_seed(1)
    inputs = keras.Input((6, 5, 3))
    x = layers.Conv2D(4, 3, name="conv")(inputs)
    norm = layers.BatchNormalization(momentum=0.8, center=center, scale=scale, name="bn")
    norm.trainable = trainable
    x = layers.ReLU()(norm(x))
    outputs = layers.Dense(2, dtype="float32", name="out")(layers.Flatten()(x))
    model = keras.Model(inputs, outputs)
    rng = np.random.default_rng(0)
    for variable in norm.weights:
        variable.assign(rng.uniform(0.5, 1.5, variable.shape))
    return model


def step(model: keras.Model, *, training: bool = True) -> list[np.ndarray]:
    """Output, gradients and moving statistics of one forward and backward pass in a graph."""
    x = tf.constant(np.random.default_rng(2).normal(1, 3, (16, 6, 5, 3)).astype("float32"))

    @tf.function
    def forward_and_back():
        with tf.GradientTape() as tape:
            outputs = model(x, training=training)
            loss = tf.reduce_sum(outputs * tf.sin(outputs))
        return [outputs, *tape.gradient(loss, [v.value for v in model.trainable_variables])]

    results = [np.asarray(t) for t in forward_and_back()]
    norm = model.get_layer("bn")
    return [*results, np.asarray(norm.moving_mean), np.asarray(norm.moving_variance)]


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize(
    "options", [{}, {"center": False}, {"scale": False}, {"trainable": False}], ids=lambda o: str(o)
)
def test_values_gradients_and_moving_statistics_equal_those_of_keras(options, training):
    expected = step(norm_net(**options), training=training)
    model = norm_net(**options)
    with fused_batch_norm(model) as swapped:
        assert swapped == 1
        got = step(model, training=training)
    assert len(got) == len(expected)
    # The gradient of a bias before the normalisation is zero but for rounding: hence the common scale.
    scale = max(np.abs(array).max() for array in expected)
    for ours, keras_own in zip(got, expected, strict=True):
        np.testing.assert_allclose(ours, keras_own, rtol=2e-4, atol=1e-6 * scale)


def test_moving_variance_is_the_population_variance_that_keras_keeps():
    model = norm_net()
    before = np.asarray(model.get_layer("bn").moving_variance)
    activations = keras.Model(model.input, model.get_layer("conv").output)
    x = np.random.default_rng(2).normal(1, 3, (16, 6, 5, 3)).astype("float32")
    variance = np.asarray(activations(x)).reshape(-1, 4).var(axis=0)
    with fused_batch_norm(model):
        got = step(model)[-1]
    np.testing.assert_allclose(got, before * 0.8 + variance * 0.2, rtol=1e-5)


def test_mixed_precision_stays_close_to_float32():
    expected = step(norm_net())[0]
    model = norm_net()
    with computing_in(model, "mixed_bfloat16"), fused_batch_norm(model) as swapped:
        got = step(model)[0]
    assert swapped == 1
    assert np.abs(got - expected).max() < 0.05 * np.abs(expected).max()


def test_afterwards_the_layers_are_plain_keras_again_even_after_an_error(tmp_path):
    model = norm_net()
    with pytest.raises(ZeroDivisionError), fused_batch_norm(model):
        assert "call" in vars(model.get_layer("bn"))
        model.save(tmp_path / "inside.keras")
        raise ZeroDivisionError
    assert "call" not in vars(model.get_layer("bn"))
    loaded = keras.models.load_model(tmp_path / "inside.keras", compile=False)
    assert type(loaded.get_layer("bn")) is layers.BatchNormalization
    x = np.ones((2, 6, 5, 3), "float32")
    np.testing.assert_allclose(np.asarray(loaded(x)), np.asarray(model(x)), rtol=1e-6)


def test_layers_that_the_kernel_cannot_serve_keep_their_own_call():
    inputs = keras.Input((6, 5, 3))
    x = layers.BatchNormalization(axis=1)(inputs)  # not the channels
    x = layers.BatchNormalization(epsilon=1e-7)(x)  # below what cuDNN takes
    x = layers.BatchNormalization()(layers.Flatten()(x))  # vectors
    with fused_batch_norm(keras.Model(inputs, x)) as swapped:
        assert swapped == 0


def test_networks_inside_the_network_are_served_too():
    inputs = keras.Input((6, 5, 3))
    outer = keras.Model(inputs, norm_net()(inputs))
    with fused_batch_norm(outer) as swapped:
        assert swapped == 1
