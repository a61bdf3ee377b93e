"""Checks that all builders share: the argument errors that Keras would report late or in its own terms."""

from collections.abc import Iterable
from difflib import get_close_matches
from numbers import Real
from typing import Any

import keras


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
    check_count("classes", classes)


def check_activation(argument: str, value: Any) -> None:
    """Raise ValueError unless Keras knows this activation, by its name, as a function, or None for none."""
    if value is None or callable(value):
        return
    try:
        keras.activations.get(value)
    except (ValueError, TypeError):
        near = get_close_matches(str(value), dir(keras.activations), n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        rule = "it must be an activation that Keras knows, such as 'relu' or 'tanh'"
        raise ValueError(f"{argument} is {value!r}; {hint}{rule}") from None


def check_choice(argument: str, value: Any, choices: Iterable[str]) -> None:
    """Raise ValueError unless `value` is one of `choices`."""
    choices = tuple(choices)
    if value not in choices:
        raise ValueError(f"{argument} is {value!r}; choose one of {', '.join(map(repr, choices))}")


def check_count(argument: str, value: Any) -> None:
    """Raise ValueError unless `value` is a whole number, at least 1."""
    if not is_count(value):
        raise ValueError(f"{argument} is {value!r}; it must be a whole number, at least 1")


def check_counts(argument: str, values: Any) -> None:
    """Raise ValueError unless `values` is a list or tuple of whole numbers, each at least 1."""
    if not (isinstance(values, list | tuple) and all(map(is_count, values))):
        raise ValueError(
            f"{argument} is {values!r}; it must be whole numbers, each at least 1, such as (32, 64)"
        )


def check_rate(argument: str, value: Any) -> None:
    """Raise ValueError unless `value` is a share that can be dropped: a number from 0 to below 1."""
    if isinstance(value, bool) or not isinstance(value, Real) or not 0 <= float(value) < 1:
        raise ValueError(f"{argument} is {value!r}; it must be a number from 0 to below 1, such as 0.5")


def check_switch(argument: str, value: Any) -> None:
    """Raise ValueError unless `value` is True or False."""
    if not isinstance(value, bool):
        raise ValueError(f"{argument} is {value!r}; it must be True or False")


def is_count(value: Any) -> bool:
    """Whether `value` is a whole number, at least 1; NumPy's integers count too."""
    return hasattr(value, "__index__") and not isinstance(value, bool) and value >= 1


def _is_shape(value: Any) -> bool:
    return isinstance(value, tuple | list) and len(value) == 3 and all(map(is_count, value))
