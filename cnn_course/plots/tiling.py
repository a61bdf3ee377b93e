"""Many small pictures as one."""

import numpy as np


def tiles(pictures: np.ndarray, *, scale: int | None = None, gap: int = 4) -> np.ndarray:
    """Small pictures (n, h, w, c) of any range as one uint8 picture, in rows, each enlarged `scale` times.

    All pictures share one scale that is symmetric about 0, so that grey is 0 and brightness compares.
    """
    n, height, width, channels = pictures.shape
    scale = scale or max(1, 48 // max(height, width))
    columns = int(np.ceil(np.sqrt(n)))
    rows = -(-n // columns)
    reach = max(float(np.abs(pictures).max()), 1e-12)
    grey = np.uint8(np.round(np.clip(pictures / (2 * reach) + 0.5, 0, 1) * 255))
    cells = np.full((rows * columns, height * scale + gap, width * scale + gap, channels), 255, np.uint8)
    cells[:n, : height * scale, : width * scale] = grey.repeat(scale, axis=1).repeat(scale, axis=2)
    grid = cells.reshape(rows, columns, *cells.shape[1:]).swapaxes(1, 2)
    return grid.reshape(rows * cells.shape[1], columns * cells.shape[2], channels)
