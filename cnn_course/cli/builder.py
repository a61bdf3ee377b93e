"""From words on the command line to a network."""

import ast
from collections.abc import Sequence
from typing import Any


def builder_arguments(pairs: Sequence[str]) -> dict[str, Any]:
    """["head=gap", "filters=64"] -> {"head": "gap", "filters": 64}; ValueError for what is no KEY=VALUE."""
    arguments = {}
    for pair in pairs:
        key, equals, text = pair.partition("=")
        if not equals or not key.isidentifier():
            raise ValueError(f"--set {pair}: must be KEY=VALUE, such as head=gap or filters=64")
        arguments[key] = _value(text)
    return arguments


def _value(text: str) -> Any:
    """A Python literal if it is one, also `true` and `false`; otherwise the word itself."""
    try:
        return ast.literal_eval({"true": "True", "false": "False", "none": "None"}.get(text.lower(), text))
    except (ValueError, SyntaxError):
        return text
