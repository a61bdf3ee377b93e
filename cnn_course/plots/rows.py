"""What figures are drawn from: a list of dicts, such as the epochs of a run or the layers of a network."""

from collections.abc import Iterable
from typing import Any


def check_rows(rows: Any, keys: Iterable[str], usual: str) -> None:
    """Raise ValueError unless `rows` are dicts that have the `keys`; `usual`: how the call should look."""
    if not isinstance(rows, list | tuple):
        raise ValueError(f"rows are of type {type(rows).__name__}; a list of dicts is needed, as in {usual}")
    for row in rows:
        missing = [key for key in keys if not (isinstance(row, dict) and key in row)]
        if missing:
            raise ValueError(f"each row must be a dict with {missing[0]!r} and more, as in {usual}")
