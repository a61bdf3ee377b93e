"""Depth-wise, 1x1, separable and locally connected convolution."""

import re

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnn_course import layers, reference

OPTIONS = [
    {},
    {"padding": "same"},
    {"strides": 2, "padding": "same"},
    {"strides": 2},
    {"dilation_rate": 2, "padding": "same"},
]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("multiplier", [1, 3])
def test_depthwise_convolution_is_that_of_keras(options, multiplier, random, keras_passes, assert_close):
    arrays = [random.standard_normal(s) for s in ((2, 7, 8, 4), (3, 3, 4, multiplier), (4 * multiplier,))]
    y, dy, gradients = keras_passes(
        lambda x, kernel, bias: keras.ops.depthwise_conv(x, kernel, **options) + bias, *arrays
    )
    assert_close(reference.depthwise_conv2d(*arrays, **options), y)
    ours = reference.depthwise_conv2d_backward(dy, *arrays[:2], **options)
    for one, other in zip(ours, gradients, strict=True):
        assert_close(one, other)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_separable_convolution_is_that_of_keras(options, random, keras_passes, assert_close):
    shapes = (2, 7, 8, 3), (3, 3, 3, 2), (1, 1, 6, 4), (4,)
    arrays = [random.standard_normal(shape) for shape in shapes]
    y, dy, gradients = keras_passes(
        lambda x, depthwise, pointwise, bias: (
            keras.ops.separable_conv(x, depthwise, pointwise, **options) + bias
        ),
        *arrays,
    )
    assert_close(reference.separable_conv2d(*arrays, **options), y)
    ours = reference.separable_conv2d_backward(dy, *arrays[:3], **options)
    for one, other in zip(ours, gradients, strict=True):
        assert_close(one, other)


def test_pointwise_convolution_is_that_of_keras(random, keras_passes, assert_close):
    arrays = [random.standard_normal(shape) for shape in ((2, 3, 4, 5), (1, 1, 5, 6), (6,))]
    y, dy, gradients = keras_passes(lambda x, kernel, bias: keras.ops.conv(x, kernel) + bias, *arrays)
    assert_close(reference.pointwise_conv2d(*arrays), y)
    for one, other in zip(reference.pointwise_conv2d_backward(dy, *arrays[:2]), gradients, strict=True):
        assert_close(one, other)


sizes = st.integers(1, 3)


@settings(max_examples=30, deadline=None)
@given(sizes, sizes, sizes, sizes, st.sampled_from(["same", 1, 2]), st.integers(1, 2), st.integers(0, 99))
def test_depthwise_convolution_has_a_group_for_each_channel(
    kh, kw, channels, multiplier, padding, strides, seed
):
    random = np.random.default_rng(seed)
    x = random.standard_normal((2, 5, 4, channels))
    kernel = random.standard_normal((kh, kw, channels, multiplier))
    options = {"padding": padding, "strides": strides}
    grouped = reference.conv2d(x, kernel.reshape(kh, kw, 1, -1), groups=channels, **options)
    assert np.allclose(reference.depthwise_conv2d(x, kernel, **options), grouped)


@settings(max_examples=30, deadline=None)
@given(sizes, sizes, sizes, sizes, st.sampled_from(["same", 1, 2]), st.integers(1, 2), st.integers(0, 99))
def test_separable_convolution_is_a_convolution_whose_kernel_is_a_product(
    kh, kw, channels, multiplier, padding, strides, seed
):
    random = np.random.default_rng(seed)
    x = random.standard_normal((2, 5, 4, channels))
    depthwise = random.standard_normal((kh, kw, channels, multiplier))
    pointwise = random.standard_normal((1, 1, channels * multiplier, 4))
    product = np.einsum("ijcm,cmf->ijcf", depthwise, pointwise.reshape(channels, multiplier, 4))
    options = {"padding": padding, "strides": strides}
    separable = reference.separable_conv2d(x, depthwise, pointwise, **options)
    assert np.allclose(separable, reference.conv2d(x, product, **options))


