"""Print rows as a table or as JSON."""

import json
from collections.abc import Sequence
from typing import Any

from cnn_course.analysis.text import as_text


def show(rows: Sequence[dict[str, Any]], *, as_json: bool, columns: Sequence[str] | None = None) -> None:
    """A table of the chosen columns, or JSON with all of them."""
    print(json.dumps(rows, indent=1) if as_json else as_text(rows, columns))


def fact(name: str, text: str) -> None:
    """One line of a report: what, and then what about it."""
    print(f"{name:<12}{text}", flush=True)
