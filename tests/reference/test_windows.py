"""Output sizes, padding, im2col and col2im."""

import re

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnn_course.reference import col2im, conv2d, conv_output_size, im2col, same_padding


def test_output_sizes_of_the_decks(output_sizes_fact):
    options = {k: v for k, v in output_sizes_fact.items() if k not in ("source", "output")}
    assert conv_output_size(**options) == output_sizes_fact["output"]


@pytest.mark.parametrize("kernel_size", [3, 5, 7, 11])
def test_with_stride_1_half_the_kernel_on_each_side_keeps_the_size(kernel_size):
    half = (kernel_size - 1) // 2
    assert same_padding(20, kernel_size) == (half, half)
    assert conv_output_size(20, kernel_size, padding=half) == 20


def test_keras_pads_an_even_map_behind_only_when_the_stride_is_2():
    assert same_padding(32, 3, strides=2) == (0, 1)
    assert same_padding(33, 3, strides=2) == (1, 1)
    assert same_padding(7, 2, strides=3) == (0, 1)
    assert same_padding(8, 1, strides=3) == (0, 0)


@settings(max_examples=30, deadline=None)
@given(
    size=st.integers(1, 20),
    kernel_size=st.integers(1, 7),
    strides=st.integers(1, 4),
    padding=st.sampled_from(["same", "valid"]),
)
def test_output_sizes_are_those_of_keras(size, kernel_size, strides, padding):
    layer = keras.layers.MaxPooling2D((kernel_size, 1), strides=(strides, 1), padding=padding)
    if padding == "valid" and kernel_size > size:
        with pytest.raises(ValueError, match="does not fit"):
            conv_output_size(size, kernel_size, strides=strides)
        return
    expected = layer.compute_output_shape((1, size, 1, 1))[1]
    assert conv_output_size(size, kernel_size, strides=strides, padding=padding) == expected


def test_alexnets_first_layer_is_a_product_of_96x363_and_363x3025(random):
    image = random.standard_normal((1, 227, 227, 3), "float32")
    kernel = random.standard_normal((11, 11, 3, 96), "float32")
    windows, filters = im2col(image, 11, strides=4).T, kernel.reshape(-1, 96).T
    assert (filters.shape, windows.shape) == ((96, 363), (363, 3025))
    maps = (filters @ windows).reshape(96, 55, 55)
    expected = keras.ops.convert_to_numpy(keras.ops.conv(image, kernel, 4))
    assert np.allclose(maps.transpose(1, 2, 0), expected[0], atol=1e-3)


def test_a_row_of_im2col_is_a_window_read_row_by_row():
    image = np.arange(32.0).reshape(1, 4, 4, 2)
    rows = im2col(image, (2, 3), strides=(2, 1))
    assert rows.shape == (4, 12)
    assert rows[3].tolist() == image[0, 2:4, 1:4].ravel().tolist()


GEOMETRY = {
    "sides": st.tuples(st.integers(1, 8), st.integers(1, 8)),
    "kernel_size": st.tuples(st.integers(1, 3), st.integers(1, 3)),
    "strides": st.tuples(st.integers(1, 3), st.integers(1, 3)),
    "dilation_rate": st.tuples(st.integers(1, 2), st.integers(1, 2)),
    "padding": st.sampled_from(["same", 2, 4]),
}


@settings(max_examples=50, deadline=None)
@given(**GEOMETRY)
def test_col2im_is_the_transpose_of_im2col(sides, **options):
    random = np.random.default_rng(0)
    x = random.standard_normal((2, *sides, 3))
    rows = im2col(x, **options)
    other = random.standard_normal(rows.shape)
    assert np.vdot(rows, other) == pytest.approx(np.vdot(x, col2im(other, x.shape, **options)), abs=1e-9)


def test_col2im_gives_a_pixel_back_as_often_as_windows_see_it():
    rows = im2col(np.ones((1, 4, 4, 1)), 3)
    counts = col2im(rows, (1, 4, 4, 1), 3)[0, :, :, 0]
    assert counts.tolist() == [[1, 2, 2, 1], [2, 4, 4, 2], [2, 4, 4, 2], [1, 2, 2, 1]]


IMAGE = np.ones((1, 4, 4, 1))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: conv_output_size(3, 5),
            "a window of 5 pixels does not fit into 3 with padding 'valid'; the size must be at least 5",
        ),
        (
            lambda: conv_output_size(4, 3, dilation_rate=3, padding=1),
            "a window of 7 pixels does not fit into 4 with padding 1; the size must be at least 5",
        ),
        (lambda: conv_output_size(4, 3, strides=0), "strides is 0; it must be a whole number of at least 1"),
        (lambda: conv_output_size(4, 3, padding="full"), "padding is 'full'; choose 'valid', 'same' or a"),
        (lambda: conv_output_size(4, 3, padding=-1), "padding is -1; choose"),
        (lambda: conv_output_size(4, 3, padding=True), "padding is True; choose"),
        (lambda: same_padding(4, 3, strides=0), "strides is 0"),
        (lambda: im2col(IMAGE[0], 3), "x has shape (4, 4, 1); it must be (images, height, width, channels)"),
        (lambda: im2col(IMAGE, (3, 0)), "the window's size is (3, 0); it must be"),
        (
            lambda: im2col(IMAGE, 3, strides=1.5),
            "strides is 1.5; it must be a whole number of at least 1, or",
        ),
        (lambda: col2im(np.ones((4, 9)), (4, 4, 1), 3), "input_shape is (4, 4, 1); it must be (images,"),
        (lambda: col2im(np.ones((4, 8)), IMAGE.shape, 3), "rows has shape (4, 8); it must be (4, 9), as im2"),
    ],
)
def test_what_does_not_fit_is_said_in_one_line(call, message):
    with pytest.raises(ValueError, match=re.escape(message)) as error:
        call()
    assert "\n" not in str(error.value)


def test_the_arguments_are_not_changed(random):
    x, kernel = random.standard_normal((2, 4, 4, 1)), random.standard_normal((3, 3, 1, 2))
    before = x.copy(), kernel.copy()
    conv2d(x, kernel, np.ones(2), padding="same")
    assert np.array_equal(x, before[0])
    assert np.array_equal(kernel, before[1])
