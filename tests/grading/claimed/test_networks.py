"""Whole networks, those of the course and random ones: measured, claimed and built again."""

import inspect

import keras
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from keras import layers

from cnn_course.layers import ChannelMaxout, LocalResponseNormalization, ZeroPadShortcut
from cnn_course.models import BUILDERS, build

NARROW = {"vgg11", "vgg13", "vgg16", "vgg19"}  # without 100 million parameters in their dense layers
LONG = {  # of blocks that shorter ones have too
    "resnet32", "resnet44", "resnet56", "resnet110", "plain32", "plain44", "plain56", "plain110",
    "resnet34", "resnet101", "resnet152", "resnet164",
}  # fmt: skip


def small(name):
    shape = inspect.signature(BUILDERS[name]).parameters["input_shape"].default
    arguments = {"classes": 7} | ({"groups": 2} if name == "alexnet" else {})
    if name in NARROW:
        return {"input_shape": (32, 32, 3), "head": "gap", **arguments}
    return arguments if shape[0] < 100 or name == "alexnet" else {"input_shape": (64, 64, 3), **arguments}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow) if name in LONG else name for name in BUILDERS]
)
def test_a_network_of_the_course_is_built_again(name, check_is_built_again):
    check_is_built_again(build(name, **small(name)))


@pytest.mark.slow
@pytest.mark.parametrize("application", ["DenseNet121", "EfficientNetB0", "MobileNetV3Small", "ResNet50V2"])
def test_a_network_that_keras_brings_is_built_again(application, check_is_built_again):
    network = getattr(keras.applications, application)
    check_is_built_again(network(weights=None, input_shape=(64, 64, 3), classes=5))


def inner(name=None):
    image = keras.Input((8, 8, 4))
    x = layers.Conv2D(4, 3, padding="same", name="conv")(image)
    return keras.Model(image, [layers.BatchNormalization(name="bn")(x), x], name=name)


def nested():
    """Networks in networks, one of them twice; a Sequential in one; what one of them makes left alone."""
    image, shared = keras.Input((8, 8, 4)), inner("shared")
    x, _ = shared(image)
    x, y = shared(x)
    x = keras.Sequential([layers.Conv2D(4, 1), keras.Sequential([layers.PReLU(shared_axes=(1, 2))])])(x)
    return keras.Model(image, layers.Dense(3)(layers.Flatten()(x + y)))


def shared_layers():
    image = keras.Input((8, 8, 4))
    conv = layers.Conv2D(4, 3, padding="same")
    return keras.Model(image, conv(layers.ReLU()(conv(image))))


def several_in_and_out():
    first, second = keras.Input((8, 8, 4), name="a"), keras.Input((4,), name="b")
    x = layers.GlobalAveragePooling2D()(first) * second
    return keras.Model([first, second], {"score": layers.Dense(2)(x), "all": [x, first]})


def frozen():
    model = keras.Sequential(
        [keras.Input((8, 8, 4)), layers.Conv2D(2, 3), layers.BatchNormalization(), layers.Dense(2)]
    )
    model.layers[0].trainable = False
    return model


def frozen_altogether():
    model = frozen()
    model.trainable = False
    return model


def frozen_from_outside():
    model = frozen()
    model.trainable = False
    for layer in model.layers:
        layer.trainable = True
    return model


def squeezed_and_excited():
    image = keras.Input((8, 8, 4))
    gate = layers.Dense(4, activation="sigmoid")(layers.GlobalAveragePooling2D(keepdims=True)(image))
    return keras.Model(image, layers.Flatten()(layers.Multiply()([gate, image])))


def frozen_with_an_exception():
    image, block = keras.Input((8, 8, 4)), inner()
    block.trainable = False
    block.get_layer("conv").trainable = True
    return keras.Model(image, block(image)[0])


def built_by_a_first_batch():
    model = keras.Sequential([layers.Conv2D(3, 3), keras.Sequential([layers.Dense(2)], name="inside")])
    model(np.zeros((1, 8, 8, 4), "float32"))
    return model


def in_another_precision():
    return keras.Sequential(
        [keras.Input((8, 8, 4)), layers.Conv2D(3, 3, dtype="mixed_bfloat16"), layers.Dense(2)]
    )


