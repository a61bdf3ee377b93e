import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

from cnn_course.grading import expect, network

SLIDE = np.array([[6, 2, 3, 2], [1, 4, 5, 1], [1, 2, 3, 4], [1, 0, 5, 6]])  # deck 001, L121-132


def windows(x, k, s):
    """All windows of a batch: (n, h, w, c) -> (n, h', w', c, k * k)."""
    found = sliding_window_view(x, (k, k), axis=(1, 2))[:, ::s, ::s]
    return found.reshape(*found.shape[:4], k * k)


def batch(image):
    return np.asarray(image)[None, :, :, None]


def relative_change(here, there):
    return np.linalg.norm(there - here) / np.linalg.norm(here)


def noise(*shape):
    return np.random.default_rng(4).normal(size=shape)


@pytest.mark.task("pool2d")
@pytest.mark.hint(
    "The slide prints rounded means. np.empty or np.zeros makes floats unless you ask for x.dtype."
)
@pytest.mark.parametrize("dtype", [float, int], ids=["floats", "whole numbers"])
def test_means_are_exact(submission, dtype):
    expect.close(
        submission.pool2d(batch(SLIDE).astype(dtype), 2, 2, "average"),
        batch([[3.25, 2.75], [1.0, 4.5]]),
        'pool2d(the map of deck 001, 2, 2, "average")',
        wrong=[
            (batch([[3, 3], [1, 5]]), "the slide prints rounded means; yours must not be rounded"),
            (batch([[3, 3], [1, 4]]), "the means must not be rounded"),
            (
                batch([[3, 2], [1, 4]]),
                "the means of whole numbers lost their fractions: is your result of x's dtype?",
            ),
            (batch([[13, 11], [4, 18]]), "these are sums; divide by the k * k values of a window"),
            (batch([[6.5, 5.5], [2.0, 9.0]]), "a window has k * k values; you divided by k"),
        ],
    )


@pytest.mark.task("pool2d")
@pytest.mark.hint("The root of the sum of squares: no division by the number of values.")
def test_l2_is_the_root_of_the_sum_of_squares(submission):
    sums = np.array([[57.0, 39.0], [6.0, 86.0]])
    expect.close(
        submission.pool2d(batch(SLIDE).astype(float), 2, 2, "l2"),
        batch(np.sqrt(sums)),
        'pool2d(the map of deck 001, 2, 2, "l2")',
        wrong=[
            (batch(sums), "the root of the sum of squares is wanted; its root is missing here"),
            (batch(np.sqrt(sums / 4)), "the squares in a window are added up, not averaged"),
            (batch([[13.0, 11.0], [4.0, 18.0]]), "square the values before adding them up"),
        ],
    )


@pytest.mark.task("pool2d")
@pytest.mark.hint("Windows move by s, whatever k is: the one at row i begins at i * s.")
@pytest.mark.parametrize(("k", "s"), [(3, 2), (2, 3)], ids=["k 3 s 2", "k 2 s 3"])
def test_windows_move_in_steps_of_s(submission, k, s):
    x = noise(1, 11, 11, 1)
    expect.close(
        submission.pool2d(x, k, s, "max"),
        windows(x, k, s).max(-1),
        f'pool2d(a map of 11x11, {k}, {s}, "max")',
        wrong=[
            (windows(x, k, k).max(-1), "your windows move in steps of k, not of s"),
            (windows(x, s, s).max(-1), "your windows are s wide, not k"),
            (windows(x, s, k).max(-1), "k and s have changed places"),
            (windows(x, k, 1).max(-1), "your windows move in steps of 1, not of s"),
        ],
    )


@pytest.mark.task("pool2d")
@pytest.mark.hint("floor((55 - 3) / 2) + 1")
def test_overlapping_windows_turn_55_into_27(submission):
    expect.shape(
        submission.pool2d(np.zeros((1, 55, 55, 2)), 3, 2, "max"),
        (1, 27, 27, 2),
        'pool2d(maps of 55x55, 3, 2, "max")',
    )


@pytest.mark.task("pool2d")
@pytest.mark.hint("Pool over the axes 1 and 2 of the window alone: images and maps stay apart.")
@pytest.mark.parametrize("mode", ["max", "average", "l2"])
def test_images_and_maps_stay_apart(submission, mode):
    x = noise(3, 6, 4, 5)
    pool = {"max": np.max, "average": np.mean, "l2": lambda w, axis: np.sqrt((w**2).sum(axis))}[mode]
    due = pool(windows(x, 2, 2), axis=-1)
    over_maps = pool(windows(x, 2, 2), axis=(-2, -1))
    over_images = pool(windows(x, 2, 2), axis=(0, -1))
    expect.close(
        submission.pool2d(x, 2, 2, mode),
        due,
        f'pool2d(3 images of 6x4 with 5 maps, 2, 2, "{mode}")',
        wrong=[
            (over_maps, "the maps were pooled too: each map is pooled by itself"),
            (
                np.broadcast_to(over_maps[..., None], due.shape),
                "all maps came out alike: each is pooled by itself",
            ),
            (
                np.broadcast_to(over_images[None], due.shape),
                "all images came out alike: each is pooled by itself",
            ),
            (np.broadcast_to(due[:1], due.shape), "all images came out like the first one"),
            (over_images, "the images were pooled together: each is pooled by itself"),
        ],
    )