@pytest.mark.parametrize("options", [{}, {"strides": (2, 1)}, {"padding": "same", "strides": 2}], ids=str)
def test_locally_connected_is_the_layer_of_this_course(options, random, keras_passes, assert_close):
    layer = layers.LocallyConnected2D(4, (3, 2), dtype="float64", **options)
    layer.build((2, 6, 5, 3))
    x, kernel, bias = (
        random.standard_normal(s) for s in ((2, 6, 5, 3), layer.kernel.shape, layer.bias.shape)
    )

    def call(x, kernel, bias):
        return layer.stateless_call([kernel, bias], [], x)[0]

    y, dy, gradients = keras_passes(call, x, kernel, bias)
    assert_close(reference.locally_connected2d(x, kernel, bias, **options), y)
    ours = reference.locally_connected2d_backward(dy, x, kernel, **options)
    for one, other in zip(ours, gradients, strict=True):
        assert_close(one, other)


def test_locally_connected_with_one_kernel_everywhere_is_a_convolution(random, assert_close):
    x, kernel = random.standard_normal((2, 6, 5, 3)), random.standard_normal((3, 3, 3, 4))
    options = {"padding": 1, "strides": 2}
    everywhere = np.broadcast_to(kernel, (3, 3, *kernel.shape))
    shared = reference.conv2d_loops(x, kernel, **options)
    assert_close(reference.locally_connected2d(x, everywhere, **options), shared)


def test_a_kernel_of_its_own_is_used_only_at_its_position(random):
    x, kernel = np.ones((1, 4, 4, 1)), np.zeros((2, 3, 3, 2, 1, 1))
    kernel[1, 2] = 1
    assert reference.locally_connected2d(x, kernel)[0, :, :, 0].tolist() == [[0, 0, 0], [0, 0, 6]]


X = np.ones((2, 4, 4, 3), "float32")


@pytest.mark.parametrize(
    ("forward", "backward", "shapes"),
    [
        (reference.depthwise_conv2d, reference.depthwise_conv2d_backward, [(3, 3, 3, 2)]),
        (reference.pointwise_conv2d, reference.pointwise_conv2d_backward, [(1, 1, 3, 2)]),
        (reference.separable_conv2d, reference.separable_conv2d_backward, [(3, 3, 3, 1), (1, 1, 3, 2)]),
        (reference.locally_connected2d, reference.locally_connected2d_backward, [(2, 2, 3, 3, 3, 2)]),
    ],
)
def test_float32_stays_float32_and_dy_must_fit(forward, backward, shapes):
    kernels = [np.ones(shape, "float32") for shape in shapes]
    y = forward(X, *kernels)
    assert {array.dtype for array in (y, *backward(y, X, *kernels))} == {np.dtype("float32")}
    with pytest.raises(ValueError, match=re.escape(f"dy has shape (1, 2); it must be {y.shape}, like the")):
        backward(np.ones((1, 2)), X, *kernels)


@pytest.mark.parametrize(
    ("forward", "shapes", "message"),
    [
        (
            reference.depthwise_conv2d,
            [(3, 3, 1, 3)],
            "kernel has shape (3, 3, 1, 3); 3 channels need (height, width, 3, depth_multiplier)",
        ),
        (
            reference.depthwise_conv2d,
            [(3, 3, 3, 2), (3,)],
            "bias has shape (3,); it must be (6,), one number",
        ),
        (
            reference.pointwise_conv2d,
            [(3, 3, 3, 2)],
            "kernel has shape (3, 3, 3, 2); 3 channels need (1, 1, 3, filters)",
        ),
        (
            reference.locally_connected2d,
            [(3, 2, 3, 3, 3, 5)],
            "kernel has shape (3, 2, 3, 3, 3, 5); it must be (2, 2, 3, 3, 3, 5), "
            "(rows, columns, height, width, channels, filters) for images (4, 4, 3)",
        ),
        (
            reference.locally_connected2d,
            [(2, 2, 3, 3, 3, 5), (5,)],
            "bias has shape (5,); it must be (2, 2, 5)",
        ),
    ],
)
def test_what_does_not_fit_is_said_in_one_line(forward, shapes, message):
    with pytest.raises(ValueError, match=re.escape(message)) as error:
        forward(X, *(np.ones(shape) for shape in shapes))
    assert "\n" not in str(error.value)
