"""How a window slides along one axis, whichever way its padding was written.

"same", "valid" and layers of zeros before the window come to three things: where the first window starts,
how many windows there are, and whether they read zeros.
"""

from dataclasses import dataclass, replace
from typing import Any

from cnn_course.analysis.graph.values import refuse


@dataclass(frozen=True)
class Window:
    """A window on one axis. `stride` is 0 if there is one window only: then no stride can matter.

    `padding` is "valid", "same" (any padding that gives ceil(size / stride) windows about where Keras puts
    them) or (zeros before, zeros after); `start` is the exact number of zeros before; `zeros` whether any
    are read. `written` is how many zeros were asked for before and after, read or not.
    """

    size: int
    stride: int
    dilation: int
    padding: Any
    start: int | None
    zeros: bool
    count: int | None
    written: tuple[int, int] | None = None


def slide(
    length: int | None,
    size: int,
    stride: int,
    dilation: int,
    padding: str,
    before: int = 0,
    after: int = 0,
) -> Window:
    """The window on an axis of `length` pixels with `before` and `after` zeros (cropped if negative)."""
    dilation = dilation if size > 1 else 1
    reach = (size - 1) * dilation + 1
    if length is None:
        return _unmeasured(size, reach, stride, dilation, padding, before, after)
    padded = length + before + after
    if padding == "same":
        count = -(-padded // stride)
        missing = max((count - 1) * stride + reach - padded, 0)
        start, written = before + missing // 2, (before + missing // 2, after + missing - missing // 2)
    else:
        count = (padded - reach) // stride + 1
        start, written = before, (before, after)
    if padded < 1 or count < 1:
        raise refuse(f"a window of {reach} pixels does not fit into {max(padded, 0)}")
    return replace(_measured(length, size, reach, stride, dilation, count, start), written=written)


def _measured(
    length: int, size: int, reach: int, stride: int, dilation: int, count: int, start: int
) -> Window:
    end = (count - 1) * stride + reach - start - length
    zeros = start > 0 or end > 0
    if count == 1:
        stride, expected = 0, max(reach - length, 0) // 2
        plain, same = start == 0 and end <= 0, start + end == max(reach - length, 0) and start >= 0 <= end
    else:
        expected = max((count - 1) * stride + reach - length, 0) // 2
        plain, same = start == 0 and count == (length - reach) // stride + 1, count == -(-length // stride)
    loose = stride != 1 or reach % 2 == 0
    style: Any = (start, end)
    if plain:
        style = "valid"
    elif same and (start == expected or (loose and abs(start - expected) <= 1)):
        style = "same"
    return Window(size, stride, dilation, style, start, zeros, count)


def _unmeasured(
    size: int, reach: int, stride: int, dilation: int, padding: str, before: int, after: int
) -> Window:
    """The window on an axis of unknown length."""
    if padding == "same" and stride > 1 and reach > 1:
        style: Any = "same" if before == after == 0 else ("same", before, after)
        return Window(size, stride, dilation, style, None, True, None)
    if padding == "same":
        before, after = before + (reach - 1) // 2, after + reach - 1 - (reach - 1) // 2
    style = (before, after)
    if before == after == 0:
        style = "valid"
    elif before + after == reach - 1 and (stride > 1 or before == (reach - 1) // 2):
        style = "same"
    return Window(size, stride, dilation, style, before, before > 0 or after > 0, None, (before, after))
