"""Checks that students see."""

import json

import numpy as np
import pytest

from cnn_course.grading import expect, network

IN_THE_PAPER = {"radius": 2, "bias": 2.0, "alpha": 1e-4, "beta": 0.75}


def normalised(x, near, bias, alpha, beta, strength=np.square):
    """x / (bias + alpha * sum of strength over the maps that are `near`)**beta."""
    maps = np.arange(x.shape[-1])
    matrix = near(maps[:, None], maps).astype(float)
    return x / (bias + alpha * strength(x) @ matrix) ** beta


def within(radius):
    return lambda other, own: abs(other - own) <= radius


def typical_answers(x, radius, bias, alpha, beta):
    """What typical mistakes make of x, and what led to it."""
    maps = x.shape[-1]
    numbers = {"bias": bias, "alpha": alpha, "beta": beta}
    near = within(radius)
    count = 2 * radius + 1
    return [
        (
            normalised(x, near, bias, alpha / count, beta),
            "you divided alpha by the number of maps, as some frameworks do; the formula has alpha alone",
        ),
        (
            normalised(x, near, **numbers, strength=lambda v: v),
            "the sum is over squares of the numbers, not over the numbers themselves",
        ),
        (
            normalised(x, near, **numbers, strength=abs),
            "the sum is over squares, not over absolute values",
        ),
        (
            normalised(x, lambda o, c: np.minimum((o - c) % maps, (c - o) % maps) <= radius, **numbers),
            "your window wraps around: the last map is no neighbour of the first",
        ),
        (
            normalised(x, lambda o, c: (abs(o - c) <= radius) & (o != c), **numbers),
            "the map's own number belongs to the sum too",
        ),
        (
            normalised(x, lambda o, c: (o >= c - radius) & (o < c + radius), **numbers),
            "your window ends one map too early: a slice leaves its end out, so let it end at c + radius + 1",
        ),
        (
            normalised(x, lambda o, c: (o > c - radius) & (o <= c + radius), **numbers),
            "your window begins one map too late",
        ),
        (
            normalised(x, within(radius // 2), **numbers),
            "radius counts the maps on either side, not the width of the whole window",
        ),
        (
            normalised(x, lambda o, c: (o <= c) & (o >= c - radius), **numbers),
            "you look at the maps before only; those behind are neighbours too",
        ),
        (
            normalised(x, lambda o, c: np.ones((maps, maps), bool), **numbers),
            "you sum over all maps; only those up to radius away count",
        ),
        (x / (bias + alpha * _over_pixels(x, radius)) ** beta, "you look at neighbouring pixels, not maps"),
        (normalised(x, near, bias, alpha, 1.0), "the power beta is missing"),
        (normalised(x, near, 1.0, alpha, beta), "the bias (k in the formula) is 1 in your answer"),
    ]


def _over_pixels(x, radius):
    """The same sum along the last axis but one."""
    if x.ndim < 2:
        return np.square(x)
    places = np.arange(x.shape[-2])
    return np.einsum("...pc,qp->...qc", np.square(x), abs(places[:, None] - places) <= radius)


def _check_norm(submission, x, **numbers):
    what = f"local_response_norm(x, {', '.join(f'{key}={value:g}' for key, value in numbers.items())})"
    numbers = IN_THE_PAPER | numbers
    expected = normalised(x, within(numbers["radius"]), numbers["bias"], numbers["alpha"], numbers["beta"])
    expect.close(
        submission.local_response_norm(x, **numbers), expected, what, wrong=typical_answers(x, **numbers)
    )


@pytest.mark.task("local_response_norm")
@pytest.mark.hint("By hand: the second of 1, 2, 3, 4 with one neighbour on each side is 2 / (1 + 1 + 4 + 9).")
def test_four_maps_of_one_pixel_as_by_hand(submission):
    x = np.array([1.0, 2.0, 3.0, 4.0])
    got = submission.local_response_norm(x, radius=1, bias=1.0, alpha=1.0, beta=1.0)
    wrong = typical_answers(x, 1, 1.0, 1.0, 1.0)
    what = "local_response_norm([1, 2, 3, 4], radius=1, bias=1, alpha=1, beta=1)"
    expect.close(got, [1 / 6, 2 / 15, 3 / 30, 4 / 26], what, wrong=wrong)


@pytest.mark.task("local_response_norm")
@pytest.mark.points(2)
@pytest.mark.hint(
    "Square first. Then for map c add up the maps c - radius to c + radius along the last axis."
)
def test_every_pixel_is_divided_by_its_own_neighbouring_maps(submission):
    x = np.random.default_rng(7).normal(size=(2, 3, 4, 9))
    _check_norm(submission, x, radius=2, bias=1.5, alpha=0.3, beta=0.6)


@pytest.mark.task("local_response_norm")
@pytest.mark.hint("The defaults of the signature are the paper's numbers; use the arguments, not numbers.")
def test_the_defaults_are_the_papers(submission):
    x = 100 * np.random.default_rng(8).normal(size=(2, 2, 7))
    expected = normalised(x, within(2), 2.0, 1e-4, 0.75)
    wrong = typical_answers(x, **IN_THE_PAPER)
    expect.close(submission.local_response_norm(x), expected, "local_response_norm(x)", wrong=wrong)


@pytest.mark.task("local_response_norm")
@pytest.mark.hint("With radius 0 the sum has one term: the number's own square.")
def test_with_radius_0_a_number_is_its_only_neighbour(submission):
    _check_norm(submission, np.array([[0.5, -2.0, 3.0]]), radius=0, bias=1.0, alpha=1.0, beta=0.5)


SMALL = [
    ("image", (32, 32, 3)),
    ("conv1", (32, 32, 48)),
    ("norm1", (32, 32, 48)),
    ("pool1", (15, 15, 48)),
    ("conv2", (15, 15, 128)),
    ("norm2", (15, 15, 128)),
    ("pool2", (7, 7, 128)),
    ("conv3", (7, 7, 192)),
    ("conv4", (7, 7, 192)),
    ("conv5", (7, 7, 128)),
    ("pool3", (3, 3, 128)),
    ("flatten", (1152,)),
    ("fc6", (512,)),
    ("fc6_dropout", (512,)),
    ("fc7", (512,)),
    ("fc7_dropout", (512,)),
    ("predictions", (10,)),
]


@pytest.mark.task("volumes")
@pytest.mark.hint("Keras puts the batch first, as None: leave out shape[0].")
def test_a_volume_has_no_batch(submission):
    rows = _rows(submission, SMALL)
    expect.equal(
        list(rows[1][1]),
        [32, 32, 48],
        "volumes(model), in the row of conv1,",
        wrong=[
            ([None, 32, 32, 48], "the first number is the batch; leave it out"),
            ([32, 32, 3], "that is what goes into conv1, not what comes out"),
            ([32, 48], "one number too many is left out"),
            ([48], "height and width are missing"),
            ([5, 5, 3, 48], "that is the kernel's shape"),
        ],
    )


@pytest.mark.task("volumes")
@pytest.mark.points(2)
@pytest.mark.hint("Go through model.layers; layer.name and layer.output.shape say it all.")
def test_every_layer_has_its_row(submission):
    rows = _rows(submission, SMALL)
    for (name, shape), (wanted_name, wanted_shape) in zip(rows, SMALL, strict=True):
        expect.equal(name, wanted_name, f"the name in row {wanted_name} of volumes(model)")
        expect.equal(list(shape), list(wanted_shape), f"volumes(model), in the row of {wanted_name},")


def _rows(submission, expected):
    """The answer as rows of (name, shape), or a complaint about what it is instead."""
    rows = submission.volumes(network("alexnet_cifar"))
    if isinstance(rows, dict):
        rows = list(rows.items())
    assert rows is not None, "volumes(model) gave None, a list was expected: is a return missing?"
    assert isinstance(rows, list | tuple), (
        f"volumes(model) gave {rows!r:.80}, a list of (name, shape) was expected"
    )
    shaped = (list, tuple, np.ndarray)
    for row in rows:
        if not (isinstance(row, list | tuple) and len(row) == 2 and isinstance(row[0], str)):
            raise AssertionError(f"volumes(model) has the row {row!r:.80}; a pair (name, shape) was expected")
        if not isinstance(row[1], shaped):
            raise AssertionError(
                f"volumes(model) gives {row[1]!r:.80} for {row[0]}; a tuple of sizes was expected"
            )
    missing = [name for name, _ in expected if name not in [row[0] for row in rows]]
    assert not missing, (
        f"volumes(model) has no row for {missing[0]}; one row per layer of model.layers was expected"
    )
    assert len(rows) == len(expected), (
        f"volumes(model) has {len(rows)} rows for {len(expected)} layers; one row per layer was expected"
    )
    return rows


def check_alexnet(got, what, builder, **arguments):
    """Either order of pooling and normalisation is right; complaints are about the one that was chosen."""
    written = json.dumps(got.config) if hasattr(got, "config") else ""
    if '"GetItem"' in written or '"Split"' in written:
        raise AssertionError(
            f"{what} cuts maps apart by hand, which cannot be compared: Conv2D(..., groups=2) does the same"
        )
    norm = written.find("LocalResponseNormalization")
    pooled_first = norm < 0 or written.find('"MaxPool') < norm
    complaints = []
    for order in ("after_pool", "before_pool") if pooled_first else ("before_pool", "after_pool"):
        try:
            expect.network(got, network(builder, norm=order, **arguments), what)
            return
        except (AssertionError, ValueError) as problem:
            complaints.append(str(problem))
    written_so = "; write the normalisation as LocalResponseNormalization() and two towers as groups=2"
    raise AssertionError(complaints[0] + (written_so if "cannot tell" in complaints[0] else ""))


SMALL_IMAGE = {"input_shape": (99, 99, 3), "classes": 10}  # the last map is 2x2, not 6x6
OF_FC6, OF_FC8 = (6 * 6 - 2 * 2) * 256 * 4096, (1000 - 10) * 4097  # parameters that this saves


@pytest.mark.task("build_alexnet")
@pytest.mark.points(3)
@pytest.mark.hint("Go down the table row by row; padding 2 for 5x5 and padding 1 for 3x3 are padding='same'.")
def test_one_tower_has_the_layers_of_the_table(submission):
    got = submission.build_alexnet(**SMALL_IMAGE)
    check_alexnet(got, "build_alexnet(input_shape=(99, 99, 3), classes=10)", "alexnet", **SMALL_IMAGE)
    full = got.parameters + OF_FC6 + OF_FC8
    expect.equal(full, 62_378_344, "the number of parameters of build_alexnet() on 227x227 images")


@pytest.mark.task("build_alexnet")
@pytest.mark.points(2)
@pytest.mark.hint("Conv2D takes groups=...; CONV2, CONV4 and CONV5 are split, CONV1 and CONV3 are not.")
def test_two_towers_split_three_convolutions(submission):
    got = submission.build_alexnet(**SMALL_IMAGE, groups=2)
    what = "build_alexnet(input_shape=(99, 99, 3), classes=10, groups=2)"
    check_alexnet(got, what, "alexnet", **SMALL_IMAGE, groups=2)


@pytest.mark.task("build_alexnet_cifar")
@pytest.mark.points(2)
@pytest.mark.hint("Go down the second table; no layer but the pooling has a stride.")
def test_the_small_relative_has_the_layers_of_its_table(submission):
    got = submission.build_alexnet_cifar()
    check_alexnet(got, "build_alexnet_cifar()", "alexnet_cifar")
    expect.equal(got.parameters, 1_790_154, "the number of parameters of build_alexnet_cifar()")
