"""The checks of exercise 03 that students do not see."""

import numpy as np
import pytest

from cnn_course.grading import expect

IMAGE = np.array([[1, 2, 1, 1], [2, -1, 0, 1], [0, 2, 1, 1], [1, 0, -2, 2]], "float32")
FILTER = np.array([[1, -1, 1], [2, 0, -1], [-2, 2, 1]], "float32")
OUTPUT = [[2, -4, 7, 5], [5, 10, -1, 1], [-2, -1, 2, 10], [3, 4, 1, -3]]  # deck 004 (L205-241)
FLIPPED = [[2, 5, 1, -1], [-1, 1, 8, 4], [10, 2, 2, -2], [-3, -2, 7, 6]]

# keras.ops.conv(KERAS_X, KERAS_W, strides=2) + KERAS_B, Keras 3.15
KERAS_X = (np.arange(70) % 11 - 5).reshape(1, 5, 7, 2).astype("float32")
KERAS_W = (np.arange(54) * 7 % 13 - 6).reshape(3, 3, 2, 3).astype("float32")
KERAS_B = np.array([1, -1, 0], "float32")
KERAS_Y = [
    [[29, 39, 26], [43, 4, -6], [-42, 2, -16]],
    [[28, -41, 88], [-35, -10, -21], [-65, 54, -97]],
]


def for_both(check):
    """One check for each of the two convolutions, under the task that it belongs to."""
    names = ("conv2d_loops", "conv2d_gemm")
    return pytest.mark.parametrize(
        "function", [pytest.param(n, marks=pytest.mark.task(n), id=n) for n in names]
    )(check)


