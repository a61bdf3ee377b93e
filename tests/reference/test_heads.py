"""Flatten, global pooling and dense, against Keras and the decks."""

import re

import keras
import numpy as np
import pytest
import tensorflow as tf

from cnn_course import reference


def test_global_averages_of_the_decks(global_average_fact):
    y = reference.global_average_pool(np.array(global_average_fact["map"])[None, :, :, None])
    assert y.tolist() == [[global_average_fact["output"]]]


@pytest.mark.parametrize(
    ("forward", "backward", "layer"),
    [
        (reference.flatten, reference.flatten_backward, keras.layers.Flatten),
        (
            reference.global_average_pool,
            reference.global_average_pool_backward,
            keras.layers.GlobalAveragePooling2D,
        ),
        (reference.global_max_pool, reference.global_max_pool_backward, keras.layers.GlobalMaxPooling2D),
    ],
)
def test_heads_are_those_of_keras(forward, backward, layer, random, keras_passes, assert_close):
    x = random.standard_normal((2, 3, 4, 5))
    y, dy, (dx,) = keras_passes(layer(dtype="float64"), x)
    assert_close(forward(x), y)
    assert_close(backward(dy, x), dx)
    small = x.astype("float32")
    assert {forward(small).dtype, backward(forward(small), small).dtype} == {np.dtype("float32")}
    with pytest.raises(ValueError, match="dy has shape"):
        backward(dy[:1], x)


def test_of_equal_global_maxima_the_first_gets_the_gradient():
    dx = reference.global_max_pool_backward(np.array([[3.0]]), np.zeros((1, 2, 2, 1)))
    assert dx.ravel().tolist() == [3, 0, 0, 0]


def test_dense_is_that_of_tensorflow(random, keras_passes, assert_close):
    arrays = [random.standard_normal(shape) for shape in ((4, 5), (5, 3), (3,))]
    y, dy, gradients = keras_passes(lambda x, kernel, bias: tf.linalg.matmul(x, kernel) + bias, *arrays)
    assert_close(reference.dense(*arrays), y)
    assert_close(reference.dense(*arrays[:2]), y - arrays[2])
    for ours, theirs in zip(reference.dense_backward(dy, *arrays[:2]), gradients, strict=True):
        assert_close(ours, theirs)


def test_a_dense_layer_on_maps_is_told_what_to_do():
    with pytest.raises(
        ValueError, match=re.escape("x has shape (1, 2, 2, 3); it must be (images, features)")
    ):
        reference.dense(np.ones((1, 2, 2, 3)), np.ones((12, 5)))
    with pytest.raises(ValueError, match=re.escape("kernel has shape (3, 5); 12 features need (12, units)")):
        reference.dense(np.ones((1, 12)), np.ones((3, 5)))
