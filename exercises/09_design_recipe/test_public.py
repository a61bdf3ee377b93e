"""Checks that students see."""

import numpy as np
import pytest

from cnn_course.grading import expect, network


def photograph(height, width):
    """Channel 0 counts columns, channel 1 rows, channel 2 is 100 everywhere."""
    rows, columns = np.mgrid[:height, :width]
    return np.stack([columns, rows, np.full_like(rows, 100)], axis=-1).astype("float32")


def cut(image, top, left, side):
    return image[top : top + side, left : left + side]


def squeezed(height, width, side):
    """What resizing to a square without cutting makes of `photograph`."""
    columns, rows = ((np.arange(side) + 0.5) * size / side - 0.5 for size in (width, height))
    return np.stack(np.broadcast_arrays(columns, rows[:, None], 100.0), axis=-1)


@pytest.mark.task("resize_center_crop")
@pytest.mark.hint("left = (width - R) // 2, and the same for the top.")
def test_the_middle_is_cut_out(submission):
    image = photograph(32, 48)
    wrong = [
        (cut(image, 0, 0, 32), "that is the left end, not the middle"),
        (cut(image, 0, 16, 32), "that is the right end, not the middle"),
        (squeezed(32, 48, 32), "you squeezed the width; the recipe cuts instead"),
        (cut(image, 0, 8, 32) / 255, "the numbers should stay on their scale; you divided by 255"),
    ]
    what = "resize_center_crop(a 32x48 image, 32)"
    got = submission.resize_center_crop(image, 32)
    expect.close(got, cut(image, 0, 8, 32), what, atol=0.6, wrong=wrong)


@pytest.mark.task("resize_center_crop")
@pytest.mark.hint("shape[0] is the height: rows come first.")
def test_tall_images_are_cut_above_and_below(submission):
    image = photograph(48, 32)
    wrong = [
        (cut(image, 0, 0, 32), "that is the upper end, not the middle"),
        (cut(image, 16, 0, 32), "that is the lower end, not the middle"),
        (squeezed(48, 32, 32), "you squeezed the height; the recipe cuts instead"),
        (cut(image, 8, 0, 32) / 255, "the numbers should stay on their scale; you divided by 255"),
    ]
    got = submission.resize_center_crop(image, 32)
    expect.close(got, cut(image, 8, 0, 32), "resize_center_crop(a 48x32 image, 32)", atol=0.6, wrong=wrong)


@pytest.mark.task("resize_center_crop")
@pytest.mark.points(2)
@pytest.mark.hint("scale = R / min(height, width); both sides are multiplied by it.")
def test_the_shorter_side_becomes_r(submission):
    image = photograph(64, 96)
    columns, rows = 16.5 + 2 * np.arange(32), 0.5 + 2 * np.arange(32)
    due = np.stack(np.broadcast_arrays(columns, rows[:, None], 100.0), axis=-1)
    long_side = "you made the longer side R; the image then lacks rows"
    wrong = [
        (cut(image, 16, 32, 32), "you cut without resizing: the animal's head alone is left"),
        (squeezed(64, 96, 32), "you squeezed the image into a square; scale both sides by the same factor"),
        (due / 255, "the numbers should stay on their scale; you divided by 255"),
    ]
    what = "resize_center_crop(a 64x96 image, 32)"
    got = submission.resize_center_crop(image, 32)
    if np.shape(got) in ((21, 32, 3), (22, 32, 3), (21, 21, 3), (22, 22, 3)):
        raise AssertionError(f"{what} has shape {np.shape(got)}, (32, 32, 3) was expected; {long_side}")
    expect.close(got, due, what, atol=1.6, wrong=wrong)


def little_cifar(count=40):
    """Ten labels again and again, and images whose pixels say which image they are."""
    labels = np.arange(count) * 7 % 10
    return np.arange(count)[:, None, None, None] * np.ones((1, 2, 2, 3), "uint8"), labels


def subset(submission, x, y, what="cat_dog_subset(x, y)"):
    got = submission.cat_dog_subset(x, y)
    assert got is not None, f"{what} gave None, a pair was expected: is a return missing?"
    if not isinstance(got, list | tuple) or len(got) != 2:
        raise AssertionError(f"{what} gave {got!r:.60}; a pair (images, labels) was expected")
    return got