@pytest.mark.task("conv_output_size")
@pytest.mark.hint("Round down: the last step that does not fit is left out.")
@pytest.mark.parametrize(
    ("w", "f", "s", "p", "due"), [(224, 11, 4, 0, 54), (224, 7, 2, 3, 112), (6, 3, 2, 1, 3), (4, 2, 2, 0, 2)]
)
def test_a_step_that_does_not_fit_is_left_out(submission, w, f, s, p, due):
    room = w + 2 * p - f
    wrong = [
        (-(-room // s) + 1, "a window that does not fit any more is left out: divide with //"),
        (room / s + 1, "a window that does not fit any more is left out: divide with //"),
        ((w + p - f) // s + 1, "padding counts on both sides: 2 P"),
    ]
    wrong = [(answer, why) for answer, why in wrong if answer != due]
    expect.equal(
        submission.conv_output_size(w, f, s, p), due, f"conv_output_size({w}, {f}, {s}, {p})", wrong=wrong
    )


@pytest.mark.task("conv_output_size")
@pytest.mark.hint("A filter of f taps that are d pixels apart reaches over d * (f - 1) + 1 pixels.")
@pytest.mark.parametrize(("w", "f", "d", "due"), [(7, 3, 2, 3), (32, 3, 3, 26), (32, 5, 2, 24), (9, 1, 4, 9)])
def test_a_dilated_filter_reaches_further(submission, w, f, d, due):
    wrong = [
        (w - f + 1, "dilation must count: the filter reaches over d * (f - 1) + 1 pixels"),
        (w - d * f + 1, "f taps have only f - 1 gaps"),
        (w - f - d + 1, "each of the f - 1 gaps grows by d - 1"),
    ]
    wrong = [(answer, why) for answer, why in wrong if answer != due]
    expect.equal(
        submission.conv_output_size(w, f, d=d), due, f"conv_output_size({w}, {f}, d={d})", wrong=wrong
    )


@pytest.mark.task("conv_output_size")
@pytest.mark.hint("if strict and what is left after dividing by s is not 0: raise ValueError")
def test_strict_refuses_what_does_not_fit(submission):
    what = "conv_output_size(224, 11, 4, strict=True)"
    expect.raises("ValueError", lambda: submission.conv_output_size(224, 11, 4, strict=True), what)
    got = submission.conv_output_size(227, 11, 4, strict=True)
    expect.equal(got, 55, "conv_output_size(227, 11, 4, strict=True)")


@pytest.mark.points(2)
@pytest.mark.hint("Compare more than the first number: a kernel that was turned round gives 2 there, too.")
@for_both
def test_all_sixteen_numbers_of_the_slide(submission, function):
    b = np.ones(1, "float32")
    got = getattr(submission, function)(IMAGE.reshape(1, 4, 4, 1), FILTER.reshape(3, 3, 1, 1), b, pad=1)
    wrong = [(np.reshape(FLIPPED, (1, 4, 4, 1)), "the filter was turned round; slide it as it is")]
    due = np.reshape(OUTPUT, (1, 4, 4, 1))
    expect.close(got, due, f"{function} of deck 004's example", rtol=1e-4, atol=1e-5, wrong=wrong)


@pytest.mark.hint("Compare with keras.ops.conv on small numbers.")
@for_both
def test_the_numbers_are_those_of_keras(submission, function):
    got = getattr(submission, function)(KERAS_X, KERAS_W, KERAS_B, stride=2)
    expect.close(got, [KERAS_Y], f"{function} of small whole numbers with stride 2", rtol=1e-4, atol=1e-4)


@pytest.mark.points(2)
@pytest.mark.hint(
    "With stride 2 on an even image the first window starts in the margin of zeros, at (-1, -1)."
)
@for_both
def test_stride_2_on_an_even_image_with_a_margin_on_all_sides(submission, function):
    b = np.ones(1, "float32")
    got = getattr(submission, function)(
        IMAGE.reshape(1, 4, 4, 1), FILTER.reshape(3, 3, 1, 1), b, stride=2, pad=1
    )
    wrong = [
        (
            np.reshape([[10, 1], [4, -3]], (1, 2, 2, 1)),
            "that is Keras's same, with zeros at the bottom and right only",
        )
    ]
    due = np.reshape([[2, 7], [-2, 2]], (1, 2, 2, 1))
    expect.close(
        got, due, f"{function} of deck 004's example, stride=2, pad=1,", rtol=1e-4, atol=1e-5, wrong=wrong
    )


@pytest.mark.task("conv2d_loops")
@pytest.mark.points(2)
@pytest.mark.hint("Take every dilation-th pixel of the window: x[top:top + reach:dilation, ...].")
@pytest.mark.parametrize(("dilation", "pad"), [(2, 0), (3, 2)])
def test_dilation_is_a_filter_with_zeros_between(submission, dilation, pad):
    rng = np.random.default_rng(dilation)
    x, w, b = rng.normal(size=(1, 9, 10, 2)), rng.normal(size=(3, 3, 2, 2)), rng.normal(size=2)
    spread = np.zeros((2 * dilation + 1, 2 * dilation + 1, 2, 2))
    spread[::dilation, ::dilation] = w
    due = by_taps(x, spread, b, pad)
    wrong = [(by_taps(x, w, b, pad), "dilation has no effect: the taps must be that many pixels apart")]
    what = f"conv2d_loops(x, w, b, pad={pad}, dilation={dilation})"
    got = submission.conv2d_loops(x, w, b, pad=pad, dilation=dilation)
    expect.close(got, due, what, rtol=1e-4, atol=1e-5, wrong=wrong)


def by_taps(x, w, b, pad):
    """An independent convolution: the image, shifted and weighed, once for each tap of the filter."""
    x = np.pad(x, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    height, width = x.shape[1] - w.shape[0] + 1, x.shape[2] - w.shape[1] + 1
    taps = [(i, j) for i in range(w.shape[0]) for j in range(w.shape[1])]
    return sum(x[:, i : i + height, j : j + width] @ w[i, j] for i, j in taps) + b


@pytest.mark.hint("Each channel is convolved with its own kernel; the results are added up.")
@for_both
def test_channels_one_by_one_add_up_to_all_at_once(submission, function):
    rng = np.random.default_rng(4)
    x, w = rng.normal(size=(1, 6, 5, 3)), rng.normal(size=(2, 2, 3, 2))
    call, zero = getattr(submission, function), np.zeros(2)
    parts = [np.asarray(call(x[..., [c]], w[:, :, [c]], zero)) for c in range(3)]
    expect.close(
        call(x, w, zero), by_taps(x, w, zero, 0), f"{function} of three channels", rtol=1e-4, atol=1e-5
    )
    expect.close(
        sum(parts),
        by_taps(x, w, zero, 0),
        f"the sum of {function} of each channel alone",
        rtol=1e-4,
        atol=1e-5,
    )


@pytest.mark.hint("Nothing may depend on where the window is.")
@for_both
def test_a_shifted_image_gives_a_shifted_output(submission, function):
    rng = np.random.default_rng(5)
    x, w, b = np.zeros((1, 10, 10, 1)), rng.normal(size=(3, 3, 1, 2)), rng.normal(size=2)
    x[0, 2:5, 3:6, 0] = rng.normal(size=(3, 3))
    call = getattr(submission, function)
    still, moved = np.asarray(call(x, w, b)), call(np.roll(x, (3, 2), axis=(1, 2)), w, b)
    expect.close(still, by_taps(x, w, b, 0), f"{function} of a patch", rtol=1e-4, atol=1e-5)
    expect.close(
        moved, np.roll(still, (3, 2), axis=(1, 2)), f"{function} of the shifted patch", rtol=1e-4, atol=1e-5
    )


@pytest.mark.hint("A 1x1 filter, a filter as large as the image, whole numbers: nothing special about them.")
@for_both
@pytest.mark.parametrize("k", [1, 4])
def test_very_small_and_very_large_filters(submission, function, k):
    rng = np.random.default_rng(k)
    x, w, b = rng.integers(-3, 4, (2, 4, 4, 2)), rng.integers(-3, 4, (k, k, 2, 3)), np.array([0.5, 0.25, 0])
    got = getattr(submission, function)(x, w, b)
    wrong = [
        (
            by_taps(x, w, b, 0).astype(int),
            "the fractions were cut off: the output needs floating-point numbers",
        )
    ]
    expect.close(
        got, by_taps(x, w, b, 0), f"{function} with filters {k}x{k}", rtol=1e-4, atol=1e-5, wrong=wrong
    )


@pytest.mark.task("im2col")
@pytest.mark.points(2)
@pytest.mark.hint("w.reshape(-1, F) and your columns must list the window in the same order.")
@pytest.mark.parametrize(
    ("shape", "k", "stride", "pad"), [((7, 5, 2), 3, 2, 0), ((4, 6, 3), 3, 1, 1), ((6, 6, 1), 2, 3, 2)]
)
def test_columns_times_filters_are_the_convolution(submission, shape, k, stride, pad):
    rng = np.random.default_rng(6)
    x, w = rng.normal(size=shape), rng.normal(size=(k, k, shape[2], 3))
    due = by_taps(x[None], w, 0, pad)[0, ::stride, ::stride]
    columns = submission.im2col(x, k, stride=stride, pad=pad)
    what = f"im2col of a {'x'.join(map(str, shape))} image, k={k}, stride={stride}, pad={pad},"
    expect.shape(columns, (k * k * shape[2], due[..., 0].size), what)
    got = w.reshape(-1, 3).T @ np.asarray(columns)
    expect.close(got, due.reshape(-1, 3).T, f"the filters times {what}", rtol=1e-4, atol=1e-5)


@pytest.mark.task("conv_params")
@pytest.mark.hint("k * k * cin / groups * cout, plus cout biases.")
@pytest.mark.parametrize(
    ("arguments", "settings", "due"),
    [
        ((3, 64, 128), {}, 73856),
        ((3, 64, 128), {"bias": False}, 73728),
        ((1, 64, 32), {}, 2080),
        ((11, 3, 96), {"bias": False}, 34848),
        ((3, 64, 64), {"groups": 64}, 640),
        ((5, 96, 256), {"groups": 2}, 307456),
    ],
    ids=str,
)
def test_the_layers_of_the_decks(submission, arguments, settings, due):
    expect.equal(
        submission.conv_params(*arguments, **settings), due, f"conv_params of {arguments} with {settings}"
    )


@pytest.mark.task("conv_params")
@pytest.mark.hint("if cin % groups or cout % groups: raise ValueError")
@pytest.mark.parametrize(("cin", "cout"), [(3, 64), (64, 3)])
def test_groups_must_divide_channels_and_filters(submission, cin, cout):
    what = f"conv_params(3, {cin}, {cout}, groups=2)"
    expect.raises("ValueError", lambda: submission.conv_params(3, cin, cout, groups=2), what)


@pytest.mark.task("conv_macs")
@pytest.mark.hint("Height and width shrink alike, by k - 1, but they need not be equal.")
@pytest.mark.parametrize(
    ("padding", "bias", "due"), [("same", True, 177600), ("valid", False, 145152), ("valid", True, 149184)]
)
def test_an_image_that_is_not_square(submission, padding, bias, due):
    wrong = [
        (20 * 20 * 8 * 37, "height and width may differ"),
        (30 * 30 * 8 * 37, "height and width may differ"),
    ]
    what = f'conv_macs((20, 30, 4), 3, 8, padding="{padding}", bias={bias})'
    got = submission.conv_macs((20, 30, 4), 3, 8, padding=padding, bias=bias)
    expect.equal(got, due, what, wrong=wrong)


@pytest.mark.task("conv_macs")
@pytest.mark.hint('The default is what deck 004 counts: padding="same", bias=True.')
def test_the_default_is_deck_004s_count(submission):
    wrong = [
        (588000, "that is deck 002's count; the default is deck 004's"),
        (768000, "the default counts the bias"),
    ]
    got = submission.conv_macs((32, 32, 3), 5, 10)
    expect.equal(got, 778240, "conv_macs((32, 32, 3), 5, 10)", wrong=wrong)


@pytest.mark.task("locally_connected_params")
@pytest.mark.hint("(height - k + 1) * (width - k + 1) places.")
@pytest.mark.parametrize(
    ("shape", "k", "cout", "bias", "due"), [((32, 32, 3), 5, 5, False, 294000), ((8, 6, 2), 3, 4, True, 1824)]
)
def test_other_locally_connected_layers(submission, shape, k, cout, bias, due):
    wrong = [
        (297920, "bias=False leaves the biases out"),
        (2736, "height and width may differ"),
        (1216, "height and width may differ"),
    ]
    what = f"locally_connected_params({shape}, {k}, {cout}, bias={bias})"
    expect.equal(submission.locally_connected_params(shape, k, cout, bias=bias), due, what, wrong=wrong)


@pytest.mark.task("build_conv_net")
@pytest.mark.points(2)
@pytest.mark.hint("Use all four arguments; padding='same' keeps the size.")
@pytest.mark.parametrize("arguments", [((32, 32, 3), 100, 32, 5), ((16, 12, 1), 4, 8, 3)], ids=str)
def test_other_networks_of_one_convolution(submission, arguments):
    input_shape, classes, filters, kernel_size = arguments
    convolution = {
        "filters": filters,
        "kernel_size": [kernel_size] * 2,
        "padding": "same",
        "activation": "relu",
    }
    stack = [
        layer("InputLayer", batch_shape=[None, *input_shape]),
        layer("Conv2D", **convolution),
        layer("GlobalAveragePooling2D"),
        layer("Dense", units=classes, activation="softmax"),
    ]
    due = {"class_name": "Sequential", "config": {"name": "due", "layers": stack}}
    expect.network(submission.build_conv_net(*arguments), due, f"build_conv_net{arguments}")


def layer(kind, **config):
    config = {"name": kind.lower(), **config}
    return {"class_name": kind, "module": "keras.layers", "registered_name": None, "config": config}
