"""Blocks and layers compute what the slides draw."""

from functools import partial

import keras
import numpy as np
import pytest
from keras import layers

from cnn_course.blocks import conv, conv_bn, plain_block, residual_block
from cnn_course.layers import ZeroPadShortcut
from cnn_course.models import build
from cnn_course.models.staged import staged_network

# TensorFlow 2.21's variables do not know NumPy 2's `copy` argument yet; Keras meets that when it saves.
KERAS_SAVES_WITH_A_WARNING = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def network_of(block, shape, *positional, **named):
    image = keras.Input(shape)
    return keras.Model(image, block(image, *positional, **named))


def maps(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype("float32")


def tiny_network(block, *, filters, classes):
    return staged_network(
        (8, 8, 3), classes, stem="cifar", block=block, blocks=(1, 1), filters=filters, name="tiny"
    )


def test_stride_2_convolution_pads_all_four_sides_as_in_deck_004():
    image = np.array([[1, 2, 1, 1], [2, -1, 0, 1], [0, 2, 1, 1], [1, 0, -2, 2]], "float32")
    kernel = np.array([[1, -1, 1], [2, 0, -1], [-2, 2, 1]], "float32")
    for strides, expected in ((1, [[2, -4, 7, 5], [5, 10, -1, 1], [-2, -1, 2, 10], [3, 4, 1, -3]]),
                              (2, [[2, 7], [-2, 2]])):  # fmt: skip
        network = network_of(conv, (4, 4, 1), 1, strides=strides, name="test")
        network.get_layer("test_conv").kernel.assign(kernel[:, :, None, None])
        np.testing.assert_array_equal(network(image[None, :, :, None])[0, :, :, 0], np.array(expected) - 1)


def test_stride_2_convolution_sees_an_impulse_from_both_sides():
    impulse = np.zeros((1, 4, 4, 1), "float32")
    impulse[0, 1, 1, 0] = 1
    network = network_of(conv, (4, 4, 1), 1, strides=2, name="test")
    network.get_layer("test_conv").kernel.assign(np.ones((3, 3, 1, 1)))
    np.testing.assert_array_equal(network(impulse)[0, :, :, 0], np.ones((2, 2)))


@pytest.mark.parametrize(
    ("kernel_size", "strides", "side"),
    [(1, 2, 4), (3, 1, 7), (3, 2, 4), (5, 2, 4), (7, 2, 4)],
)
def test_convolution_keeps_the_map_or_divides_it_by_the_stride(kernel_size, strides, side):
    network = network_of(conv, (7, 7, 2), 3, kernel_size, strides=strides, name="test")
    assert network.output_shape == (None, side, side, 3)


def test_convolution_before_batch_normalisation_has_no_bias_and_he_weights():
    network = network_of(conv_bn, (8, 8, 2), 3, name="test")
    convolution, norm = network.layers[-2:]
    assert not convolution.use_bias
    assert isinstance(convolution.kernel_initializer, keras.initializers.HeNormal)
    assert norm.momentum == 0.9


def test_zero_padded_shortcut_takes_every_second_pixel_and_adds_channels_on_both_sides():
    x = maps(2, 6, 5, 3)
    y = np.asarray(ZeroPadShortcut(8, strides=2)(x))
    assert y.shape == (2, 3, 3, 8)
    np.testing.assert_array_equal(y[..., 2:5], x[:, ::2, ::2, :])
    assert not y[..., :2].any()
    assert not y[..., 5:].any()


@pytest.mark.parametrize("strides", [1, 2, 3])
@pytest.mark.parametrize("side", [None, 4, 5])
def test_zero_padded_shortcut_knows_its_shape_before_it_runs(strides, side):
    layer = ZeroPadShortcut(8, strides)
    known = layer.compute_output_shape((None, side, 7, 3))
    actual = layer(np.zeros((2, side or 6, 7, 3))).shape
    assert known == (None, side and actual[1], actual[2], actual[3])


def test_zero_padded_shortcut_refuses_to_drop_channels():
    with pytest.raises(ValueError) as caught:
        ZeroPadShortcut(2)(maps(1, 4, 4, 3))
    assert str(caught.value) == "a shortcut only adds channels: 3 came, 2 asked"


def test_zero_padded_shortcut_has_no_parameters_and_survives_its_configuration():
    layer = ZeroPadShortcut(8, 2, name="stage2_block1_shortcut")
    again = ZeroPadShortcut.from_config(layer.get_config())
    assert (again.filters, again.strides, again.name) == (8, 2, "stage2_block1_shortcut")
    again(maps(1, 4, 4, 3))
    assert again.count_params() == 0


@pytest.mark.parametrize("shortcut", ["A", "B"])
@pytest.mark.parametrize(("filters", "strides"), [(3, 1), (6, 1), (6, 2)])
def test_residual_block_without_its_residual_is_relu_of_the_shortcut(shortcut, filters, strides):
    block = network_of(residual_block, (6, 6, 3), filters, strides=strides, shortcut=shortcut, name="b")
    block.get_layer("b_bn2").gamma.assign(np.zeros(filters))
    x = maps(2, 6, 6, 3)
    expected = x
    if (filters, strides) != (3, 1):
        expected = ZeroPadShortcut(filters, strides)(x)
    if shortcut == "B" and (filters, strides) != (3, 1):
        kernel = np.asarray(block.get_layer("b_shortcut_conv").kernel)[0, 0]
        expected = x[:, ::strides, ::strides] @ kernel / np.sqrt(1 + 1e-3)  # BN that has seen nothing
    np.testing.assert_allclose(block(x), np.maximum(expected, 0), atol=1e-6)


def test_plain_block_is_the_residual_block_without_the_addition():
    plain = network_of(plain_block, (6, 6, 3), 3, name="b")
    residual = network_of(residual_block, (6, 6, 3), 3, name="b")
    plain.set_weights(residual.get_weights())
    x = maps(2, 6, 6, 3)
    branch = keras.Model(residual.input, residual.get_layer("b_bn2").output)(x)
    np.testing.assert_allclose(plain(x), np.maximum(branch, 0), atol=1e-6)
    np.testing.assert_allclose(residual(x), np.maximum(branch + x, 0), atol=1e-6)


def test_layers_of_a_resnet_are_found_by_their_addresses():
    network = build("resnet20", shortcut="B")
    assert network.get_layer("stage2_block1_conv1").strides == (2, 2)
    assert network.get_layer("stage2_block1_pad1").padding == ((1, 1), (1, 1))
    assert network.get_layer("stage3_block3_out").output.shape == (None, 8, 8, 64)
    names = [layer.name for layer in network.layers]
    assert names[:4] == ["image", "stem_conv", "stem_bn", "stem_relu"]
    assert set(names) >= {
        "stage2_block1_bn1",
        "stage2_block1_relu1",
        "stage2_block1_conv2",
        "stage2_block1_bn2",
        "stage2_block1_shortcut_conv",
        "stage2_block1_shortcut_bn",
        "stage2_block1_add",
    }
    assert names[-3:] == ["stage3_block3_out", "pool", "predictions"]
    assert isinstance(build("resnet20").get_layer("stage2_block1_shortcut"), ZeroPadShortcut)


def test_only_the_first_blocks_of_later_stages_change_the_shape():
    added = [layer.name for layer in build("resnet32").layers if isinstance(layer, ZeroPadShortcut)]
    assert added == ["stage2_block1_shortcut", "stage3_block1_shortcut"]


def test_plain_network_adds_nothing():
    assert not [layer for layer in build("plain20").layers if isinstance(layer, layers.Add)]


@KERAS_SAVES_WITH_A_WARNING
@pytest.mark.parametrize("shortcut", ["A", "B"])
def test_saved_resnet_gives_the_same_answers_when_loaded(tmp_path, shortcut):
    network = tiny_network(partial(residual_block, shortcut=shortcut), filters=(3, 6), classes=5)
    network.save(tmp_path / "network.keras")
    again = keras.saving.load_model(tmp_path / "network.keras")
    images = maps(2, 8, 8, 3)
    np.testing.assert_array_equal(again(images), network(images))


@pytest.mark.parametrize("block", [residual_block, plain_block])
def test_short_training_already_shows_in_inference_mode(block):
    """With Keras's momentum of 0.99 these 20 steps end in guessing, although the training accuracy is 1."""
    keras.utils.set_random_seed(0)
    labels = np.arange(64) % 2
    images = maps(64, 8, 8, 3) + 2 * labels[:, None, None, None]
    network = tiny_network(block, filters=(4, 8), classes=2)
    network.compile(keras.optimizers.SGD(0.1), "sparse_categorical_crossentropy", metrics=["accuracy"])
    network.fit(images, labels, batch_size=16, epochs=5, verbose=0)
    assert network.evaluate(images, labels, verbose=0, return_dict=True)["accuracy"] > 0.9
