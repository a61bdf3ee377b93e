import numpy as np
import pytest

from cnn_course.grading import expect, network

MAX_SLIDE = np.array([[6, 2, 3, 2], [1, 4, 5, 1], [1, 2, 3, 4], [1, 0, 5, 6]])  # deck 001, L109-132
NEGATIVE_SLIDE = np.array([[1, 2, 1, 1], [2, -1, 0, 1], [0, 3, -1, -1], [1, 0, -2, -5]])  # deck 004, L413-491


def batch(image):
    """One image of one map, as floats."""
    return np.asarray(image, float)[None, :, :, None]


@pytest.mark.task("pool2d")
@pytest.mark.hint(
    "The window at (i, j) is x[:, i * s : i * s + k, j * s : j * s + k]; take np.max over its axes 1 and 2."
)
def test_the_maxima_are_those_of_the_slide(submission):
    expect.close(
        submission.pool2d(batch(MAX_SLIDE), 2, 2, "max"),
        batch([[6, 5], [2, 6]]),
        'pool2d(the map of deck 001, 2, 2, "max")',
    )


@pytest.mark.task("pool2d")
@pytest.mark.hint(
    "What does a window of negative numbers give? Take the maximum of its values and of nothing else."
)
def test_a_window_of_negative_numbers_has_a_negative_maximum(submission):
    expect.close(
        submission.pool2d(batch(NEGATIVE_SLIDE), 2, 2, "max"),
        batch([[2, 1], [3, -1]]),
        'pool2d(the map of deck 004, 2, 2, "max")',
        wrong=[
            (
                batch([[2, 1], [3, 0]]),
                "the maximum of -1, -1, -2, -5 is -1: yours was compared with a 0 as well",
            ),
            (batch([[2, 1], [3, 5]]), "the maximum is the largest value, not the one farthest from 0"),
        ],
    )


@pytest.mark.task("pool2d")
@pytest.mark.hint("Nothing is padded: count the windows that fit whole, (side - k) // s + 1 along each side.")
def test_an_odd_row_and_column_are_left_out(submission):
    image = np.arange(35.0).reshape(1, 5, 7, 1)
    by_columns = np.array([[8.0, 22.0], [10.0, 24.0], [12.0, 26.0]])[None, :, :, None]
    expect.close(
        submission.pool2d(image, 2, 2, "max"),
        np.array([[8.0, 10.0, 12.0], [22.0, 24.0, 26.0]])[None, :, :, None],
        'pool2d(a map of 5x7, 2, 2, "max")',
        wrong=[(by_columns, "rows and columns have changed places")],
    )


@pytest.mark.task("pool2d")
@pytest.mark.hint('Compare `mode` with the three words and raise ValueError(f"...") for any other.')
def test_an_unknown_mode_is_a_value_error(submission):
    call = 'pool2d(x, 2, 2, "median")'
    expect.raises("ValueError", lambda: submission.pool2d(batch(MAX_SLIDE), 2, 2, "median"), call)


@pytest.mark.task("l2_pool_features")
@pytest.mark.hint("Reshape the last axis into (groups, n), square, sum over the last axis, take the root.")
def test_two_maps_become_the_root_of_their_squares(submission):
    x = np.array([3.0, 4.0, 5.0, 12.0]).reshape(1, 1, 1, 4)
    expect.close(
        submission.l2_pool_features(x, 2),
        np.array([5.0, 13.0]).reshape(1, 1, 1, 2),
        "l2_pool_features of the maps 3, 4, 5, 12 with n=2",
        wrong=[
            (
                np.array([25.0, 169.0]).reshape(1, 1, 1, 2),
                "these are the sums of squares: their root is missing",
            ),
            (np.sqrt([12.5, 84.5]).reshape(1, 1, 1, 2), "you averaged the squares; they are added up"),
            (
                np.sqrt([34.0, 160.0]).reshape(1, 1, 1, 2),
                "a group has neighbours: maps 0 and 1, then 2 and 3",
            ),
            (np.array([7.0, 17.0]).reshape(1, 1, 1, 2), "the values are squared before they are added up"),
            (
                np.sqrt([25.0, 41.0, 169.0]).reshape(1, 1, 1, 3),
                "your groups overlap: each map belongs to one group",
            ),
            (
                np.sqrt([9.0, 16.0, 25.0, 144.0]).reshape(1, 1, 1, 4),
                "you pooled over the image, not over the maps",
            ),
        ],
    )


