"""The checks of exercise 03 that students see."""

import numpy as np
import pytest

from cnn_course.grading import expect


def sizes(w, f, s=1, p=0, d=1):
    """What typical mistakes make of an output size."""
    reach = d * (f - 1) + 1
    room = w + 2 * p - reach
    return [
        (room // s, "the + 1 is missing: the window also fits where it started"),
        (room + 1, "the stride is missing: divide by S before you add 1"),
        ((room + 1) // s, "add the 1 after the division by the stride"),
        (-(-room // s) + 1, "round down: a window that does not fit any more is left out"),
        (room / s + 1, "round down: a window that does not fit any more is left out"),
        ((w + p - reach) // s + 1, "padding counts on both sides: 2 P"),
        ((w - reach) // s + 1, "the padding is missing: 2 P"),
        ((w - 2 * p - reach) // s + 1, "padding makes the side longer: add 2 P"),
        ((w + 2 * p) // s, "the filter is missing: subtract F"),
        (-(-w // s), 'that is Keras\'s "same"; here the margin is given'),
        ((w + 2 * p - f) // s + 1, "the dilation is missing: the filter reaches over d * (f - 1) + 1 pixels"),
        (
            (w + 2 * p - d * f) // s + 1,
            "f taps have f - 1 gaps: the filter reaches over d * (f - 1) + 1 pixels, not d * f",
        ),
        ((w + 2 * p - f - d) // s + 1, "the filter reaches over d * (f - 1) + 1 pixels"),
    ]


SIZES = {
    (32, 5): 28,  # deck 003 (L42-49)
    (28, 5): 24,
    (7, 3): 5,  # deck 003 (L540-543)
    (5, 3, 1, 1): 5,  # deck 002 (L153-159)
    (5, 3, 2, 1): 3,
    (32, 5, 1, 2): 32,  # deck 003 (L54-62)
    (227, 11, 4): 55,  # deck 002 (L934-939)
}


@pytest.mark.task("conv_output_size")
@pytest.mark.points(0.5)
@pytest.mark.hint("(w - f + 2 * p) // s + 1, where the filter reaches over d * (f - 1) + 1 pixels.")
@pytest.mark.parametrize("arguments", list(SIZES), ids=lambda arguments: " ".join(map(str, arguments)))
def test_the_sizes_of_the_slides(submission, arguments):
    due, what = SIZES[arguments], f"conv_output_size({', '.join(map(str, arguments))})"
    wrong = [(answer, why) for answer, why in sizes(*arguments) if answer != due]
    expect.equal(submission.conv_output_size(*arguments), due, what, wrong=wrong)


def convolved(x, w, b, stride=1, pads=(0, 0), dilation=1, mode="constant"):
    """An independent convolution: all windows at once, as views, then one sum. `pads`: before and after."""
    k = w.shape[0]
    x = np.pad(x, ((0, 0), pads, pads, (0, 0)), mode=mode)
    reach = dilation * (k - 1) + 1
    windows = np.lib.stride_tricks.sliding_window_view(x, (reach, reach), axis=(1, 2))
    windows = windows[:, ::stride, ::stride, :, ::dilation, ::dilation]
    return np.einsum("nrcdij,ijdf->nrcf", windows, w) + b


def mistaken(x, w, b, stride=1, pad=0, dilation=1):
    """What typical mistakes make of a convolution, with what to say; none that happens to be right."""
    k, channels = w.shape[0], w.shape[2]
    both = (pad, pad)
    due = convolved(x, w, b, stride, both, dilation)
    answers = [
        (
            convolved(x, w[::-1, ::-1], b, stride, both, dilation),
            "the kernel is flipped; slide it as it is, do not turn it round",
        ),
        (
            convolved(x, w.transpose(1, 0, 2, 3), b, stride, both, dilation),
            "rows and columns of the kernel have changed places",
        ),
        (convolved(x, w, 0, stride, both, dilation), "the bias is missing"),
        (
            convolved(x, w, b * channels, stride, both, dilation),
            "the bias was added for every channel; a filter has one, added once",
        ),
        (
            convolved(x, w, b * k * k * channels, stride, both, dilation),
            "the bias was added to every product; it is added once, to the sum",
        ),
        (
            convolved(x, w, b[0], stride, both, dilation),
            "all filters got the bias of the first; each has its own",
        ),
        (
            convolved(x, w[..., :1], b[0], stride, both, dilation).repeat(w.shape[3], axis=3),
            "only the first filter was used",
        ),
        (convolved(x, w[..., :1], b[:1], stride, both, dilation), "only the first filter was used"),
        (
            convolved(x[..., :1], w[:, :, :1], b, stride, both, dilation),
            "only the first channel was looked at; add up all of them",
        ),
        (
            convolved(x, w / channels, b, stride, both, dilation),
            "that is a mean over the channels; they are added up",
        ),
        (
            convolved(x, w / (k * k * channels), b, stride, both, dilation),
            "that is a mean of the products; they are added up",
        ),
        (
            convolved(x.sum(axis=3, keepdims=True), w[:, :, :1], b, stride, both, dilation),
            "every channel has its own kernel; do not add the channels up first",
        ),
        (
            np.maximum(convolved(x, w, b, stride, both, dilation), 0),
            "there is a ReLU in it; a convolution may be negative",
        ),
        (
            convolved(x[:1], w, b, stride, both, dilation).repeat(len(x), axis=0),
            "every image became the first one",
        ),
        (convolved(x[:1], w, b, stride, both, dilation), "only the first image was convolved"),
        (
            convolved(x, w, b, 1, both, dilation),
            "the stride is missing: the window moves by more than one pixel",
        ),
        (convolved(x, w, b, stride, both, 1), "the dilation is missing: the taps have gaps between them"),
    ]
    due = convolved(x, w, b, stride, both, dilation)
    by_rows = w.reshape(w.shape[3], -1).T.reshape(w.shape)
    answers += [
        (
            due.transpose(0, 3, 1, 2).reshape(due.shape),
            "the output was reshaped, not transposed: in the product the filters come first",
        ),
        (
            convolved(x, by_rows, b, stride, both, dilation),
            "the filters were reshaped, not transposed: w.reshape(-1, F) has one in each column",
        ),
    ]
    if pad:
        answers += [
            (
                convolved(x, w, b, stride, (0, 2 * pad), dilation),
                "the zeros are at the bottom and right only; pad all four sides",
            ),
            (
                convolved(x, w, b, stride, (2 * pad, 0), dilation),
                "the zeros are at the top and left only; pad all four sides",
            ),
            (
                convolved(x, w, b, stride, (0, pad), dilation),
                "the zeros are at the bottom and right only; pad all four sides",
            ),
            (
                convolved(x, w, b, stride, (pad, 0), dilation),
                "the zeros are at the top and left only; pad all four sides",
            ),
            (convolved(x, w, b, stride, (0, 0), dilation), "the padding is missing"),
            (
                convolved(x, w, b, stride, both, dilation, "edge"),
                "the margin repeats the border; pad with zeros",
            ),
            (
                convolved(x, w, b, stride, both, dilation, "reflect"),
                "the margin mirrors the image; pad with zeros",
            ),
        ]
    return [(a, why) for a, why in answers if a.shape != due.shape or not np.allclose(a, due)]


def check(submission, function, x, w, b, what, **settings):
    pads = (settings.get("pad", 0),) * 2
    due = convolved(x, w, b, settings.get("stride", 1), pads, settings.get("dilation", 1))
    got = getattr(submission, function)(x, w, b, **settings)
    expect.close(got, due, what, rtol=1e-4, atol=1e-5, wrong=mistaken(x, w, b, **settings))


def some(n=2, height=5, width=6, channels=3, k=3, filters=4, seed=0):
    """Random images, filters and biases."""
    rng = np.random.default_rng(seed)
    images, kernels = (
        rng.normal(size=(n, height, width, channels)),
        rng.normal(size=(k, k, channels, filters)),
    )
    return images, kernels, rng.normal(size=filters)


SLIDE_IMAGE = np.array([[1, 2, 1, 1], [2, -1, 0, 1], [0, 2, 1, 1], [1, 0, -2, 2]], "float64").reshape(
    1, 4, 4, 1
)
SLIDE_FILTER = np.array([[1, -1, 1], [2, 0, -1], [-2, 2, 1]], "float64").reshape(3, 3, 1, 1)


def both(function):
    """One check for each of the two convolutions, under the task that it belongs to."""
    tasks = [
        pytest.param(name, marks=pytest.mark.task(name), id=name) for name in ("conv2d_loops", "conv2d_gemm")
    ]
    return pytest.mark.parametrize("function", tasks)(function)


@pytest.mark.hint(
    "The sum of window * filter, plus the bias. Of the first window only four pixels are not zeros."
)
@both
def test_the_first_number_of_the_slide_is_2(submission, function):
    y = getattr(submission, function)(SLIDE_IMAGE, SLIDE_FILTER, np.array([1.0]), pad=1)
    what = f"{function} of deck 004's example"
    expect.shape(y, (1, 4, 4, 1), what)
    wrong = [
        (1.0, "the bias is missing"),
        (10.0, "the zeros are at the bottom and right only; pad all four sides"),
    ]
    expect.close(np.asarray(y)[0, 0, 0, 0], 2.0, f"the top left number of {what}", rtol=1e-5, wrong=wrong)


@pytest.mark.points(2)
@pytest.mark.hint("Top left: 1*1 + 2*2 + 4*0 + 5*(-1) = 0. The kernel lies on the image as it is printed.")
@both
def test_a_2x2_filter_on_the_numbers_1_to_9(submission, function):
    x = np.arange(1.0, 10.0).reshape(1, 3, 3, 1)
    w = np.array([[1.0, 2.0], [0.0, -1.0]]).reshape(2, 2, 1, 1)
    check(
        submission,
        function,
        x,
        w,
        np.array([0.0]),
        f"{function} of [[1, 2, 3], [4, 5, 6], [7, 8, 9]] and [[1, 2], [0, -1]]",
    )


@pytest.mark.points(2)
@pytest.mark.hint(
    "The products are added over rows, columns and channels; each filter gives one channel of the output."
)
@both
def test_channels_are_added_up_and_filters_give_channels(submission, function):
    check(submission, function, *some(), f"{function} of two images 5x6x3 and four filters 3x3x3")


@pytest.mark.hint("np.pad with pad zeros before and after rows and columns; none for images and channels.")
@both
def test_the_margin_of_zeros_is_on_all_sides(submission, function):
    check(submission, function, *some(seed=1), f"{function}(x, w, b, pad=1)", pad=1)


@pytest.mark.hint("Window (row, column) starts at pixel (row * stride, column * stride).")
@both
def test_a_stride_of_2_takes_every_second_place(submission, function):
    check(submission, function, *some(height=7, width=9, seed=2), f"{function}(x, w, b, stride=2)", stride=2)


@pytest.mark.task("im2col")
@pytest.mark.points(2)
@pytest.mark.hint("Each window, reshape(-1), is one column: np.stack(windows, axis=1).")
def test_each_window_is_a_column(submission):
    x = np.arange(12.0).reshape(3, 4, 1)
    due = np.array(
        [
            [0, 1, 2, 4, 5, 6],
            [1, 2, 3, 5, 6, 7],
            [4, 5, 6, 8, 9, 10],
            [5, 6, 7, 9, 10, 11],
        ]
    )
    wrong = [
        (due.T, "the windows are rows; write them as columns"),
        (due[:, [0, 3, 1, 4, 2, 5]], "the windows are taken column by column; take them row by row"),
        (due[[0, 2, 1, 3]], "within a window the pixels are taken column by column; take them row by row"),
        (due.T.reshape(due.shape), "the windows were reshaped into columns; they must be transposed"),
        (due[:, [0, 2]], "the windows stand side by side; with stride 1 they overlap"),
    ]
    got = submission.im2col(x, 2)
    expect.close(got, due, "im2col of the numbers 0 to 11 (3x4) with 2x2 windows", wrong=wrong)


@pytest.mark.task("im2col")
@pytest.mark.hint("363 = 11 * 11 * 3 numbers in a window, 3025 = 55 * 55 windows.")
def test_alexnets_first_layer_has_363_by_3025_numbers(submission):
    got = submission.im2col(np.zeros((227, 227, 3), "float32"), 11, stride=4)
    expect.shape(got, (363, 3025), "im2col of a 227x227x3 image with 11x11 windows and stride 4")


def columns_of(x, k, stride=1, pads=(0, 0)):
    """All windows as columns, independently: one row of the matrix at a time."""
    x = np.pad(x, (pads, pads, (0, 0)))
    height, width = ((side - k) // stride + 1 for side in x.shape[:2])
    lines = [
        x[i : i + stride * (height - 1) + 1 : stride, j : j + stride * (width - 1) + 1 : stride, c].reshape(
            -1
        )
        for i in range(k)
        for j in range(k)
        for c in range(x.shape[2])
    ]
    return np.stack(lines)


@pytest.mark.task("im2col")
@pytest.mark.hint("x[top:top + k, left:left + k].reshape(-1) keeps the channels of a pixel together.")
@pytest.mark.parametrize(("stride", "pad"), [(1, 0), (2, 1)], ids=["stride 1", "stride 2, padded"])
def test_the_channels_of_a_pixel_stay_together(submission, stride, pad):
    x, k = np.random.default_rng(3).normal(size=(5, 6, 3)), 2
    due = columns_of(x, k, stride, (pad, pad))
    by_channel = due.reshape(k * k, 3, -1).transpose(1, 0, 2).reshape(due.shape)
    wrong = [
        (by_channel, "the window is written channel by channel; keep the channels of each pixel together"),
        (due.T, "the windows are rows; write them as columns"),
    ]
    if pad:
        wrong += [
            (columns_of(x, k, stride), "the padding is missing"),
            (
                columns_of(x, k, stride, (0, 2 * pad)),
                "the zeros are at the bottom and right only; pad all four sides",
            ),
            (columns_of(x, k, 1, (pad, pad)), "the stride is missing"),
        ]
    what = f"im2col of a 5x6x3 image with 2x2 windows, stride={stride}, pad={pad},"
    expect.close(submission.im2col(x, k, stride, pad), due, what, rtol=1e-5, wrong=wrong)


@pytest.mark.task("conv_params")
@pytest.mark.hint("One filter has k * k * cin weights and one bias; there are cout filters.")
def test_ten_5x5_filters_have_760_parameters(submission):
    wrong = [
        (750, "the biases are missing: one for each filter"),
        (751, "each filter has a bias of its own"),
        (76, "that is one filter; there are ten"),
        (260, "each filter is as deep as the image: three channels"),
        (780, "one bias for each filter, not for each channel"),
        (753, "one bias for each filter, not for each channel"),
        (160, "a 5x5 filter has 25 weights for each channel: k * k"),
    ]
    expect.equal(submission.conv_params(5, 3, 10), 760, "conv_params(5, 3, 10)", wrong=wrong)


@pytest.mark.task("conv_params")
@pytest.mark.hint("Without bias leave out the + 1; with groups each filter sees cin / groups channels.")
@pytest.mark.parametrize(
    ("settings", "due"),
    [({}, 36928), ({"bias": False}, 36864), ({"groups": 4}, 9280), ({"groups": 64, "bias": False}, 576)],
    ids=["with biases", "without", "4 groups", "64 groups without biases"],
)
def test_64_filters_on_64_channels(submission, settings, due):
    groups, bias = settings.get("groups", 1), settings.get("bias", True)
    wrong = [
        (
            36864 // groups // groups + 64 * bias,
            "the filters are not fewer: only the channels that each sees are divided",
        ),
        (
            (36864 + 64 * bias) // groups,
            "groups divide the weights, not the biases: each filter keeps its own",
        ),
        (36864 + 64 * bias, "each filter sees the channels of its group only: cin / groups"),
        (36864 // groups + 64, "there is no bias to count"),
        (36864 // groups, "the biases are missing: one for each filter"),
    ]
    what = f"conv_params(3, 64, 64{''.join(f', {name}={value}' for name, value in settings.items())})"
    wrong = [(answer, why) for answer, why in wrong if answer != due]
    expect.equal(submission.conv_params(3, 64, 64, **settings), due, what, wrong=wrong)


@pytest.mark.task("conv_macs")
@pytest.mark.hint(
    'Output pixels times filters times (k * k * d + 1); with "valid" there are k - 1 fewer rows and columns.'
)
@pytest.mark.parametrize(
    ("padding", "bias", "due"),
    [("same", True, 778240), ("same", False, 768000), ("valid", False, 588000), ("valid", True, 595840)],
    ids=["same, bias", "same, no bias", "valid, no bias", "valid, bias"],
)
def test_ten_5x5_filters_on_a_cifar_image(submission, padding, bias, due):
    outputs, products = 32 * 32 if padding == "same" else 28 * 28, 75 + bias
    wrong = [
        (outputs * products, "that is one filter; there are ten"),
        (10 * products, "that is one place; the filter is applied at each"),
        (1024 * 10 * products, 'with "valid" the output is smaller than the image'),
        (784 * 10 * products, 'with "same" the output is as large as the image'),
        (outputs * 10 * 76, "adding the bias is not to be counted"),
        (outputs * 10 * 75, "adding the bias counts as one more for each output"),
        (outputs * 750 + 10 * bias, "each output adds its bias, not each filter once"),
        (2 * outputs * 10 * products, "a multiplication with its addition counts as one"),
        (outputs * 10 * (25 + bias), "each filter is as deep as the image: three channels"),
        (27 * 27 * 10 * products, "there are W - k + 1 places in a row"),
    ]
    what = f'conv_macs((32, 32, 3), 5, 10, padding="{padding}", bias={bias})'
    got = submission.conv_macs((32, 32, 3), 5, 10, padding=padding, bias=bias)
    expect.equal(got, due, what, wrong=[(answer, why) for answer, why in wrong if answer != due])


@pytest.mark.task("locally_connected_params")
@pytest.mark.hint("At each of the 28 * 28 places: five filters of 75 weights and a bias.")
def test_five_filters_at_each_place_have_297920_parameters(submission):
    wrong = [
        (380, "that is the convolution, whose places share their filters"),
        (294000, "the biases are missing: each place and filter has its own"),
        (294005, "each place has its own biases, too"),
        (389120, "without padding there are 28x28 places"),
        (59584, "that is one filter at each place; there are five"),
        (277020, "there are W - k + 1 places in a row"),
        (12046160, "each unit sees its window only, not the whole image"),
    ]
    got = submission.locally_connected_params((32, 32, 3), 5, 5)
    expect.equal(got, 297920, "locally_connected_params((32, 32, 3), 5, 5)", wrong=wrong)


def conv_net(input_shape=(32, 32, 3), classes=10, filters=32, kernel_size=5):
    """The network that is expected, as Keras writes it down."""
    stack = [
        ("InputLayer", {"batch_shape": [None, *input_shape]}),
        (
            "Conv2D",
            {"filters": filters, "kernel_size": [kernel_size] * 2, "padding": "same", "activation": "relu"},
        ),
        ("GlobalAveragePooling2D", {}),
        ("Dense", {"units": classes, "activation": "softmax"}),
    ]
    named = [
        {
            "class_name": kind,
            "module": "keras.layers",
            "registered_name": None,
            "config": {"name": f"{kind}_{i}", **config},
        }
        for i, (kind, config) in enumerate(stack)
    ]
    return {"class_name": "Sequential", "config": {"name": "conv_net", "layers": named}}


@pytest.mark.task("build_conv_net")
@pytest.mark.points(2)
@pytest.mark.hint(
    "Conv2D(filters, kernel_size, padding='same', activation='relu'), GlobalAveragePooling2D, Dense."
)
def test_the_network_is_a_convolution_its_means_and_a_dense_layer(submission):
    expect.network(submission.build_conv_net(), conv_net(), "build_conv_net()")


@pytest.mark.task("build_conv_net")
@pytest.mark.hint("(5 * 5 * 3 + 1) * 32 for the filters, (32 + 1) * 10 for the classes.")
def test_the_network_has_2762_parameters(submission):
    got = submission.build_conv_net()
    wrong = [
        (2720, "all biases are missing"),
        (2730, "the filters have no biases"),
        (2752, "the dense layer has no biases"),
        (330122, "the maps were flattened; take the mean of each"),
        (253322, "the maps were flattened; take the mean of each"),
        (1226, "the filters are 3x3; they should be 5x5"),
        (2432, "the dense layer is missing"),
    ]
    expect.equal(
        getattr(got, "parameters", got), 2762, "the number of parameters of build_conv_net()", wrong=wrong
    )
