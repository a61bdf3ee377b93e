"""One convolution or pooling, step by step, with every number visible.

The steps come from `cnn_course.reference`, as `conv2d_steps` and `pool2d_steps` make them.
Source: the step-by-step pictures of deck 004 (L120-241 and L404-501).
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.animation import FuncAnimation
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from cnn_course.plots.picture import Picture

WINDOW, RESULT, MARGIN = "#d95f02", "#1b7837", "#8c8c8c"  # colours


def sliding_window(steps: Sequence[Any], *, show: Sequence[int] | None = None, title: str = "") -> Picture:
    """A row for each step in `show`, by default up to four: image and window, arithmetic, output so far.

    `steps` are all those of a convolution or pooling of one channel, `show` counts them from 0.
    Raises ValueError if there are several channels, or no such step.
    """
    chosen = _spread(len(steps)) if show is None else show
    _check(steps, chosen)
    figure = Picture(figsize=(12, 3.9 * len(chosen)), layout="constrained")
    figure.suptitle(title, fontsize=22)
    rows = figure.subplots(len(chosen), 3, squeeze=False)
    for axes, index in zip(rows, chosen, strict=True):
        _draw(axes, steps, index)
    _head(rows[0], steps[0])
    return figure


def sliding_animation(
    steps: Sequence[Any], *, show: Sequence[int] | None = None, seconds: float = 1.5, title: str = ""
) -> FuncAnimation:
    """The same as a film, `seconds` for each step in `show`, by default all.

    In a notebook `IPython.display.HTML(animation.to_jshtml())`, in a file
    `animation.save("steps.gif", writer="pillow")`. Raises ValueError as `sliding_window` does.
    """
    chosen = range(len(steps)) if show is None else show
    _check(steps, chosen)
    figure = Picture(figsize=(12, 4.2), dpi=80, layout="constrained")
    figure.suptitle(title, fontsize=22)
    axes = figure.subplots(1, 3)

    def draw(index: int) -> list[Any]:
        for one in axes:
            one.clear()
        _draw(axes, steps, index)
        _head(axes, steps[0])
        return []

    return FuncAnimation(figure, draw, frames=chosen, interval=1000 * seconds, init_func=lambda: [])


def _check(steps: Sequence[Any], chosen: Sequence[int]) -> None:
    channels = steps[0].window.shape[2]
    if channels != 1:
        raise ValueError(f"the image has {channels} channels; only one can be drawn with its numbers")
    if not all(0 <= index < len(steps) for index in chosen):
        raise ValueError(f"show is {list(chosen)}; the steps are 0 to {len(steps) - 1}")


def _spread(count: int) -> list[int]:
    """The first steps, where the window starts to move, and the last."""
    return sorted({0, min(1, count - 1), min(2, count - 1), count - 1})


def _draw(axes: Sequence[Axes], steps: Sequence[Any], index: int) -> None:
    """One step in three panels."""
    step = steps[index]
    _draw_image(axes[0], step)
    _draw_arithmetic(axes[1], step)
    _draw_output(axes[2], steps[: index + 1], steps[-1].output, span=max(step.padded.shape))


def _head(axes: Sequence[Axes], step: Any) -> None:
    """What the three panels are."""
    arithmetic = f"{step.operation} of the window" if step.kernel is None else "window × filter"
    for panel, title in zip(axes, ("image", arithmetic, "output"), strict=True):
        panel.set_title(title, fontsize=20)


def _draw_image(axes: Axes, step: Any) -> None:
    """The padded image, its margin in grey, and the window on it."""
    height, width = step.padded.shape[:2]
    (top, left), (kh, kw) = step.corner, step.window.shape[:2]
    _grid(axes, height, width)
    _frame(axes, top, left, kh, kw, WINDOW)
    (above, below), (before, after) = step.pads
    for (row, column), value in np.ndenumerate(step.padded[:, :, 0]):
        inside = above <= row < height - below and before <= column < width - after
        _number(axes, row, column, value, "black" if inside else MARGIN)


def _draw_arithmetic(axes: Axes, step: Any) -> None:
    """The window times the filter and the sum, or the window and what is taken from it."""
    kh, kw = step.window.shape[:2]
    if step.kernel is None:
        _grid(axes, kh, kw)
        axes.set_xlabel(f"{step.operation} = {_text(step.value)}", fontsize=20, color=RESULT)
        for (row, column), value in np.ndenumerate(step.window[:, :, 0]):
            _number(axes, row, column, value, WINDOW)
        return
    _grid(axes, kh, kw)
    total = f"sum {_text(np.sum(step.products))} + bias {_text(step.bias)} = {_text(step.value)}"
    axes.set_xlabel(total, fontsize=20, color=RESULT)
    for row, column in np.ndindex(kh, kw):
        factors = _text(step.window[row, column, 0]), _bracketed(step.kernel[row, column, 0])
        axes.text(column, row - 0.2, " · ".join(factors), ha="center", va="center", color=WINDOW, fontsize=16)
        product = _text(step.products[row, column, 0])
        axes.text(column, row + 0.2, f"= {product}", ha="center", va="center", fontsize=16)


def _draw_output(axes: Axes, done: Sequence[Any], last: tuple[int, int], *, span: int) -> None:
    """The numbers so far, the latest one framed, in cells as large as those of an image of `span`."""
    _grid(axes, last[0] + 1, last[1] + 1, span)
    for step in done:
        row, column = step.output
        _number(axes, row, column, step.value, "black")
    _frame(axes, row, column, 1, 1, RESULT)


def _grid(axes: Axes, height: int, width: int, span: int = 0) -> None:
    """Empty cells of size 1, cell (0, 0) at the top left with its middle at (0, 0), in a field of `span`."""
    right, down = (max(0, span - side) / 2 + 0.55 for side in (width, height))
    axes.set(xlim=(-right, width - 1 + right), ylim=(height - 1 + down, -down), aspect="equal")
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_visible(False)
    axes.hlines(np.arange(height + 1) - 0.5, -0.5, width - 0.5, color="#bbbbbb", linewidth=1)
    axes.vlines(np.arange(width + 1) - 0.5, -0.5, height - 0.5, color="#bbbbbb", linewidth=1)


def _frame(axes: Axes, top: int, left: int, height: int, width: int, colour: str) -> None:
    corner = left - 0.5, top - 0.5
    axes.add_patch(Rectangle(corner, width, height, facecolor=colour, alpha=0.15, linewidth=0))
    axes.add_patch(Rectangle(corner, width, height, fill=False, edgecolor=colour, linewidth=3.5, zorder=3))


def _number(axes: Axes, row: int, column: int, value: float, colour: str) -> None:
    axes.text(column, row, _text(value), ha="center", va="center", color=colour, fontsize=18)


def _text(value: float) -> str:
    """Up to three digits, with a minus sign that one can see from the last row."""
    return f"{value + 0.0:.3g}".replace("-", "\N{MINUS SIGN}")


def _bracketed(value: float) -> str:
    return f"({_text(value)})" if value < 0 else _text(value)