@pytest.mark.task("conv_pool_patch")
@pytest.mark.hint(
    "P neighbouring units of the convolution see P windows of K, each one pixel further than the last."
)
@pytest.mark.parametrize(("K", "P", "patch"), [(3, 3, 5), (5, 2, 6)], ids=["3, 3", "5, 2"])
def test_a_pooled_unit_sees_so_many_pixels(submission, K, P, patch):
    expect.equal(
        submission.conv_pool_patch(K, P),
        patch,
        f"conv_pool_patch({K}, {P})",
        wrong=[
            (K + P, "neighbouring windows are one pixel apart, so P of them add P - 1 pixels"),
            (K * P, "the windows of neighbouring units overlap; they don't lie side by side"),
            (K, "that is the convolution alone: the pool sees P of its units"),
            (K + P - 2, "one too few: the first unit alone sees all K pixels"),
            (K + 2 * (P - 1), "the convolution moves in steps of 1, whatever the pool does"),
        ],
    )


@pytest.mark.task("global_average_pool")
@pytest.mark.hint("Rows and columns are the axes 1 and 2: average over both at once.")
def test_the_mean_is_that_of_the_whole_map(submission):
    maps = np.stack([MAX_SLIDE, NEGATIVE_SLIDE], axis=-1)[None].astype(float)
    expect.close(
        submission.global_average_pool(maps),
        np.array([[2.875, 0.125]]),
        "global_average_pool of the maps of decks 001 and 004",
        wrong=[
            (np.array([[46.0, 2.0]]), "these are sums; divide by the number of places"),
            (np.array([[6.0, 3.0]]), "these are the maxima; the head takes the means"),
            (
                np.array([2.875, 0.125]),
                "the images must stay apart: a row for each image, also for a single one",
            ),
            (np.array([[[[2.875, 0.125]]]]), "the averaged axes should be gone: (n, c), not (n, 1, 1, c)"),
        ],
    )


@pytest.mark.task("head_parameters")
@pytest.mark.hint(
    "One weight for each pair of an input and a class, one bias for each class. How many inputs are there?"
)
@pytest.mark.parametrize(
    ("head", "parameters"), [("flatten", 51_300), ("gap", 3_300)], ids=["flatten", "gap"]
)
def test_the_heads_of_the_course_network_have_so_many_parameters(submission, head, parameters):
    expect.equal(
        submission.head_parameters((4, 4, 32), 100, head),
        parameters,
        f'head_parameters((4, 4, 32), 100, "{head}")',
        wrong=[
            (parameters - 100, "the biases are missing, one for each class"),
            (parameters - 99, "each class has a bias of its own"),
            (1_700, "gap gives one number for each map: d inputs, not m * l"),
            (54_600 - parameters, "you took the inputs of the other head"),
            (12_900, "flatten keeps m * l * d numbers; one of the two sides is missing"),
        ],
    )


@pytest.mark.task("head_parameters")
@pytest.mark.hint('Compare `head` with "flatten" and "gap" and raise ValueError(f"...") for any other word.')
def test_an_unknown_head_is_a_value_error(submission):
    call = 'head_parameters((4, 4, 32), 100, "fc")'
    expect.raises("ValueError", lambda: submission.head_parameters((4, 4, 32), 100, "fc"), call)


@pytest.mark.task("build_downsampling_net")
@pytest.mark.points(2)
@pytest.mark.hint(
    "Convolution with ReLU, then the shrinking, three times; then the head and Dense(classes, softmax)."
)
@pytest.mark.parametrize("kind", ["max", "average", "overlapping", "strided"])
def test_the_network_is_the_one_of_the_table(submission, kind):
    expect.network(
        submission.build_downsampling_net(kind, "gap"),
        network("downsampling_cnn", downsampling=kind, head="gap"),
        f'build_downsampling_net("{kind}", "gap")',
    )


@pytest.mark.task("build_downsampling_net")
@pytest.mark.hint('head="flatten": a Flatten layer in place of the global average.')
def test_the_head_can_be_flattening(submission):
    expect.network(
        submission.build_downsampling_net("max", "flatten"),
        network("downsampling_cnn", downsampling="max", head="flatten"),
        'build_downsampling_net("max", "flatten")',
    )
