"""Networks of keras.applications become ours and say the same."""

from functools import cache

import keras
import numpy as np
import pytest

from cnn_course.models import build, from_application
from cnn_course.models.mobilenet_v2 import mobile_network

APPLICATIONS = {  # ours, and a small input whose sides differ, so that a wrong order of axes would show
    "VGG16": ("vgg16", (32, 64, 3)),
    "VGG19": ("vgg19", (32, 64, 3)),
    "ResNet50": ("resnet50", (64, 47, 3)),
    "ResNet101": ("resnet101", (64, 47, 3)),
    "ResNet152": ("resnet152", (64, 47, 3)),
    "Xception": ("xception", (71, 80, 3)),
    "MobileNetV2": ("mobilenet_v2", (64, 47, 3)),
}


pytestmark = pytest.mark.usefixtures("weights_of_zero")  # the tests set all weights themselves


def images(shape, count=3, seed=2):
    return np.random.default_rng(seed).normal(size=(count, *shape))


def randomise(network):
    """Weights that keep signals of order one: random ones, and moving statistics close to those of images."""
    random = np.random.default_rng(1)
    norms = [layer for layer in network.layers if isinstance(layer, keras.layers.BatchNormalization)]
    for weight in network.weights:
        weight.assign(random.standard_normal(weight.shape, "float32") * spread(weight))
    for norm in norms:
        norm.gamma.assign(random.uniform(0.5, 1.5, norm.gamma.shape))
        norm.momentum = 0
    network(images(network.input_shape[1:], count=4), training=True)
    for norm in norms:
        norm.momentum = 0.99
        variance = np.asarray(norm.moving_variance)
        norm.moving_variance.assign(
            variance * random.uniform(0.8, 1.2, variance.shape) + 0.1 * variance.mean()
        )
    return network


def spread(weight):
    if len(weight.shape) == 1:
        return 0.1
    *window, channels, filters = weight.shape
    seen = np.prod(window) if filters == 1 else np.prod(window) * channels  # one filter: a depthwise kernel
    return np.sqrt(2 / seen)


def given(application, **arguments):
    _, shape = APPLICATIONS[application]
    arguments = {"input_shape": shape, "classes": 10} | arguments
    return randomise(getattr(keras.applications, application)(weights=None, **arguments))


@cache
def small_given():
    """A small network for the tests that do not depend on which one it is."""
    return given("MobileNetV2", alpha=0.1)


def features_and_probabilities(network, x, **arguments):
    inside = keras.Model(network.input, [network.get_layer("predictions").input, network.output])
    return [np.asarray(values) for values in inside(x, **arguments)]


def assert_same_output(theirs, ours, *, tolerance, **arguments):
    x = images(theirs.input_shape[1:])
    expected, expected_probabilities = features_and_probabilities(theirs, x, **arguments)
    features, probabilities = features_and_probabilities(ours, x, **arguments)
    assert expected.std() > 0.1
    assert expected_probabilities.std() > 0.1 * expected_probabilities.mean()
    assert np.ptp(expected, axis=0).max() > 0.1  # images differ
    np.testing.assert_allclose(features, expected, atol=tolerance * np.abs(expected).max())
    np.testing.assert_allclose(probabilities, expected_probabilities, atol=1e-5)


@pytest.fixture
def float64():
    """Random networks of 152 layers magnify roundings a thousandfold; in float64 ten digits are left."""
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")
    yield
    keras.config.set_floatx("float32")
    keras.config.set_dtype_policy("float32")


def message_of(function, *positional, **named):
    with pytest.raises(ValueError) as caught:
        function(*positional, **named)
    return str(caught.value)


@pytest.mark.slow
@pytest.mark.parametrize("application", APPLICATIONS)
def test_ours_has_the_output_of_the_given_network(application, float64):
    theirs = given(application)
    ours = from_application(theirs)
    assert ours.name == APPLICATIONS[application][0]
    assert_same_output(theirs, ours, tolerance=1e-10)


@cache
def resnet50s():
    theirs = given("ResNet50")
    return theirs, from_application(theirs)


@pytest.mark.slow
@pytest.mark.parametrize("training", [False, True])
def test_biases_before_batch_normalisation_change_neither_inference_nor_training(training):
    theirs, ours = resnet50s()
    assert not any(layer.use_bias for layer in ours.layers if isinstance(layer, keras.layers.Conv2D))
    assert any(np.any(layer.bias) for layer in theirs.layers if isinstance(layer, keras.layers.Conv2D))
    statistics = ours.get_weights(), theirs.get_weights()
    assert_same_output(theirs, ours, tolerance=1e-4, training=training)
    for network, weights in zip((ours, theirs), statistics, strict=True):
        network.set_weights(weights)  # training=True moves the statistics


@pytest.mark.slow
def test_epsilon_comes_along_and_survives_saving(tmp_path):
    theirs, ours = resnet50s()
    ours.save(tmp_path / "ours.keras")
    again = keras.saving.load_model(tmp_path / "ours.keras")
    assert again.get_layer("stem_bn").epsilon == theirs.get_layer("conv1_bn").epsilon != 1e-3
    x = images(theirs.input_shape[1:])
    np.testing.assert_array_equal(again(x), ours(x))


