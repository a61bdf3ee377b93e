"""The figure type of this course: shown by a notebook, turned into an array, without pyplot.

Figures are made without pyplot: no window opens, nothing is kept alive, threads do not matter.
"""

import io

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure


class Picture(Figure):
    """A figure that a notebook shows without pyplot."""

    def _repr_png_(self) -> bytes:
        png = io.BytesIO()
        self.savefig(png)
        return png.getvalue()


def as_array(figure: Figure) -> np.ndarray:
    """A figure as the uint8 RGBA picture (height, width, 4) that it would be in a file."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.array(canvas.buffer_rgba())
