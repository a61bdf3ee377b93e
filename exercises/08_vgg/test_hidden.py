"""Checks that students do not see."""

import numpy as np
import pytest

from cnn_course.grading import expect, network

NAMES = {"A": "vgg11", "B": "vgg13", "E": "vgg19"}
PUBLISHED = {"A": 132_863_336, "B": 133_047_848, "E": 143_667_240}


@pytest.mark.task("compare_stacks")
@pytest.mark.points(2)
@pytest.mark.hint("Write the formulas with channels, n and big: nothing is fixed but the 3.")
def test_other_stacks_are_counted_as_well(submission):
    for channels, n, big in ((5, 1, 3), (17, 2, 5), (3, 7, 15), (12, 4, 7)):
        got = submission.compare_stacks(channels, n, big)
        what = f"compare_stacks({channels}, {n}, {big})"
        assert isinstance(got, dict), f"{what} gave {got!r:.80}, a dict was expected"
        due = {
            "stack": n * (9 * channels**2 + channels),
            "single": big**2 * channels**2 + channels,
            "stack_sees": 2 * n + 1,
            "single_sees": big,
        }
        expect.equal({key: got.get(key) for key in due}, due, what)


@pytest.mark.task("conv_stack")
@pytest.mark.points(2)
@pytest.mark.hint("n says how many convolutions; each has `filters` filters.")
def test_any_number_of_convolutions_on_odd_maps(submission):
    got = submission.on_input("conv_stack", (9, 15, 2), 5, 4)
    expect.equal(list(got.output_shape)[1:], [4, 7, 5], "the shape behind conv_stack(x, 5, 4) for 9x15 maps")
    due = 5 * (9 * 2 + 1) + 3 * 5 * (9 * 5 + 1)
    expect.equal(got.parameters, due, "the number of parameters of conv_stack(x, 5, 4) on 2 maps")


@pytest.mark.task("conv_stack")
@pytest.mark.seconds(60)
@pytest.mark.hint("ReLU follows every convolution, also the last one.")
def test_nothing_negative_leaves_the_block(submission):
    got = submission.on_input("conv_stack", (8, 8, 3), 6, 2, batch_norm=True)
    answer = got.predict(np.random.default_rng(3).normal(size=(4, 8, 8, 3)).astype("float32"))
    expect.shape(answer, (4, 4, 4, 6), "what conv_stack(x, 6, 2) makes of 8x8 maps")
    assert np.min(answer) >= 0, (
        f"conv_stack(x, 6, 2) gave {np.min(answer):.3g}; behind ReLU nothing is below 0"
    )


@pytest.mark.task("build_vgg")
@pytest.mark.points(2)
@pytest.mark.parametrize("config", ["A", "B", "E"])
@pytest.mark.hint("Compare your numbers of convolutions with the lesson's table.")
def test_the_other_columns_of_the_paper(submission, config):
    got = submission.build_vgg(config, input_shape=(32, 32, 3), classes=10, head="gap")
    what = f'build_vgg("{config}", input_shape=(32, 32, 3), classes=10, head="gap")'
    expect.network(got, network(NAMES[config], input_shape=(32, 32, 3), classes=10, head="gap"), what)
    dense = (7 * 7 * 512 + 1) * 4096 + (4096 + 1) * 4096 + (4096 + 1) * 1000
    due = PUBLISHED[config] - dense + 513 * 10
    expect.equal(got.parameters, due, f"the number of parameters of {what}")


@pytest.mark.task("build_vgg")
@pytest.mark.hint("The CIFAR-100 form: head gap, 100 classes, 32x32 pixels.")
def test_the_cifar_form_has_14_765_988_parameters(submission):
    got = submission.build_vgg("D", (32, 32, 3), 100, head="gap")
    expect.equal(
        got.parameters, 14_765_988, 'the number of parameters of build_vgg("D", (32, 32, 3), 100, "gap")'
    )
    got = submission.build_vgg("D", (32, 32, 3), 10, "gap")
    expect.equal(
        got.parameters, 14_719_818, 'the number of parameters of build_vgg("D", (32, 32, 3), 10, "gap")'
    )


@pytest.mark.task("build_vgg")
@pytest.mark.hint("The input's shape comes from the argument; the last dense layer has `classes` units.")
def test_images_may_be_oblong(submission):
    got = submission.build_vgg("A", input_shape=(64, 32, 1), classes=4, head="fc")
    expect.network(
        got,
        network("vgg11", input_shape=(64, 32, 1), classes=4),
        'build_vgg("A", input_shape=(64, 32, 1), classes=4)',
    )


@pytest.mark.task("vgg_table")
@pytest.mark.points(2)
@pytest.mark.seconds(60)
@pytest.mark.hint("Add up your columns for VGG16: decks 001 and 003 print every row.")
def test_the_sums_of_vgg16(submission):
    rows = submission.vgg_table(network("vgg16", input_shape=(224, 224, 3), head="gap"))
    numbers, weights = (sum(row[key] for row in rows) for key in ("numbers", "weights"))
    without_head = 15_237_608 - 4096 - 4096  # the image, thirteen convolutions, five poolings, 1000 scores
    expect.equal(numbers, without_head + 512, "all numbers of VGG16 with the GAP head")
    expect.equal(weights, 15_227_688 - 4224 - 1000, "all weights of VGG16 with the GAP head")
    names = [row["layer"] for row in rows]
    expect.equal(names[-2:], ["GAP", "FC-1000"], "the last two names in the table of VGG16 with the GAP head")
    expect.equal(len(rows), 21, "the number of rows of VGG16 with the GAP head")


@pytest.mark.task("vgg_table")
@pytest.mark.hint("Batch normalisation and its ReLU have no row, whatever comes between.")
def test_normalised_networks_have_the_same_rows(submission):
    plain, normalised = (
        submission.vgg_table(network("vgg11", input_shape=(32, 32, 3), classes=5, head="gap", batch_norm=on))
        for on in (False, True)
    )
    for row, other in zip(plain, normalised, strict=False):
        expect.equal(other, row, "a row of the table with batch normalisation")
    expect.equal(len(normalised), len(plain), "the number of rows with batch normalisation")


@pytest.mark.task("vgg_table")
@pytest.mark.hint(
    "The name has the side of the kernel or window and the number of filters: read both from the layer."
)
def test_other_kernels_have_other_names(submission):
    rows = submission.vgg_table(network("alexnet_cifar", norm="none"))
    names = [row["layer"] for row in rows]
    due = ["INPUT", "CONV5-48", "POOL3", "CONV5-128", "POOL3", "CONV3-192", "CONV3-192", "CONV3-128", "POOL3"]
    due += ["FC-512", "FC-512", "FC-10"]
    by_stride = [name.replace("POOL3", "POOL2") for name in due]
    wrong = [(by_stride, "the window of AlexNet's pooling is 3 wide and moves by 2; the name has the window")]
    expect.equal(names, due, "the names in the table of a small AlexNet", wrong=wrong)
