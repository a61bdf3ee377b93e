"""Checks that students see."""

import numpy as np
import pytest

from cnn_course.grading import expect, network


def _compared(submission, channels, n, big, **options):
    """The answer as a dict with all four keys, or a complaint."""
    got = submission.compare_stacks(channels, n, big, **options)
    given = "".join(f", {key}={value}" for key, value in options.items())
    what = f"compare_stacks({channels}, {n}, {big}{given})"
    assert got is not None, f"{what} gave None, a dict was expected: is a return missing?"
    assert isinstance(got, dict), f"{what} gave {got!r:.80}, a dict was expected"
    for key in ("stack", "single", "stack_sees", "single_sees"):
        assert key in got, f"{what} has no key {key!r}; it has {', '.join(map(repr, got)) or 'none'}"
    return got, what


@pytest.mark.task("compare_stacks")
@pytest.mark.hint("The first layer sees 3 pixels, each further one adds one on every side.")
def test_a_stack_of_five_sees_as_much_as_11x11(submission):
    got, what = _compared(submission, 1, 5, 11)
    wrong = [
        (15, "windows overlap: three pixels each would need a stride of 3"),
        (10, "the first layer sees 3, each further one 2 more"),
        (3, "that is what it sees of the layer before it, not of the image"),
        (121, "the side of the square is asked for, not its area"),
    ]
    expect.equal(got["stack_sees"], 11, f'{what}["stack_sees"]', wrong=wrong)
    area = [(121, "the side of the square is asked for, not the number of its pixels")]
    expect.equal(got["single_sees"], 11, f'{what}["single_sees"]', wrong=area)


@pytest.mark.task("compare_stacks")
@pytest.mark.points(2)
@pytest.mark.parametrize(
    ("channels", "stack", "single"), [(1, 50, 122), (8, 2920, 7752)], ids=["1 channel", "8 channels"]
)
@pytest.mark.hint("One filter has k * k * channels weights and a bias; a layer has `channels` filters.")
def test_parameters_of_the_slides(submission, channels, stack, single):
    got, what = _compared(submission, channels, 5, 11)
    _expect_parameters(got, what, channels, 5, 11, stack, single)


def _expect_parameters(got, what, channels, n, big, stack, single):
    one = channels * (9 * channels + 1)
    wrong_stack = [
        (n * 9 * channels**2, "the biases are missing, one per filter"),
        (one, "that is one of the layers of the stack"),
        (n * (9 * channels + channels), "every filter looks at all channels, and there are as many filters"),
        (n * (9 * channels + 1), "that is one filter per layer; a layer has as many filters as maps"),
        (n * (9 * channels**2 + 1), "every filter has a bias, not every layer one"),
        (9 * channels**2 * n + channels, "every layer of the stack has its biases"),
    ]
    wrong_single = [
        (big**2 * channels**2, "the biases are missing, one per filter"),
        (big**2 * channels + channels, "every filter looks at all channels, and there are as many filters"),
        (big**2 * channels + 1, "that is one filter; a layer has as many filters as maps"),
        (big**2 * channels**2 + 1, "every filter has a bias, not every layer one"),
        (big * channels**2 + channels, "a kernel has big * big weights per channel"),
    ]
    expect.equal(got["stack"], stack, f'{what}["stack"]', wrong=wrong_stack)
    expect.equal(got["single"], single, f'{what}["single"]', wrong=wrong_single)


@pytest.mark.task("compare_stacks")
@pytest.mark.hint("bias=False counts weights alone: 27 and 49 per pair of channels.")
def test_without_biases_27_against_49_weights_per_pair_of_channels(submission):
    got, what = _compared(submission, 64, 3, 7, bias=False)
    with_bias = "bias=False, but biases are counted"
    expect.equal(got["stack"], 27 * 64**2, f'{what}["stack"]', wrong=[(27 * 64**2 + 3 * 64, with_bias)])
    expect.equal(got["single"], 49 * 64**2, f'{what}["single"]', wrong=[(49 * 64**2 + 64, with_bias)])