@pytest.mark.task("pool2d")
@pytest.mark.hint("Compare the two maps with the definition of a maximum, window by window.")
def test_a_shift_by_a_pixel_changes_the_maxima_less_than_the_map(submission):
    grid = np.arange(32)
    bump = np.exp(-((grid[:, None] - 15.0) ** 2 + (grid[None, :] - 13.0) ** 2) / 30.0)
    here, there = batch(bump), batch(np.roll(bump, 1, axis=1))
    pooled_here, pooled_there = (np.asarray(submission.pool2d(x, 8, 8, "max"), float) for x in (here, there))
    before, after = relative_change(here, there), relative_change(pooled_here, pooled_there)
    assert after < before, (
        "pool2d of a smooth bump that is shifted by one pixel: the maxima of 8x8 windows changed by "
        f"{after:.0%}, the map itself by {before:.0%} only; pooling should make shifts matter less"
    )


@pytest.mark.task("l2_pool_features")
@pytest.mark.hint("x.shape[-1] // n groups are full; cut the maps after them off before you reshape.")
def test_a_group_that_is_not_full_is_left_out(submission):
    x = noise(2, 3, 4, 7)
    due = np.sqrt((x[..., :6].reshape(2, 3, 4, 2, 3) ** 2).sum(-1))
    expect.close(submission.l2_pool_features(x, 3), due, "l2_pool_features(7 maps, 3)")


@pytest.mark.task("l2_pool_features")
@pytest.mark.hint("Only the last axis takes part.")
def test_every_place_is_pooled_by_itself(submission):
    x = noise(2, 4, 3, 6)
    due = np.sqrt((x.reshape(2, 4, 3, 2, 3) ** 2).sum(-1))
    strided = np.sqrt((x.reshape(2, 4, 3, 3, 2) ** 2).sum(-2))
    expect.close(
        submission.l2_pool_features(x, 3),
        due,
        "l2_pool_features(6 maps, 3)",
        wrong=[(strided, "a group has neighbours: maps 0, 1, 2, then 3, 4, 5")],
    )


@pytest.mark.task("conv_pool_patch")
@pytest.mark.hint("Without pooling, P = 1, the patch is the filter.")
@pytest.mark.parametrize(("K", "P"), [(7, 1), (1, 4), (11, 3)])
def test_the_patch_follows_the_rule_for_other_sizes(submission, K, P):
    expect.equal(submission.conv_pool_patch(K, P), K + P - 1, f"conv_pool_patch({K}, {P})")


@pytest.mark.task("global_average_pool")
@pytest.mark.hint("np.mean(x, axis=(1, 2))")
def test_images_and_channels_stay_apart_in_the_head(submission):
    x = noise(3, 4, 5, 6)
    expect.close(
        submission.global_average_pool(x),
        x.mean((1, 2)),
        "global_average_pool(3 images of 4x5 with 6 maps)",
        wrong=[
            (x.mean((0, 1, 2)), "the images were averaged too"),
            (x.mean((2, 3)), "you averaged columns and channels: the channels are the last axis here"),
            (x.mean((1, 2, 3)), "the channels were averaged too"),
            (x.mean(1), "only the rows were averaged; columns count too"),
            (x.mean((0, 1)), "you averaged images and rows: axis 0 counts the images"),
        ],
    )


@pytest.mark.task("head_parameters")
@pytest.mark.hint("flatten: (m * l * d + 1) * classes. gap: (d + 1) * classes.")
@pytest.mark.parametrize(
    ("shape", "classes", "head", "parameters"),
    [
        ((7, 7, 512), 1000, "flatten", 25_089_000),
        ((7, 7, 512), 1000, "gap", 513_000),
        ((2, 3, 5), 7, "flatten", 217),
        ((2, 3, 5), 7, "gap", 42),
    ],
)
def test_the_rule_holds_for_other_maps(submission, shape, classes, head, parameters):
    expect.equal(
        submission.head_parameters(shape, classes, head),
        parameters,
        f'head_parameters({shape}, {classes}, "{head}")',
    )


@pytest.mark.task("build_downsampling_net")
@pytest.mark.points(2)
@pytest.mark.hint("Use input_shape and classes where you wrote numbers, and keep `kind` and `head` apart.")
@pytest.mark.parametrize("kind", ["average", "overlapping", "strided"])
def test_other_images_and_classes_are_possible(submission, kind):
    shape, classes = (16, 24, 1), 7
    expect.network(
        submission.build_downsampling_net(kind, "flatten", shape, classes),
        network("downsampling_cnn", downsampling=kind, head="flatten", input_shape=shape, classes=classes),
        f'build_downsampling_net("{kind}", "flatten", {shape}, {classes})',
    )