@pytest.mark.slow
def test_weights_fit_at_224_pixels_and_1000_classes_too():
    theirs = given("MobileNetV2", alpha=0.35, input_shape=(224, 224, 3), classes=1000)
    assert_same_output(theirs, from_application(theirs), tolerance=1e-5)


@pytest.mark.parametrize("alpha", [0.56, 1.4])
def test_mobilenet_v2_may_have_any_alpha(alpha):
    theirs = given("MobileNetV2", alpha=alpha, input_shape=(32, 32, 3))
    assert_same_output(theirs, from_application(theirs), tolerance=1e-5)


def test_names_of_the_given_network_and_its_layers_do_not_matter():
    def renamed(layer):
        return type(layer).from_config(layer.get_config() | {"name": f"x{layer.name[::-1]}"})

    theirs = keras.models.clone_model(small_given(), clone_function=renamed)
    theirs.set_weights(small_given().get_weights())
    ours = from_application(theirs)
    x = images(theirs.input_shape[1:])
    np.testing.assert_allclose(ours(x), small_given()(x), atol=1e-6)


def test_layers_of_the_given_network_may_serve_in_others_too():
    theirs = small_given()
    keras.Sequential(theirs.layers[:4])  # the same layers, called once more
    assert_same_output(theirs, from_application(theirs), tolerance=1e-5)


def test_ours_is_a_copy_that_trains_on_its_own():
    theirs = small_given()
    before = theirs.get_weights()
    ours = from_application(theirs)
    ours.compile(keras.optimizers.SGD(0.1), "sparse_categorical_crossentropy", run_eagerly=True)
    ours.train_on_batch(images(theirs.input_shape[1:], count=4), np.arange(4))
    for weight, old in zip(theirs.weights, before, strict=True):
        np.testing.assert_array_equal(weight, old)
    still = [
        w.path for w, old in zip(ours.weights, before, strict=True) if w.trainable and np.array_equal(w, old)
    ]
    assert not still


def test_layers_have_the_names_that_our_builder_gives():
    ours = from_application(small_given())
    built = build("mobilenet_v2", input_shape=small_given().input_shape[1:], classes=10, alpha=0.1)
    assert [layer.name for layer in ours.layers] == [layer.name for layer in built.layers]


def test_other_networks_are_answered_with_the_choices():
    assert message_of(from_application, build("course_cnn", name="mine")) == (
        "mine has the layers of no network that we know from keras.applications; "
        "choose one of VGG16, VGG19, ResNet50, ResNet101, ResNet152, Xception, MobileNetV2"
    )


@pytest.mark.parametrize("arguments", [{"include_top": False}, {"classifier_activation": None}])
def test_network_without_class_probabilities_is_answered_with_how_to_build_it(arguments):
    theirs = keras.applications.MobileNetV2(
        weights=None, alpha=0.1, input_shape=(32, 32, 3), name="mine", **arguments
    )
    assert message_of(from_application, theirs) == (
        "mine does not end in class probabilities; "
        "build it with include_top=True and classifier_activation='softmax'"
    )


@pytest.mark.parametrize("model", ["VGG16", None, keras.applications.VGG16, keras.Sequential(name="mine")])
def test_what_is_no_network_of_keras_applications_is_answered_with_what_is(model):
    assert message_of(from_application, model) == (
        f"application_model is {model!r}; "
        "it must be a network of keras.applications, such as keras.applications.VGG16()"
    )


def test_network_with_another_stride_is_answered_with_the_first_layer_that_differs():
    theirs = mobile_network((32, 32, 3), 10, stem_strides=1, alpha=0.1, name="mine")
    assert message_of(from_application, theirs) == (
        "mine is not the MobileNetV2 of keras.applications: stem_conv has {'output': (32, 32, 8), "
        "'kernel': (3, 3, 3, 8)} instead of {'output': (16, 16, 8), 'kernel': (3, 3, 3, 8)}"
    )


def test_network_with_other_connections_is_refused():
    image = keras.Input((32, 32, 3))
    branches = [keras.layers.Conv2D(4, 3, padding="same")(image) for _ in range(13)]
    x = keras.layers.Flatten()(keras.layers.Add()(branches))
    for activation in ("relu", "relu", "softmax"):
        x = keras.layers.Dense(10, activation)(x)
    assert message_of(from_application, keras.Model(image, x, name="mine")) == (
        "mine is not the VGG16 of keras.applications: its layers are connected in another way"
    )


@pytest.mark.slow
def test_resnet_of_version_1_5_is_not_taken_for_the_one_of_keras_applications():
    theirs = build("resnet50", version="v1.5", input_shape=(64, 64, 3), classes=10)
    assert "is not the ResNet50 of keras.applications: stage2_block1_conv1 has" in message_of(
        from_application, theirs
    )
