"""The design recipe of deck 000 (L155-231): its plan, its warnings, and that the plan is what gets built."""

import json
import re
from pathlib import Path

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnn_course.models import build
from cnn_course.models.recipe_plan import recipe_plan

FACTS = json.loads((Path(__file__).parents[1] / "facts" / "small_networks.json").read_text())
DESIGNS = {
    "stem": st.sampled_from([None, False, True]),
    "filters": st.integers(1, 4),
    "cap": st.integers(1, 16),
    "convs": st.integers(1, 3),
    "pool_last": st.booleans(),
}
LOST = "{} pools {} maps, whose last row and column are lost; choose R divisible by {}, such as {}"
TOO_SMALL = "resolution is {}; with stem={} and pool_last={} the smallest possible is {}"
EARLY = "stage1 convolves {} maps; the recipe gets below 100 first, by a stem or by smaller images"
DEEP = "depth {}: plain networks beyond about 30 layers are hard to train"


def column(plan, key):
    return [row[key] for row in plan.stages]


@pytest.mark.parametrize(
    "row", FACTS["recipe_plans"], ids=lambda row: f"{row['resolution']} {row['arguments']}"
)
def test_plan_has_the_stages_of_the_recipe(row):
    plan = recipe_plan(row["resolution"], **row["arguments"])
    assert column(plan, "resolution") == row["sides"]
    assert plan.stages[-1]["leaves"] == row["last"]
    assert column(plan, "filters") == row["filters"]
    assert (plan.depth, plan.reached) == (row["depth"], row["reached"])


def test_plan_is_plain_data():
    plan = recipe_plan(32, pool_last=True)
    assert plan.stages[0] == {
        "stage": "stage1", "resolution": 32, "filters": 64, "convs": 2, "pool": True, "leaves": 16
    }  # fmt: skip
    json.dumps(vars(plan))


@given(resolution=st.integers(7, 2000), design=st.fixed_dictionaries(DESIGNS))
def test_maps_shrink_to_7_or_less_and_widths_double_up_to_the_cap(resolution, design):
    plan = recipe_plan(resolution, **design)
    sides = [*column(plan, "resolution"), plan.stages[-1]["leaves"]]
    assert all(row["leaves"] == after for row, after in zip(plan.stages, sides[1:], strict=True))
    assert sides[-1] <= 7
    assert all(side > 7 for side in sides[1:-2]) or plan.stages[-1]["pool"] is design["pool_last"]
    blocks = [row for row in plan.stages if row["stage"] != "stem"]
    assert [row["filters"] for row in blocks] == [
        min(design["filters"] * 2**index, design["cap"]) for index in range(len(blocks))
    ]
    assert [row["pool"] for row in blocks] == [True] * (len(blocks) - 1) + [design["pool_last"]]


def test_stem_comes_from_100_pixels_on_unless_it_is_asked_for_or_refused():
    assert [recipe_plan(side).stages[0]["stage"] for side in (99, 100)] == ["stage1", "stem"]
    assert recipe_plan(99, stem=True).stages[0]["stage"] == "stem"
    assert recipe_plan(100, stem=False).stages[0]["stage"] == "stage1"


@pytest.mark.parametrize(
    ("resolution", "arguments", "warnings"),
    [
        (224, {}, []),
        (32, {"pool_last": True}, []),
        (100, {}, [LOST.format("stage1", "25x25", 16, "96 or 112")]),
        (102, {"stem": True}, [LOST.format("stem", "51x51", 16, "96 or 112")]),
        (9, {}, [LOST.format("stage1", "9x9", 2, "8 or 10")]),
        (224, {"stem": False}, [EARLY.format("224x224")]),
        (512, {}, [EARLY.format("128x128")]),
        (32, {"convs": 4}, ["depth 17: plain networks gain from depth up to about 15 layers"]),
        (32, {"convs": 8}, [DEEP.format(33)]),
        (112, {"convs": 10, "stem": False}, [EARLY.format("112x112"), DEEP.format(51)]),
    ],
)
def test_plan_warns_of_what_the_deck_advises_against(resolution, arguments, warnings):
    assert recipe_plan(resolution, **arguments).warnings == warnings


@given(resolution=st.integers(8, 99), pool_last=st.booleans())
def test_the_resolutions_that_a_warning_suggests_lose_no_row(resolution, pool_last):
    for warning in recipe_plan(resolution, pool_last=pool_last).warnings:
        suggested = re.search(r"such as (.*)", warning).group(1).split(" or ")
        assert suggested
        for better in suggested:
            assert recipe_plan(int(better), stem=False, pool_last=pool_last).warnings in (
                [],
                [EARLY.format(f"{better}x{better}")],
            )


@settings(max_examples=12, deadline=None)
@given(resolution=st.integers(7, 70), design=st.fixed_dictionaries(DESIGNS), batch_norm=st.booleans())
def test_builder_builds_exactly_the_plan(resolution, design, batch_norm):
    plan = recipe_plan(resolution, **design)
    network = build(
        "recipe_cnn", input_shape=(resolution, resolution + 5, 1), batch_norm=batch_norm, **design
    )
    convs = [layer for layer in network.layers if isinstance(layer, keras.layers.Conv2D)]
    assert len(convs) + 1 == plan.depth
    planned = [row["filters"] for row in plan.stages for _ in range(row["convs"])]
    assert [layer.filters for layer in convs] == planned
    pools = [layer.name for layer in network.layers if isinstance(layer, keras.layers.MaxPooling2D)]
    assert pools == [f"{row['stage']}_pool" for row in plan.stages if row["pool"]]
    assert network.get_layer("gap").input.shape[1] == plan.stages[-1]["leaves"]
    norms = [layer for layer in network.layers if isinstance(layer, keras.layers.BatchNormalization)]
    assert len(norms) == (len(convs) if batch_norm else 0)


def test_stem_pads_all_four_sides():
    network = build("recipe_cnn", input_shape=(8, 8, 1), stem=True, filters=1)
    network.get_layer("stem_conv").kernel.assign(np.ones((7, 7, 1, 1)))
    stem = keras.Model(network.input, network.get_layer("stem_conv").output)
    impulse = np.zeros((1, 8, 8, 1), "float32")
    impulse[0, 3, 3] = 1
    np.testing.assert_array_equal(stem(impulse)[0, :, :, 0], np.pad(np.ones((4, 4)), ((0, 0), (0, 0))))


@pytest.mark.parametrize(
    ("resolution", "arguments", "message"),
    [
        (0, {}, "resolution is 0; it must be a whole number, at least 1"),
        (32, {"cap": 0}, "cap is 0; it must be a whole number, at least 1"),
        (1, {"pool_last": True}, TOO_SMALL.format(1, False, True, 2)),
        (2, {"stem": True}, TOO_SMALL.format(2, True, False, 3)),
        (6, {"stem": True, "pool_last": True}, TOO_SMALL.format(6, True, True, 7)),
    ],
)
def test_impossible_plan_is_answered_in_one_line(resolution, arguments, message):
    with pytest.raises(ValueError) as caught:
        recipe_plan(resolution, **arguments)
    assert str(caught.value) == message