@pytest.mark.task("cat_dog_subset")
@pytest.mark.points(2)
@pytest.mark.hint("A mask: wanted = (y == 3) | (y == 5); x[wanted] and y[wanted] then belong together.")
def test_cats_are_0_and_dogs_1(submission):
    x, y = little_cifar()
    images, labels = subset(submission, x, y)
    wanted = (y == 3) | (y == 5)
    answers = y[wanted]
    due = (answers == 5).astype(int)
    wrong = [
        (answers, "the labels are still CIFAR-10's, 3 and 5; two classes are called 0 and 1"),
        (1 - due, "cat and dog have changed places: cat is 0, dog 1"),
        (np.sort(due), "the images keep their order, so the labels must too"),
        (np.eye(2)[due], "labels are numbers here, not one-hot vectors"),
    ]
    expect.close(labels, due, "the labels of cat_dog_subset(x, y)", wrong=wrong)
    wrong = [
        (x, "all images are still there"),
        (np.concatenate([x[y == 3], x[y == 5]]), "all cats come first; keep the order of the images"),
    ]
    expect.close(images, x[wanted], "the images of cat_dog_subset(x, y)", wrong=wrong)


@pytest.mark.task("cat_dog_subset")
@pytest.mark.hint("reshape(-1) makes (N,) of both.")
def test_labels_may_come_as_a_column(submission):
    x, y = little_cifar()
    _, labels = subset(submission, x, y[:, None], "cat_dog_subset(x, y) with y of shape (N, 1)")
    due = (y[(y == 3) | (y == 5)] == 5).astype(int)
    column = [(due[:, None], "labels of shape (M,) are wanted, not a column")]
    expect.close(labels, due, "the labels of cat_dog_subset(x, y) with y of shape (N, 1)", wrong=column)


def doubled(sides, start=64, cap=512):
    return [[side, min(start * 2**number, cap)] for number, side in enumerate(sides)]


@pytest.mark.task("plan_groups")
@pytest.mark.points(2)
@pytest.mark.hint(
    "A loop: note (side, filters), then halve the one and double the other, until side is 7 or less."
)
def test_the_decks_example(submission):
    got = submission.plan_groups(224, True)
    wrong = [
        (
            doubled([56, 28, 14]),
            "you pool the last group too; without pool_last one more group follows, at 7x7",
        ),
        (doubled([224, 112, 56, 28, 14, 7]), "the stem leaves a quarter of the side: 224 -> 56"),
        (
            doubled([112, 56, 28, 14, 7]),
            "the stem has a stride of 2 and a pooling: a quarter of the side is left",
        ),
        (doubled([56, 28, 14, 7, 3]), "7 is small enough: stack until the side is 7 or less"),
        (
            doubled([28, 14, 7]),
            "the first group works on what the stem leaves, 56x56, before its own pooling",
        ),
        (doubled([56, 28, 14, 7], start=128), "the first group has `start` filters; double behind it"),
        ([[56, 64], [28, 128], [14, 192], [7, 256]], "filters double, 64, 128, 256; you add 64 each time"),
        ([[56, 64], [28, 64], [14, 64], [7, 64]], "filters double from group to group"),
        ([64, 128, 256, 512], "each group is a pair (side, filters)"),
        ([list(pair[::-1]) for pair in doubled([56, 28, 14, 7])], "the side comes first, then the filters"),
    ]
    expect.equal(got, doubled([56, 28, 14, 7]), "plan_groups(224, True)", wrong=wrong)


@pytest.mark.task("plan_groups")
@pytest.mark.hint("min(2 * filters, cap)")
def test_no_group_has_more_than_512_filters(submission):
    got = submission.plan_groups(224, False)
    sides = [224, 112, 56, 28, 14, 7]
    wrong = [
        (doubled(sides, cap=4096), "filters stop doubling at cap, 512"),
        (doubled([56, 28, 14, 7]), "stem is False here: groups begin at 224"),
    ]
    expect.equal(got, doubled(sides), "plan_groups(224, False)", wrong=wrong)


@pytest.mark.task("plan_groups")
@pytest.mark.hint("With pool_last, stop as soon as the maps that leave a group have 7 pixels a side or less.")
def test_if_every_group_is_pooled_one_less_will_do(submission):
    got = submission.plan_groups(32, False, start=32, pool_last=True)
    wrong = [
        (
            doubled([32, 16, 8, 4], start=32),
            "the group at 8x8 is pooled to 4x4, small enough: pool_last stops there",
        ),
        (doubled([32, 16], start=32), "the group at 16x16 leaves 8x8, which is more than 7"),
    ]
    expect.equal(
        got, doubled([32, 16, 8], start=32), "plan_groups(32, False, start=32, pool_last=True)", wrong=wrong
    )


