"""Print rows as a table or as JSON."""

import json
import shutil
import sys
from collections.abc import Sequence
from textwrap import fill
from typing import Any

from cnn_course.analysis.text import as_fitting_text, as_text


def show(
    rows: Sequence[dict[str, Any]],
    *,
    as_json: bool,
    columns: Sequence[str] | None = None,
    spare: Sequence[str] = (),
) -> None:
    """A table of the chosen columns, or JSON with all of them.

    In a terminal the table is as wide as that at most: `spare` columns are left out one by one if need be.
    """
    if as_json:
        print(json.dumps(rows, indent=1))
    elif not sys.stdout.isatty():
        print(as_text(rows, columns))
    else:
        width = shutil.get_terminal_size().columns
        text, dropped = as_fitting_text(rows, columns, width=width, spare=spare)
        print(text)
        if dropped:
            names = ", ".join(name.replace("_", " ") for name in dropped)
            print(f"\n{fill(f'not shown here: {names}; a wider window or --json shows all', width)}")


def fact(name: str, text: str) -> None:
    """One line of a report: what, and then what about it."""
    print(f"{name:<12}{text}", flush=True)
