"""`cnn-course models`: the catalogue."""

from argparse import Namespace
from collections.abc import Mapping
from typing import Any

from cnn_course.cli.show import show


def run(args: Namespace) -> int:
    from cnn_course.models import catalogue

    rows = catalogue()
    if not args.json:
        rows = [row | {"arguments": as_typed(row["arguments"])} for row in rows]
    show(rows, as_json=args.json, spare=("classes", "input_shape", "arguments"))
    return 0


def as_typed(arguments: Mapping[str, Any]) -> str:
    """Arguments of a builder as --set takes them: "convs=2,2,2 batch_norm=False"."""
    return " ".join(f"{key}={_typed(value)}" for key, value in arguments.items())


def _typed(value: Any) -> str:
    """(32, 64) as 32,64, which no shell minds; (100,) as 100, with its comma."""
    if not isinstance(value, tuple | list):
        return str(value)
    return ",".join(map(str, value)) + "," * (len(value) == 1)