def stack_of(filters, n, batch_norm=False, input_shape=(16, 16, 8)):
    """The block as it should be, as plain data that is compared."""
    shape = [None, *input_shape]
    rows = [("InputLayer", {"batch_shape": shape, "name": "image"})]
    for number in range(n):
        conv = {"filters": filters, "kernel_size": [3, 3], "strides": [1, 1], "padding": "same"}
        conv |= {"use_bias": not batch_norm, "activation": "linear" if batch_norm else "relu"}
        rows.append(("Conv2D", {"name": f"conv{number + 1}", **conv}))
        if batch_norm:
            rows.append(("BatchNormalization", {"name": f"bn{number + 1}"}))
            rows.append(("Activation", {"name": f"relu{number + 1}", "activation": "relu"}))
    rows.append(
        ("MaxPooling2D", {"name": "pool", "pool_size": [2, 2], "strides": [2, 2], "padding": "valid"})
    )
    layers = [{"module": "keras.layers", "class_name": kind, "config": config} for kind, config in rows]
    return {"class_name": "Sequential", "config": {"name": "conv_stack", "layers": layers}}


@pytest.mark.task("conv_stack")
@pytest.mark.points(2)
@pytest.mark.hint("A loop over n: x = layer(x). The pooling comes once, after the loop.")
def test_two_convolutions_and_one_pooling(submission):
    got = submission.on_input("conv_stack", (16, 16, 8), 32, 2)
    expect.network(got, stack_of(32, 2), "conv_stack(x, 32, 2)")


@pytest.mark.task("conv_stack")
@pytest.mark.hint("convolution -> batch normalisation -> ReLU, each time.")
def test_batch_normalisation_stands_before_every_relu(submission):
    got = submission.on_input("conv_stack", (16, 16, 8), 16, 2, batch_norm=True)
    expect.network(got, stack_of(16, 2, batch_norm=True), "conv_stack(x, 16, 2, batch_norm=True)")
    kernels, norms = 9 * 8 * 16 + 9 * 16 * 16, 2 * 4 * 16
    useless = "batch normalisation subtracts the biases of the convolutions again: use_bias=False there"
    expect.equal(
        got.parameters,
        kernels + norms,
        "the number of parameters of conv_stack(x, 16, 2, batch_norm=True) on 8 maps",
        wrong=[(kernels + norms + 2 * 16, useless)],
    )


PUBLISHED = {
    "A": 132_863_336,
    "B": 133_047_848,
    "D": 138_357_544,
    "E": 143_667_240,
}  # on 224x224, 1000 classes
FROM_224_TO_32 = (7 * 7 - 1) * 512 * 4096  # what the first dense layer saves on 32x32 images


@pytest.mark.task("build_vgg")
@pytest.mark.points(2)
@pytest.mark.seconds(60)
@pytest.mark.hint(
    "for n, filters in zip(convolutions, (64, 128, 256, 512, 512)): x = conv_stack(x, filters, n)"
)
def test_vgg16_has_the_published_number_of_parameters(submission):
    got = submission.build_vgg("D", input_shape=(32, 32, 3))
    what = 'build_vgg("D", input_shape=(32, 32, 3))'
    expect.network(got, network("vgg16", input_shape=(32, 32, 3)), what)
    on_224 = got.parameters + FROM_224_TO_32
    wrong = [(PUBLISHED[config], f"that is configuration {config}") for config in "ABE"]
    expect.equal(on_224, PUBLISHED["D"], "the number of parameters of VGG16 on 224x224 images", wrong=wrong)


@pytest.mark.task("build_vgg")
@pytest.mark.hint("head='gap': GlobalAveragePooling2D, then the last dense layer at once.")
def test_the_gap_head_leaves_a_tenth_of_the_parameters(submission):
    got = submission.build_vgg("D", input_shape=(32, 32, 3), head="gap")
    what = 'build_vgg("D", input_shape=(32, 32, 3), head="gap")'
    expect.network(got, network("vgg16", input_shape=(32, 32, 3), head="gap"), what)
    wrong = [(14_714_688, "the last dense layer is missing")]
    expect.equal(got.parameters, 15_227_688, f"the number of parameters of {what}", wrong=wrong)


@pytest.mark.task("build_vgg")
@pytest.mark.hint("The defaults stand in the signature; hand batch_norm on to conv_stack.")
def test_batch_normalisation_reaches_every_block(submission):
    options = {"input_shape": (32, 32, 3), "classes": 100, "head": "gap", "batch_norm": True}
    got = submission.build_vgg("A", **options)
    expect.network(got, network("vgg11", **options), 'build_vgg("A", head="gap", batch_norm=True)')


