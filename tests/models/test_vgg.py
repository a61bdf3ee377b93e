"""Our VGG networks are those of keras.applications."""

import keras
import numpy as np
import pytest

from cnn_course.models import build


def random_weights(network, seed):
    """Weights and biases that keep signals of order one, so that the softmax is far from uniform."""
    random = np.random.default_rng(seed)
    for weight in network.weights:
        scale = np.sqrt(2 / np.prod(weight.shape[:-1])) if len(weight.shape) > 1 else 0.1
        weight.assign(random.normal(0, scale, weight.shape).astype("float32"))


@pytest.mark.slow
@pytest.mark.parametrize(("name", "oracle"), [("vgg16", "VGG16"), ("vgg19", "VGG19")])
def test_vgg_with_the_weights_of_keras_applications_gives_its_output(name, oracle):
    shape = (64, 96, 3)  # leaves 2x3 pixels to flatten, so a wrong order of axes would show
    theirs = getattr(keras.applications, oracle)(weights=None, input_shape=shape, classes=10)
    random_weights(theirs, seed=1)
    ours = build(name, input_shape=shape, classes=10)
    ours.set_weights(theirs.get_weights())
    images = np.random.default_rng(2).normal(size=(3, *shape)).astype("float32")
    expected = np.asarray(theirs(images))
    assert expected.std() > 0.01
    np.testing.assert_allclose(ours(images), expected, atol=1e-5)


@pytest.mark.slow
def test_layers_have_the_names_of_keras_applications():
    theirs = keras.applications.VGG16(weights=None, input_shape=(32, 32, 3), classes=10)
    ours = build("vgg16", input_shape=(32, 32, 3), classes=10)
    names = [layer.name for layer in ours.layers if not isinstance(layer, keras.layers.Dropout)]
    assert names[1:] == [layer.name for layer in theirs.layers][1:]
    assert names[0] == "image"


def test_dropout_follows_both_hidden_dense_layers_and_is_half_by_default():
    for arguments, rate in (({}, 0.5), ({"dropout": 0.2}, 0.2)):
        network = build("vgg11", input_shape=(32, 32, 3), classes=2, **arguments)
        names = [layer.name for layer in network.layers]
        assert names[-6:] == ["flatten", "fc1", "fc1_dropout", "fc2", "fc2_dropout", "predictions"]
        assert network.get_layer("fc1_dropout").rate == network.get_layer("fc2_dropout").rate == rate


def test_batch_normalisation_stands_between_convolution_and_relu():
    network = build("vgg11", input_shape=(32, 32, 3), head="gap", batch_norm=True)
    names = [layer.name for layer in network.layers]
    assert names[1:5] == ["block1_conv1", "block1_bn1", "block1_relu1", "block1_pool"]
    assert not network.get_layer("block1_conv1").use_bias
