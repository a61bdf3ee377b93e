"""Two rows of operations side by side: what is the same, what changed, what is missing or too many."""

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

WINDOW = 100  # operations behind the first difference that are looked at

Cost = Callable[[int, int], float]


class Edit(NamedTuple):
    """One step from what is expected to what is there; `mine` and `expected` are positions in the rows."""

    what: Literal["same", "change", "missing", "extra"]
    mine: int
    expected: int


def aligned(
    mine: Sequence[str], expected: Sequence[str], change: Cost, missing: Callable[[int], float],
    extra: Callable[[int], float],
) -> list[Edit]:  # fmt: skip
    """The cheapest edits between two rows of digests, from their first difference on; equal ones left out."""
    start = _shared_start(mine, expected)
    end = _shared_start(mine[start:][::-1], expected[start:][::-1])
    rows, columns = min(len(mine) - start - end, WINDOW), min(len(expected) - start - end, WINDOW)
    if rows < len(mine) - start - end or columns < len(expected) - start - end:
        rows, columns = min(len(mine) - start, WINDOW), min(len(expected) - start, WINDOW)
    best: dict[tuple[int, int], tuple[float, Edit | None]] = {(0, 0): (0.0, None)}
    for i in range(rows + 1):
        for j in range(columns + 1):
            here, there = start + i, start + j
            options: list[tuple[float, Edit | None]] = []
            if i and j:
                same = mine[here - 1] == expected[there - 1]
                price = 0.0 if same else change(here - 1, there - 1)
                step = Edit("same" if same else "change", here - 1, there - 1)
                options.append((best[i - 1, j - 1][0] + price, step))
            if j:
                options.append((best[i, j - 1][0] + missing(there - 1), Edit("missing", here, there - 1)))
            if i:
                options.append((best[i - 1, j][0] + extra(here - 1), Edit("extra", here - 1, there)))
            if options:
                best[i, j] = min(options, key=lambda option: option[0])
    return _traced(best, rows, columns)


def _shared_start(mine: Sequence[str], expected: Sequence[str]) -> int:
    count = 0
    for ours, theirs in zip(mine, expected, strict=False):
        if ours != theirs:
            break
        count += 1
    return count


def _traced(best: dict[tuple[int, int], tuple[float, Edit | None]], i: int, j: int) -> list[Edit]:
    edits: list[Edit] = []
    while (edit := best[i, j][1]) is not None:
        if edit.what != "same":
            edits.append(edit)
        i, j = i - (edit.what != "missing"), j - (edit.what != "extra")
    return edits[::-1]
