"""The design recipe of deck 000 (L155-231, L245-251, L373-376) as a plan, before anything is built.

The recipe: get the resolution R below 100 by an aggressive start (7x7 convolution with stride 2, then 2x2
pooling); then blocks of two 3x3 convolutions and 2x2 pooling, 32 or 64 feature maps at first, twice as many
in each further block, 512 at most; stack blocks until R is 7 or less; global average pooling and one linear
layer. R should be divisible by 2 many times. Plain networks gain up to a depth of about 15 and are hard to
train beyond about 30.

Its example for R = 224 has a depth of 10: stem, four blocks of two, linear layer. That fits only if the last
block isn't pooled, the average pooling taking over: 224 -> 56 -> 28 -> 14 -> 7. Read to the letter, every
block ends in pooling, three blocks suffice and the depth is 8: `pool_last`.

| R   | stem | pool_last | blocks | depth | last map |
|-----|------|-----------|--------|-------|----------|
| 224 | yes  | no        | 4      | 10    | 7x7      |
| 224 | yes  | yes       | 3      | 8     | 7x7      |
| 224 | no   | yes       | 5      | 11    | 7x7      |
| 32  | no   | no        | 4      | 9     | 4x4      |
| 32  | no   | yes       | 3      | 7     | 4x4      |

This module imports no framework; `cnn_course.models.recipe_cnn` builds what it plans.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cnn_course.models.arguments import check_count, check_switch

EARLY = 100  # convolutions on larger maps are what the stem avoids
SMALL = 7  # blocks are stacked until the map is no larger
GAINS_UP_TO = 15  # layers of a plain network
HARD_BEYOND = 30
SMALLEST = {  # (stem, pool_last): the least R that leaves every map a pixel
    (False, False): 1,
    (False, True): 2,
    (True, False): 3,
    (True, True): 7,
}


@dataclass(frozen=True)
class Plan:
    """What the recipe makes of a resolution, as plain data.

    `stages` has one row per stage: its name, the side of the maps that come in (`resolution`) and go out
    (`leaves`), its `filters` and `convs`, and whether it ends in a `pool`. `depth` counts the layers with
    parameters. `reached` names the first row whose maps go out with at most 7x7 pixels. `warnings` are
    sentences, none where all is well.
    """

    stages: list[dict[str, Any]]
    depth: int
    reached: str
    warnings: list[str]


def recipe_plan(
    resolution: int = 224,
    *,
    stem: bool | None = None,
    filters: int = 64,
    cap: int = 512,
    convs: int = 2,
    pool_last: bool = False,
) -> Plan:
    """Plan a network by the recipe for images of `resolution` x `resolution` pixels.

    `stem=None` starts aggressively where the recipe asks for it, from 100 pixels on. `filters` is the width
    of the stem and the first block, `cap` the greatest width, `convs` the convolutions of each block.
    Raises ValueError for numbers below 1 and for an image that is too small.
    """
    given = {"resolution": resolution, "filters": filters, "cap": cap, "convs": convs}
    for argument, value in given.items():
        check_count(argument, value)
    check_switches(stem, pool_last)
    stem = has_stem(resolution, stem)
    _check_smallest(resolution, stem, pool_last)
    width = min(filters, cap)
    stages = [_stem(resolution, width)] if stem else []
    side = stages[-1]["leaves"] if stages else resolution
    stages += _blocks(side, width, cap=cap, convs=convs, pool_last=pool_last)
    depth = sum(row["convs"] for row in stages) + 1
    reached = next(row["stage"] for row in stages if row["leaves"] <= SMALL)
    return Plan(stages, depth, reached, list(_warnings(resolution, stages, depth)))


def check_switches(stem: bool | None, pool_last: bool) -> None:
    """ValueError unless `stem` is True, False or None, and `pool_last` True or False."""
    if stem is not None:
        check_switch("stem", stem)
    check_switch("pool_last", pool_last)


def has_stem(resolution: int, stem: bool | None) -> bool:
    """What `stem=None` means for this resolution."""
    return resolution >= EARLY if stem is None else bool(stem)


def _check_smallest(resolution: int, stem: bool, pool_last: bool) -> None:
    smallest = SMALLEST[stem, bool(pool_last)]
    if resolution < smallest:
        raise ValueError(
            f"resolution is {resolution}; with stem={stem} and pool_last={bool(pool_last)} "
            f"the smallest possible is {smallest}"
        )


def _stem(resolution: int, filters: int) -> dict[str, Any]:
    convolved = -(-resolution // 2)
    return _row("stem", resolution, filters, convs=1, pool=True, leaves=convolved // 2)


def _blocks(side: int, filters: int, *, cap: int, convs: int, pool_last: bool) -> Iterator[dict[str, Any]]:
    """Blocks until the maps have 7 pixels a side or less; without `pool_last` one more, not pooled."""
    number = 0
    finished = False
    while not finished:
        number += 1
        pool = bool(pool_last) or side > SMALL
        leaves = side // 2 if pool else side
        yield _row(f"stage{number}", side, filters, convs=convs, pool=pool, leaves=leaves)
        finished = leaves <= SMALL and pool == bool(pool_last)
        side, filters = leaves, min(2 * filters, cap)


def _row(stage: str, resolution: int, filters: int, *, convs: int, pool: bool, leaves: int) -> dict[str, Any]:
    return {
        "stage": stage,
        "resolution": resolution,
        "filters": filters,
        "convs": convs,
        "pool": pool,
        "leaves": leaves,
    }


def _warnings(resolution: int, stages: list[dict[str, Any]], depth: int) -> Iterator[str]:
    first = stages[1] if stages[0]["stage"] == "stem" else stages[0]
    if first["resolution"] >= EARLY:
        yield (
            f"{first['stage']} convolves {_square(first['resolution'])} maps; the recipe gets below {EARLY} "
            "first, by a stem or by smaller images"
        )
    yield from _odd_sides(resolution, stages)
    if depth > HARD_BEYOND:
        yield f"depth {depth}: plain networks beyond about {HARD_BEYOND} layers are hard to train"
    elif depth > GAINS_UP_TO:
        yield f"depth {depth}: plain networks gain from depth up to about {GAINS_UP_TO} layers"


def _odd_sides(resolution: int, stages: list[dict[str, Any]]) -> Iterator[str]:
    """One warning for the first stage that pools a map of odd side."""
    for row in stages:
        pooled = -(-row["resolution"] // 2) if row["stage"] == "stem" else row["resolution"]
        if row["pool"] and pooled % 2:
            divisor = 2 ** sum(1 + (row["stage"] == "stem") for row in stages if row["pool"])
            below = resolution // divisor * divisor
            better = f"{below} or {below + divisor}" if below else str(divisor)
            yield (
                f"{row['stage']} pools {_square(pooled)} maps, whose last row and column are lost; "
                f"choose R divisible by {divisor}, such as {better}"
            )
            return


def _square(side: int) -> str:
    return f"{side}x{side}"