def of_bytes():
    return keras.Sequential(
        [keras.Input((8, 8, 3), dtype="uint8"), layers.Rescaling(1 / 255), layers.Conv2D(2, 3)]
    )


def of_any_size():
    image = keras.Input((None, None, 3))
    x = layers.Conv2D(4, 3, strides=2, padding="same")(image)
    return keras.Model(image, layers.GlobalMaxPooling2D()(layers.UpSampling2D()(x)))


@pytest.mark.parametrize("make", [
    nested, shared_layers, several_in_and_out, frozen, frozen_altogether, frozen_from_outside,
    frozen_with_an_exception, squeezed_and_excited, built_by_a_first_batch, in_another_precision, of_bytes,
])  # fmt: skip
def test_a_network_of_this_form_is_built_again(make, check_is_built_again):
    check_is_built_again(make())


def test_a_network_for_images_of_any_size_can_be_claimed(claim_of):
    from cnn_course.grading.claimed.network import claimed_network

    model = of_any_size()
    net = claimed_network(claim_of(model), None)
    assert (net.input_shape, net.output_shape, net.parameters) == ((None, None, None, 3), (None, 4), 112)


def test_weights_under_a_name_of_the_students_are_accepted(check_is_built_again):
    with keras.name_scope("mine"):
        conv = layers.Conv2D(3, 3, name="conv")
        conv.build((None, 8, 8, 4))
    check_is_built_again(keras.Sequential([keras.Input((8, 8, 4)), conv]), paths=False)


SIDEWAYS = [
    lambda n: layers.Conv2D(4 * n, (1 + n % 3, 3), strides=1 + n % 2, padding="same", groups=1 + n % 2),
    lambda n: layers.SeparableConv2D(4 * n, 3, depth_multiplier=n, padding="same"),
    lambda n: layers.DepthwiseConv2D(1 + n, strides=1 + n % 2, padding="same", use_bias=n > 1),
    lambda n: layers.Conv2DTranspose(4 * n, 1 + n, strides=n, padding="same"),
    lambda n: layers.BatchNormalization(scale=n % 2 == 0, center=n != 3),
    lambda n: layers.GroupNormalization(2 if n > 1 else 1),
    lambda n: layers.PReLU(shared_axes=[[1, 2], [1], [2]][n - 1]),
    lambda n: layers.MaxPooling2D(n, padding="same"),
    lambda n: layers.AveragePooling2D(2, strides=n, padding="same"),
    lambda n: layers.ZeroPadding2D(((0, n), (n, 1))),
    lambda n: layers.Activation(["relu", "softmax", "gelu"][n - 1]),
    lambda n: layers.Dropout(n / 4),
    lambda n: layers.UpSampling2D((1, n)),
    lambda n: ZeroPadShortcut(48, n),
    lambda n: LocalResponseNormalization(n),
    lambda n: ChannelMaxout(2),
]


def random_network(steps):
    """Layers one behind the other, with shortcuts, branches and networks inside as the numbers say."""
    image = keras.Input((9, 8, 4))
    x, made = image, []
    for which, n, how in steps:
        if x.shape[-1] % 4:
            x = layers.Conv2D(4, 1)(x)
        x = x if max(x.shape[1:3]) < 20 else x[:, ::2, 1::3]
        y = SIDEWAYS[which](n)(x)
        if how == 1 and y.shape == x.shape:
            y = y + x
        elif how == 2:
            y = layers.Concatenate()([y, layers.Conv2D(4, 1)(y)])
        elif how == 3:
            y = keras.Sequential([layers.Conv2D(4, 1), layers.ReLU()])(y)
        elif how == 4 and made and made[-1].shape[1:3] == y.shape[1:3]:
            y = layers.Concatenate()([made[-1], y])
        made.append(y)
        x = y
    return keras.Model(image, layers.Dense(3)(layers.Flatten()(x)))


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.lists(
    st.tuples(st.integers(0, len(SIDEWAYS) - 1), st.integers(1, 3), st.integers(0, 4)), min_size=1, max_size=8
))  # fmt: skip
def test_a_random_network_is_built_again(check_is_built_again, steps):
    check_is_built_again(random_network(steps))
