"""Convolution, quick and by loops, against Keras, the worked example of deck 004 and its laws."""

import os
import re
import subprocess
import sys

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnn_course.reference import (
    conv2d,
    conv2d_backward,
    conv2d_loops,
    conv2d_loops_backward,
    conv2d_matrix,
    gradient_check,
)

PAIRS = pytest.mark.parametrize(
    ("forward", "backward"),
    [(conv2d, conv2d_backward), (conv2d_loops, conv2d_loops_backward)],
    ids=["quick", "loops"],
)
OPTIONS = [
    {},
    {"padding": "same"},
    {"padding": 1},
    {"padding": 3},
    {"strides": 2},
    {"strides": 2, "padding": "same"},
    {"strides": 2, "padding": 1},
    {"strides": 3, "padding": 2},
    {"strides": (1, 2), "padding": "same"},
    {"dilation_rate": 2},
    {"dilation_rate": 2, "padding": "same"},
    {"dilation_rate": (1, 3), "padding": 2},
]


def with_keras(x, kernel, bias, *, strides=1, padding="valid", dilation_rate=1):
    """The same in Keras, which has no padding by numbers."""
    if not isinstance(padding, str):
        x = keras.ops.pad(x, ((0, 0), (padding, padding), (padding, padding), (0, 0)))
        padding = "valid"
    return keras.ops.conv(x, kernel, strides, padding, "channels_last", dilation_rate) + bias


@PAIRS
@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize(("sides", "kernel_size"), [((7, 6), (3, 3)), ((8, 5), (2, 3)), ((5, 9), (1, 1))])
def test_outputs_and_gradients_are_those_of_keras(
    forward, backward, options, sides, kernel_size, random, keras_passes, assert_close
):
    x = random.standard_normal((2, *sides, 3))
    kernel, bias = random.standard_normal((*kernel_size, 3, 4)), random.standard_normal(4)
    y, dy, gradients = keras_passes(lambda *arrays: with_keras(*arrays, **options), x, kernel, bias)
    assert_close(forward(x, kernel, bias, **options), y)
    for ours, theirs in zip(backward(dy, x, kernel, **options), gradients, strict=True):
        assert_close(ours, theirs)