@pytest.mark.task("build_vgg")
@pytest.mark.parametrize("wrong", [{"config": "C"}, {"head": "svm"}], ids=["config C", "head svm"])
@pytest.mark.hint("raise ValueError(...) with the choices in its message.")
def test_an_unknown_form_is_refused(submission, wrong):
    key, value = next(iter(wrong.items()))
    options = {"input_shape": (32, 32, 3), "classes": 10} | wrong
    expect.raises("ValueError", lambda: submission.build_vgg(**options), f"build_vgg({key}={value!r})")


def rows_of(submission, *given, **arguments):
    """The table as a list of dicts with the four keys, or a complaint."""
    rows = submission.vgg_table(network(*given, **arguments))
    assert rows is not None, "vgg_table(model) gave None, a list was expected: is a return missing?"
    assert isinstance(rows, list | tuple), f"vgg_table(model) gave {rows!r:.80}, a list of dicts was expected"
    for row in rows:
        assert isinstance(row, dict), f"vgg_table(model) has the row {row!r:.80}; a dict was expected"
        for key in ("layer", "shape", "numbers", "weights"):
            assert key in row, f"a row of vgg_table(model) has no {key!r}: {row!r:.120}"
    return rows


@pytest.mark.task("vgg_table")
@pytest.mark.points(2)
@pytest.mark.hint(
    "isinstance(layer, layers.Conv2D) and so on tell you which rows to make and how to call them."
)
def test_the_rows_of_the_course_cnn_with_their_names(submission):
    names = [row["layer"] for row in rows_of(submission, "course_cnn", classes=10)]
    due = ["INPUT", "CONV3-32", "POOL2", "CONV3-32", "POOL2", "CONV3-32", "FC-10"]
    for number, (name, wanted) in enumerate(zip(names, due, strict=False), start=1):
        what = f"the name in row {number} of vgg_table(the course CNN)"
        expect.equal(name, wanted, what, wrong=_misnamed(wanted))
    expect.equal(len(names), len(due), "the number of rows of vgg_table(the course CNN)")


def _misnamed(wanted):
    return [
        ("CONV3-32", "the first row is the image's"),
        (wanted.replace("CONV3", "CONV"), "the slides' name has the side of the kernel: CONV3"),
        (wanted.replace("POOL2", "POOL"), "the slides' name has the side of the window: POOL2"),
        (wanted.replace("FC-", "FC"), "the slides write FC-10"),
        ("FLATTEN", "flattening has no row"),
    ]


@pytest.mark.task("vgg_table")
@pytest.mark.points(2)
@pytest.mark.hint("The kernel's shape is (height, width, channels, filters): multiply. The image is row 1.")
def test_weights_are_counted_without_biases(submission):
    rows = rows_of(submission, "course_cnn", classes=10)
    weights, biases = (0, 864, 0, 9216, 0, 9216, 5120), (0, 32, 0, 32, 0, 32, 10)
    for number, (row, due, bias) in enumerate(zip(rows, weights, biases, strict=False), start=1):
        what = f"the weights in row {number}, {row['layer']}, of vgg_table(the course CNN)"
        wrong = [(due + bias, "the decks' column counts no biases")] if bias else []
        expect.equal(row["weights"], due, what, wrong=wrong)


@pytest.mark.task("vgg_table")
@pytest.mark.hint("numbers is the product of the shape, batch left out.")
def test_numbers_are_the_product_of_the_shape(submission):
    rows = rows_of(submission, "course_cnn", classes=10)
    shapes = [(32, 32, 3), (30, 30, 32), (15, 15, 32), (13, 13, 32), (6, 6, 32), (4, 4, 32), (10,)]
    for number, (row, shape) in enumerate(zip(rows, shapes, strict=False), start=1):
        what = f"in row {number}, {row['layer']}, of vgg_table(the course CNN)"
        batch = [([None, *shape], "the first number is the batch; leave it out")]
        expect.equal(list(row["shape"]), list(shape), f"the shape {what}", wrong=batch)
        typical = [
            (4 * int(np.prod(shape)), "those are bytes; numbers are asked for"),
            (sum(shape), "the sizes are multiplied, not added"),
        ]
        expect.equal(row["numbers"], int(np.prod(shape)), f"the numbers {what}", wrong=typical)
