"""Checks that students do not see."""

import numpy as np
import pytest

from cnn_course.grading import expect, network


@pytest.mark.task("resize_center_crop")
@pytest.mark.hint("An odd rest cannot be cut evenly; one pixel more on either end is right.")
def test_odd_rests_are_cut_to_within_a_pixel(submission):
    rows, columns = np.mgrid[:21, :20]
    image = np.stack([columns, rows], axis=-1).astype("float32")[:, :, :1].repeat(3, axis=-1)
    image[..., 1] = rows
    got = submission.resize_center_crop(image, 20)
    expect.shape(got, (20, 20, 3), "resize_center_crop(a 21x20 image, 20)")
    expect.close(np.asarray(got)[..., 1], rows[:20] + 0.5, "the rows that are left", atol=0.6)


@pytest.mark.task("resize_center_crop")
@pytest.mark.points(2)
@pytest.mark.hint("Small images are enlarged, by the same rule; the number of channels stays.")
def test_small_grey_images_are_enlarged(submission):
    rows, columns = np.mgrid[:16, :24]
    image = (8 * columns + 0 * rows).astype("uint8")[..., None]
    got = submission.resize_center_crop(image, 48)
    expect.shape(got, (48, 48, 1), "resize_center_crop(a 16x24x1 image, 48)")
    inner = np.asarray(got)[4:-4, 4:-4, 0]
    due = np.broadcast_to(8 * (4 + (np.arange(48) + 0.5) / 3 - 0.5), (48, 48))[4:-4, 4:-4]
    expect.close(inner, due, "the brightness of the enlarged image", atol=8)


@pytest.mark.task("resize_center_crop")
@pytest.mark.hint("Round the sizes so that neither falls below R.")
def test_no_photograph_loses_a_pixel_by_rounding(submission):
    for height, width, side in ((67, 101, 32), (333, 500, 24), (31, 1000, 30), (225, 223, 64)):
        got = submission.resize_center_crop(np.full((height, width, 3), 9, "uint8"), side)
        what = f"resize_center_crop(a {height}x{width} image, {side})"
        expect.close(got, np.full((side, side, 3), 9.0), what, atol=0.5)


@pytest.mark.task("cat_dog_subset")
@pytest.mark.points(2)
@pytest.mark.hint("Compare with 3 and 5, not with the position.")
def test_all_cats_and_dogs_of_cifar_10_are_found(submission):
    labels = np.random.default_rng(10).permutation(np.repeat(np.arange(10, dtype="uint8"), 5000))
    got = submission.cat_dog_subset(np.arange(50_000), labels)
    expect.equal(
        len(got[0]), 10_000, "the number of images that cat_dog_subset finds in CIFAR-10's training part"
    )
    expect.equal(int(np.sum(got[1])), 5000, "the number of dogs in CIFAR-10's training part")
    expect.close(got[0], np.flatnonzero(np.isin(labels, (3, 5))), "which images are kept")


@pytest.mark.task("plan_groups")
@pytest.mark.points(2)
@pytest.mark.hint("Use R, start and cap as they are given.")
def test_other_resolutions_widths_and_caps(submission):
    cases = [
        ((64, False, 32), {}, [[64, 32], [32, 64], [16, 128], [8, 256], [4, 512]]),
        ((64, False, 32, 100), {}, [[64, 32], [32, 64], [16, 100], [8, 100], [4, 100]]),
        ((128, True), {"start": 16, "pool_last": True}, [[32, 16], [16, 32], [8, 64]]),
        ((7, False), {}, [[7, 64]]),
        ((56, False), {"pool_last": True}, [[56, 64], [28, 128], [14, 256]]),
        ((16, False, 800), {}, [[16, 512], [8, 512], [4, 512]]),
    ]
    for given, options, due in cases:
        got = submission.plan_groups(*given, **options)
        arguments = [*map(str, given), *(f"{key}={value}" for key, value in options.items())]
        expect.equal(got, due, f"plan_groups({', '.join(arguments)})")


@pytest.mark.task("plan_groups")
@pytest.mark.hint("Only maps that are pooled can lose a row: look at each of them, the stem's too.")
def test_warnings_come_when_they_should_and_only_then(submission):
    for resolution, stem, due in (
        (96, False, False),
        (90, False, True),
        (50, True, True),
        (256, True, False),
    ):
        texts = submission.scenario("warnings_of_plan", resolution, stem)
        missing = "did not warn" if due else "warned, though no map of odd side is pooled"
        assert bool(texts) == due, f"plan_groups({resolution}, {stem}) {missing}"


def _check(submission, *, filters, **options):
    side = options["R"]
    got = submission.build_recipe_net(start=filters, **options)
    rest = {key: value for key, value in options.items() if key != "R"}
    expected = network("recipe_cnn", input_shape=(side, side, 3), filters=filters, **{"classes": 2} | rest)
    given = ", ".join(f"{key}={value}" for key, value in options.items())
    expect.network(got, expected, f"build_recipe_net(start={filters}, {given})")
    return got


@pytest.mark.task("build_recipe_net")
@pytest.mark.points(2)
@pytest.mark.hint("start is the width of the stem and of the first group.")
def test_half_as_wide_has_1442344_parameters(submission):
    got = _check(submission, R=224, classes=1000, filters=32)
    expect.equal(got.parameters, 1_442_344, "the number of parameters with start=32 at R=224")


@pytest.mark.task("build_recipe_net")
@pytest.mark.points(2)
@pytest.mark.hint("stem=True and stem=False overrule the resolution.")
def test_the_stem_may_be_chosen(submission):
    _check(submission, R=64, stem=True, filters=8, pool_last=True)
    _check(submission, R=128, stem=False, filters=4)
    _check(submission, R=128, stem=None, filters=4, batch_norm=True)
    _check(submission, R=96, stem=None, filters=4)


@pytest.mark.task("build_recipe_net")
@pytest.mark.hint("The last map is at most 7x7 before it is averaged; softmax makes probabilities.")
def test_two_probabilities_per_image(submission):
    got = submission.build_recipe_net(R=16, start=4)
    answers = got.predict(np.random.default_rng(1).uniform(size=(3, 16, 16, 3)).astype("float32"))
    expect.shape(answers, (3, 2), "what build_recipe_net(R=16) answers to three images")
    expect.close(np.sum(answers, axis=1), np.ones(3), "the sum of the answers to one image", rtol=1e-4)


@pytest.mark.task("depth")
@pytest.mark.parametrize(
    ("builder", "options", "due"),
    [
        ("lenet5", {}, 5),
        ("course_cnn", {}, 4),
        ("vgg11", {"input_shape": (32, 32, 3), "classes": 4, "head": "gap"}, 9),
    ],
    ids=["LeNet-5", "course CNN", "VGG11 with GAP"],
)
@pytest.mark.hint("Count convolutions and dense layers of whatever network comes.")
def test_other_networks_have_other_depths(submission, builder, options, due):
    got = submission.depth(network(builder, **options))
    expect.equal(got, due, f"depth({builder})")
