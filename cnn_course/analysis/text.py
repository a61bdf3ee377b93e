"""Rows (a list of dicts) as aligned text or as a Markdown table. Imports no framework."""

from collections.abc import Iterable, Mapping, Sequence
from numbers import Integral, Real
from typing import Any

Row = Mapping[str, Any]


def as_text(rows: Sequence[Row], columns: Sequence[str] | None = None) -> str:
    """The rows as a table for a terminal: numbers to the right, text to the left; "" without rows.

    `columns` chooses and orders the keys to show; by default all, in the order in which they first occur.
    """
    table = _cells(rows, columns)
    if not table:
        return ""
    widths = _widths(table)
    rule = ["-" * width for width in widths]
    aligns = _aligned(rows, columns)
    lines = [_pad(cells, widths, aligns) for cells in (table[0], rule, *table[1:])]
    return "\n".join("  ".join(cells).rstrip() for cells in lines)


def as_markdown(rows: Sequence[Row], columns: Sequence[str] | None = None) -> str:
    """The rows as a Markdown table whose source is aligned too; "" without rows."""
    table = [[_escaped(text) for text in cells] for cells in _cells(rows, columns)]
    if not table:
        return ""
    widths = [max(width, 3) for width in _widths(table)]
    aligns = _aligned(rows, columns)
    rule = ["-" * (width - 1) + (":" if right else "-") for width, right in zip(widths, aligns, strict=True)]
    lines = [_pad(cells, widths, aligns) for cells in (table[0], rule, *table[1:])]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _escaped(text: str) -> str:
    return text.replace("|", r"\|").replace("\n", " ")


def cell(value: Any) -> str:
    """One value as a reader expects it: 70,692; 0.8936; 30x30x32; a dash for None."""
    if value is None:
        return "-"
    if isinstance(value, bool | str):
        return str(value)
    if isinstance(value, Integral):
        return f"{value:,}"
    if isinstance(value, Real):
        return _number(float(value))
    if isinstance(value, Mapping):
        return ", ".join(f"{key}={_item(item)}" for key, item in value.items())
    if isinstance(value, Sequence):
        return _joined(value)
    return str(value)


def _number(value: float) -> str:
    """Four significant digits, but never an exponent in place of a thousand."""
    return f"{value:,.0f}" if 1000 <= abs(value) < 1e15 else f"{value:.4g}"


def _joined(values: Sequence[Any]) -> str:
    """A shape as 30x30x32, anything else with commas."""
    is_shape = all(value is None or isinstance(value, Integral) for value in values)
    return ("x" if is_shape else ", ").join(_item(value) for value in values)


def _item(value: Any) -> str:
    return str(value) if isinstance(value, Integral) else cell(value)  # no thousands separators inside a cell


def _keys(rows: Iterable[Row], columns: Sequence[str] | None) -> list[str]:
    found = list(dict.fromkeys(key for row in rows for key in row))
    if columns is None:
        return found
    for column in columns:
        if column not in found:
            raise ValueError(f"no column {column!r}; choose from {', '.join(found)}")
    return list(columns)


def _cells(rows: Sequence[Row], columns: Sequence[str] | None) -> list[list[str]]:
    """Header and rows as text; nothing for no rows."""
    if not rows:
        return []
    keys = _keys(rows, columns)
    return [[key.replace("_", " ") for key in keys]] + [[cell(row.get(key)) for key in keys] for row in rows]


def _aligned(rows: Sequence[Row], columns: Sequence[str] | None) -> list[bool]:
    """For each column whether it stands to the right: if all that it holds are numbers."""
    return [
        all(isinstance(row.get(key), Real | None) and not isinstance(row.get(key), bool) for row in rows)
        for key in _keys(rows, columns)
    ]


def _widths(table: list[list[str]]) -> list[int]:
    return [max(map(len, column)) for column in zip(*table, strict=True)]


def _pad(cells: Sequence[str], widths: Sequence[int], aligns: Sequence[bool]) -> list[str]:
    return [
        text.rjust(width) if right else text.ljust(width)
        for text, width, right in zip(cells, widths, aligns, strict=True)
    ]
