"""What the course's first CNN does, beyond its counts."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from cnn_course.models import build

# TensorFlow 2.21's variables do not know NumPy 2's `copy` argument yet; Keras meets that when it saves.
KERAS_SAVES_WITH_A_WARNING = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def test_last_two_rows_and_columns_of_pixels_never_reach_the_scores():
    keras.utils.set_random_seed(0)
    network = build("course_cnn")
    images = tf.constant(np.random.default_rng(0).normal(size=(4, 32, 32, 3)), "float32")
    with tf.GradientTape() as tape:
        tape.watch(images)
        score = tf.reduce_sum(network(images)[:, :50])
    slope = np.abs(tape.gradient(score, images)).sum(axis=(0, 3))
    assert not slope[30:].any()
    assert not slope[:, 30:].any()
    assert slope[29].any()
    assert slope[:, 29].any()


@pytest.mark.parametrize(("head", "layer"), [("flatten", "Flatten"), ("gap", "GlobalAveragePooling2D")])
def test_head_is_the_layer_that_makes_a_vector(head, layer):
    network = build("course_cnn", head=head)
    assert type(network.get_layer(head)).__name__ == layer


def test_layers_are_found_by_their_names():
    names = [layer.name for layer in build("course_cnn").layers]
    assert names == ["image", "conv1", "pool1", "conv2", "pool2", "conv3", "flatten", "predictions"]


@KERAS_SAVES_WITH_A_WARNING
def test_saved_network_gives_the_same_answers_when_loaded(tmp_path):
    network = build("course_cnn", filters=4)
    network.save(tmp_path / "network.keras")
    images = np.random.default_rng(0).normal(size=(2, 32, 32, 3)).astype("float32")
    again = keras.saving.load_model(tmp_path / "network.keras")
    np.testing.assert_array_equal(again(images), network(images))


def test_lenet5_averages_and_squashes():
    network = build("lenet5", activation="sigmoid")
    assert [layer.name for layer in network.layers if "Average" in type(layer).__name__] == ["pool1", "pool2"]
    assert network.get_layer("conv1").activation is keras.activations.sigmoid
    assert build("lenet5").get_layer("fc2").activation is keras.activations.tanh
