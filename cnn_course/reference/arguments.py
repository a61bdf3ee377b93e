"""What every operation asks of its arguments, and the one line that says what would fit."""

from typing import Any

import numpy as np

Pair = int | tuple[int, int]  # 2 is short for (2, 2); (down, across)
Padding = int | str  # pixels on all four sides, "valid" or "same"


def floats(array: Any) -> np.ndarray:
    """Anything that NumPy can read, as floating point numbers; whole numbers become float64."""
    array = np.asarray(array)
    return array if np.issubdtype(array.dtype, np.floating) else array.astype(np.float64)


def array_of(name: str, array: Any, *axes: str) -> np.ndarray:
    """`array` as floats; ValueError unless it has as many axes as are named."""
    array = floats(array)
    if array.ndim != len(axes):
        raise ValueError(f"{name} has shape {array.shape}; it must be ({', '.join(axes)})")
    return array


def images(x: Any) -> np.ndarray:
    """`x` as a batch of floating point images (N, H, W, C)."""
    return array_of("x", x, "images", "height", "width", "channels")


def gradient(dy: Any, *shape: int) -> np.ndarray:
    """`dy` as floats; ValueError unless it has the `shape` of the output."""
    return shaped("dy", dy, *shape, because="like the output of the forward pass")


def shaped(name: str, array: Any, *shape: int, because: str) -> np.ndarray:
    """`array` as floats; ValueError unless it has this `shape`."""
    array = floats(array)
    if array.shape != shape:
        raise ValueError(f"{name} has shape {array.shape}; it must be {shape}, {because}")
    return array


def bias_of(bias: Any, filters: int) -> np.ndarray | None:
    """`bias` as floats, one for each filter, or None."""
    return None if bias is None else shaped("bias", bias, filters, because="one number for each filter")


def pair(name: str, value: Any) -> tuple[int, int]:
    """`3` or `(3, 2)` as two whole numbers (down, across), each at least 1."""
    two = tuple(value) if isinstance(value, tuple | list) else (value, value)
    if len(two) != 2 or not all(is_whole(v) and v >= 1 for v in two):
        raise ValueError(
            f"{name} is {value!r}; it must be a whole number of at least 1, or two of them: (down, across)"
        )
    return int(two[0]), int(two[1])


def count(name: str, value: Any) -> int:
    """`value`, a whole number of at least 1."""
    if not is_whole(value) or value < 1:
        raise ValueError(f"{name} is {value!r}; it must be a whole number of at least 1")
    return int(value)


def is_whole(value: Any) -> bool:
    return hasattr(value, "__index__") and not isinstance(value, bool)