@PAIRS
@pytest.mark.parametrize(
    ("groups", "options"), [(2, {"padding": "same"}), (2, {"strides": 2}), (4, {"padding": 1})], ids=str
)
def test_groups_are_those_of_keras(forward, backward, groups, options, random, keras_passes, assert_close):
    x = random.standard_normal((2, 5, 6, 4))
    kernel, bias = random.standard_normal((3, 2, 4 // groups, 8)), random.standard_normal(8)
    y, dy, gradients = keras_passes(lambda *arrays: with_keras(*arrays, **options), x, kernel, bias)
    assert_close(forward(x, kernel, bias, groups=groups, **options), y)
    for ours, theirs in zip(backward(dy, x, kernel, groups=groups, **options), gradients, strict=True):
        assert_close(ours, theirs)


@PAIRS
def test_stride_with_dilation_is_the_strided_convolution_with_a_spread_kernel(
    forward, backward, random, keras_passes, assert_close
):
    x, kernel, bias = (random.standard_normal(shape) for shape in ((1, 9, 8, 2), (3, 2, 2, 3), (3,)))
    spread = np.zeros((5, 4, 2, 3))
    spread[::2, ::3] = kernel
    y, dy, (dx, dspread, _) = keras_passes(lambda *arrays: with_keras(*arrays, strides=2), x, spread, bias)
    assert_close(forward(x, kernel, bias, strides=2, dilation_rate=(2, 3)), y)
    ours = backward(dy, x, kernel, strides=2, dilation_rate=(2, 3))
    assert_close(ours[0], dx)
    assert_close(ours[1], dspread[::2, ::3])


@PAIRS
def test_all_sixteen_values_of_the_worked_example(forward, backward, facts):
    fact = facts["convolution"]
    image = np.array(fact["image"])[None, :, :, None]
    kernel = np.array(fact["filter"])[:, :, None, None]
    for row in fact["outputs"]:
        y = forward(image, kernel, [fact["bias"]], strides=row["strides"], padding=row["padding"])
        assert y[0, :, :, 0].tolist() == row["output"], row


@PAIRS
def test_gradients_pass_the_check_by_finite_differences(forward, backward, random):
    options = {"strides": (2, 1), "padding": 2, "dilation_rate": 2, "groups": 2}
    arrays = [random.standard_normal(shape) for shape in ((2, 5, 6, 4), (3, 2, 2, 6), (6,))]
    dy = random.standard_normal(forward(*arrays, **options).shape)
    checked = gradient_check(
        lambda *changed: forward(*changed, **options),
        arrays,
        backward(dy, *arrays[:2], **options),
        dy,
        most=40,
    )
    assert max(difference.error for difference in checked) < 1e-8


shapes = st.tuples(st.integers(1, 7), st.integers(1, 7), st.integers(1, 3), st.integers(1, 3))
kernel_sizes = st.tuples(st.integers(1, 3), st.integers(1, 3))
geometries = st.fixed_dictionaries({"strides": st.integers(1, 3), "padding": st.sampled_from(["same", 1, 2])})


def made(shape, kernel_size, seed):
    height, width, channels, filters = shape
    random = np.random.default_rng(seed)
    return random.standard_normal((2, height, width, channels)), random.standard_normal(
        (*kernel_size, channels, filters)
    )


@settings(max_examples=40, deadline=None)
@given(shapes, kernel_sizes, geometries, st.integers(0, 99))
def test_convolution_is_linear_in_the_image_and_in_the_kernel(shape, kernel_size, options, seed):
    (x, kernel), (other_x, other_kernel) = (made(shape, kernel_size, s) for s in (seed, seed + 1))
    y = conv2d(x, kernel, **options)
    both = conv2d(2 * x - other_x, kernel, **options)
    assert np.allclose(both, 2 * y - conv2d(other_x, kernel, **options))
    assert np.allclose(conv2d(x, kernel + other_kernel, **options), y + conv2d(x, other_kernel, **options))


@settings(max_examples=40, deadline=None)
@given(shapes, kernel_sizes, geometries, st.integers(0, 99))
def test_the_backward_passes_are_the_transposes_of_the_forward_pass(shape, kernel_size, options, seed):
    x, kernel = made(shape, kernel_size, seed)
    y = conv2d(x, kernel, **options)
    dy = np.random.default_rng(seed).standard_normal(y.shape)
    dx, dkernel, dbias = conv2d_backward(dy, x, kernel, **options)
    total = np.vdot(dy, y)
    assert np.vdot(dx, x) == pytest.approx(total, abs=1e-9)
    assert np.vdot(dkernel, kernel) == pytest.approx(total, abs=1e-9)
    assert np.allclose(dbias, dy.sum(axis=(0, 1, 2)))


@settings(max_examples=40, deadline=None)
@given(shapes, kernel_sizes, geometries, st.integers(0, 99))
def test_convolution_is_a_matrix_product(shape, kernel_size, options, seed):
    x, kernel = made(shape, kernel_size, seed)
    matrix = conv2d_matrix(kernel, x.shape[1:], **options)
    y = conv2d(x, kernel, **options)
    assert np.allclose(x.reshape(2, -1) @ matrix.T, y.reshape(2, -1))


def test_the_matrix_of_a_convolution_is_sparse_and_repeats_few_weights(random):
    kernel = random.standard_normal((3, 3, 1, 1))
    matrix = conv2d_matrix(kernel, (6, 6, 1))
    assert matrix.shape == (16, 36)
    assert np.count_nonzero(matrix, axis=1).tolist() == [9] * 16
    assert set(matrix[matrix != 0]) == set(kernel.ravel())


@settings(max_examples=30, deadline=None)
@given(kernel_sizes, st.integers(1, 2), st.integers(0, 2), st.integers(0, 2), st.integers(0, 99))
def test_a_shifted_image_gives_shifted_maps(kernel_size, strides, down, right, seed):
    x, kernel = made((8, 9, 2, 3), kernel_size, seed)
    moved = np.zeros((2, 12, 13, 2))
    still = moved.copy()
    still[:, :8, :9] = x
    moved[:, down * strides :, right * strides :][:, :8, :9] = x
    y, shifted = (conv2d(image, kernel, strides=strides) for image in (still, moved))
    assert np.allclose(shifted[:, down:, right:], y[:, : y.shape[1] - down, : y.shape[2] - right])


@settings(max_examples=20, deadline=None)
@given(kernel_sizes, geometries, st.sampled_from([1, 2, 3, 6]), st.integers(0, 99))
def test_groups_are_a_convolution_without_weights_between_groups(kernel_size, options, groups, seed):
    x, full = made((5, 6, 6, 6), kernel_size, seed)
    width = 6 // groups
    kernel = np.concatenate(
        [full[:, :, g * width : (g + 1) * width, g * width : (g + 1) * width] for g in range(groups)], -1
    )
    between = np.kron(np.eye(groups), np.ones((width, width))) == 0
    full[:, :, between] = 0
    assert np.allclose(conv2d(x, kernel, groups=groups, **options), conv2d(x, full, **options))


@pytest.mark.parametrize("block_bytes", [1, 5000, 2**30])
def test_blocks_do_not_change_the_result(block_bytes, random, monkeypatch, assert_close):
    x, kernel = random.standard_normal((5, 6, 6, 2)), random.standard_normal((3, 3, 2, 4))
    y, dy = conv2d_loops(x, kernel), random.standard_normal((5, 4, 4, 4))
    expected = conv2d_loops_backward(dy, x, kernel)
    monkeypatch.setattr("cnn_course.reference.windows.BLOCK_BYTES", block_bytes)
    assert_close(conv2d(x, kernel), y)
    for ours, theirs in zip(conv2d_backward(dy, x, kernel), expected, strict=True):
        assert_close(ours, theirs)


LARGE_BATCH = """
import tracemalloc
import numpy as np
from cnn_course.reference import conv2d, conv2d_backward

tracemalloc.start()
x, kernel = np.ones((256, 32, 32, 64), "float32"), np.ones((3, 3, 64, 64), "float32")
y = conv2d(x, kernel, np.ones(64, "float32"), padding="same")
conv2d_backward(y, x, kernel, padding="same")
print(tracemalloc.get_traced_memory()[1] / 2**20)
"""


def test_a_large_batch_takes_less_than_256_mib_with_all_its_images_outputs_and_gradients():
    done = subprocess.run(
        [sys.executable, "-c", LARGE_BATCH],
        env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},  # beside other tests, its threads wait for each other
        capture_output=True,
        text=True,
        check=True,
    )
    images_outputs_and_gradients = 3 * 64
    assert images_outputs_and_gradients < float(done.stdout) < 256  # all columns at once: 576 more


@PAIRS
def test_float32_stays_float32_and_whole_numbers_become_float64(forward, backward):
    x, kernel, bias = (np.ones(shape, "float32") for shape in ((1, 4, 4, 1), (3, 3, 1, 1), (1,)))
    y = forward(x, kernel, bias)
    assert {array.dtype for array in (y, *backward(y, x, kernel))} == {np.dtype("float32")}
    bright = np.full((1, 4, 4, 1), 200, "uint8")
    y = forward(bright, np.full((3, 3, 1, 1), 2))
    assert (y.dtype, y[0, 0, 0, 0]) == (np.float64, 3600.0)


@PAIRS
def test_lists_and_a_batch_without_images_are_taken_too(forward, backward):
    assert forward([[[[1], [2]]]], [[[[3.0]]]], [1.0]).tolist() == [[[[4.0], [7.0]]]]
    y = forward(np.ones((0, 4, 4, 3)), np.ones((3, 3, 3, 2)))
    assert y.shape == (0, 2, 2, 2)
    dx, dkernel, dbias = backward(y, np.ones((0, 4, 4, 3)), np.ones((3, 3, 3, 2)))
    assert (dx.shape, dkernel.any(), dbias.any()) == ((0, 4, 4, 3), False, False)


X, KERNEL = np.ones((1, 4, 4, 4)), np.ones((3, 3, 4, 6))


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((X[0], KERNEL), {}, "x has shape (4, 4, 4); it must be (images, height, width, channels)"),
        (
            (X, KERNEL[0]),
            {},
            "kernel has shape (3, 4, 6); it must be (height, width, channels / groups, filters)",
        ),
        (
            (X, KERNEL[:, :, :3]),
            {},
            "kernel has shape (3, 3, 3, 6); 4 channels in 1 group(s) need (height, width, 4, filters)",
        ),
        ((X, KERNEL), {"groups": 2}, "4 channels in 2 group(s) need (height, width, 2, filters)"),
        ((X, KERNEL), {"groups": 4}, "groups is 4; it must divide the 4 channels and the 6 filters"),
        ((X, KERNEL), {"groups": 0}, "groups is 0; it must be a whole number of at least 1"),
        ((X, KERNEL, np.ones(4)), {}, "bias has shape (4,); it must be (6,), one number for each filter"),
        ((X, KERNEL), {"dilation_rate": 2}, "a window of 5 pixels does not fit into 4"),
        ((X, KERNEL), {"strides": (1, 2, 3)}, "strides is (1, 2, 3); it must be a whole number"),
    ],
)
@PAIRS
def test_what_does_not_fit_is_said_in_one_line(forward, backward, arguments, options, message):
    with pytest.raises(ValueError, match=re.escape(message)) as error:
        forward(*arguments, **options)
    assert "\n" not in str(error.value)


@PAIRS
def test_a_gradient_must_have_the_shape_of_the_output(forward, backward):
    message = "dy has shape (1, 4, 4, 6); it must be (1, 2, 2, 6), like the output of the forward pass"
    with pytest.raises(ValueError, match=re.escape(message)):
        backward(np.ones((1, 4, 4, 6)), X, KERNEL)