@pytest.mark.task("plan_groups")
@pytest.mark.hint("if side % 2: warnings.warn(...) wherever a map is pooled.")
def test_an_odd_side_earns_a_warning(submission):
    said = submission.scenario("warnings_of_plan", 100, True)
    assert said, "plan_groups(100, True) did not warn: the stem leaves 25 pixels, and 25 is pooled to 12"
    assert any("100" in text for text in said), f"the warning should name R, 100; it says {said[0]!r:.80}"
    quiet = submission.scenario("warnings_of_plan", 224, True)
    assert not quiet, (
        f"plan_groups(224, True) warned {quiet[0]!r:.80}; every side that is pooled is even, 7 is not pooled"
    )


def recipe(**changes):
    """The builder's arguments and those of `recipe_cnn`, which means the same."""
    given = {
        "R": 32,
        "classes": 2,
        "start": 64,
        "stem": None,
        "pool_last": False,
        "batch_norm": False,
    } | changes
    theirs = {key: given[key] for key in ("classes", "stem", "pool_last", "batch_norm")}
    side = given["R"]
    return network("recipe_cnn", input_shape=(side, side, 3), filters=given["start"], **theirs)


def said(changes):
    return f"build_recipe_net({', '.join(f'{key}={value}' for key, value in changes.items())})"


@pytest.mark.task("build_recipe_net")
@pytest.mark.points(2)
@pytest.mark.hint("Two convolutions per row of plan_groups(R, stem, start); pooling between the groups only.")
def test_cats_and_dogs_at_32_pixels(submission):
    changes = {"R": 32, "start": 32}
    got = submission.build_recipe_net(**changes)
    expect.network(got, recipe(**changes), said(changes))
    expect.equal(got.parameters, 1_174_826 - 8 * 257, f"the number of parameters of {said(changes)}")


@pytest.mark.task("build_recipe_net")
@pytest.mark.points(2)
@pytest.mark.hint("7x7 with stride 2 and ReLU, 2x2 max pooling, then the groups; stem=None means R >= 100.")
def test_the_decks_example_has_5242984_parameters(submission):
    changes = {"R": 224, "classes": 1000}
    got = submission.build_recipe_net(**changes)
    expect.network(got, recipe(**changes), said(changes))
    expect.equal(got.parameters, 5_242_984, f"the number of parameters of {said(changes)}")


@pytest.mark.task("build_recipe_net")
@pytest.mark.hint("Hand pool_last on to plan_groups, and pool behind the last group too.")
def test_all_groups_may_be_pooled(submission):
    changes = {"R": 32, "start": 32, "pool_last": True}
    expect.network(submission.build_recipe_net(**changes), recipe(**changes), said(changes))


@pytest.mark.task("build_recipe_net")
@pytest.mark.hint("convolution -> batch normalisation -> ReLU")
def test_batch_normalisation_stands_before_every_relu(submission):
    changes = {"R": 32, "start": 16, "batch_norm": True}
    expect.network(submission.build_recipe_net(**changes), recipe(**changes), said(changes))


@pytest.mark.task("depth")
@pytest.mark.points(2)
@pytest.mark.hint("isinstance(layer, (layers.Conv2D, layers.Dense)): count those.")
def test_the_decks_network_has_depth_10(submission):
    got = submission.depth(network("recipe_cnn", input_shape=(224, 224, 3), filters=8))
    wrong = [
        (9, "the linear layer has parameters too"),
        (16, "pooling has no parameters"),
        (14, "pooling has no parameters"),
        (15, "pooling has no parameters"),
        (17, "those are all layers; count those with parameters"),
        (18, "those are all layers; count those with parameters"),
        (20, "weights and biases of a layer count once"),
    ]
    expect.equal(got, 10, "depth(the recipe's network for R = 224)", wrong=wrong)


@pytest.mark.task("depth")
@pytest.mark.hint(
    "`if layer.weights` would count batch normalisation too: ask for the kinds of layers instead."
)
def test_batch_normalisation_does_not_make_it_deeper(submission):
    got = submission.depth(network("recipe_cnn", input_shape=(32, 32, 3), filters=8, batch_norm=True))
    wrong = [
        (17, "batch normalisation counts with its convolution"),
        (8, "the linear layer has parameters too"),
    ]
    expect.equal(got, 9, "depth(the recipe's network for R = 32 with batch normalisation)", wrong=wrong)
