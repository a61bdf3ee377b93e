"""Checks that all builders share: the argument errors that Keras would report late or in its own terms."""

from collections.abc import Iterable
from typing import Any


def check_image_classifier(network: str, input_shape: Any, classes: Any, *, smallest: int = 1) -> None:
    """Raise ValueError unless the input is (height, width, channels), large enough, and there is a class.

    `smallest` is the least height and width that leaves the network's last map at least one pixel.
    """
    if not _is_shape(input_shape):
        raise ValueError(
            f"input_shape is {input_shape!r}; {network} needs (height, width, channels) "
            "in whole numbers, such as (32, 32, 3)"
        )
    height, width, channels = input_shape
    if min(height, width) < smallest:
        raise ValueError(
            f"{height}x{width} images are too small for {network}; "
            f"the smallest possible input_shape is ({smallest}, {smallest}, {channels})"
        )
    if not (_is_whole(classes) and classes >= 1):
        raise ValueError(f"classes is {classes!r}; it must be a whole number, at least 1")


def check_choice(argument: str, value: Any, choices: Iterable[str]) -> None:
    """Raise ValueError unless `value` is one of `choices`."""
    choices = tuple(choices)
    if value not in choices:
        raise ValueError(f"{argument} is {value!r}; choose one of {', '.join(map(repr, choices))}")


def _is_shape(value: Any) -> bool:
    return isinstance(value, tuple | list) and len(value) == 3 and all(_is_whole(v) and v >= 1 for v in value)


def _is_whole(value: Any) -> bool:
    return hasattr(value, "__index__") and not isinstance(value, bool)  # NumPy's integers count too
