"""Rows (a list of dicts) as aligned text, Markdown or CSV. Imports no framework."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from numbers import Integral, Real
from textwrap import wrap
from typing import Any

Row = Mapping[str, Any]

NARROW = 26
"""As narrow as a column of sentences may become, with the gap before it."""


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


def as_fitting_text(
    rows: Sequence[Row], columns: Sequence[str] | None = None, *, width: int, spare: Sequence[str] = ()
) -> tuple[str, list[str]]:
    """`as_text` no wider than `width`, and the columns that had to be left out for it.

    Sentences go on in the next line of their cell. Where that is not enough, columns of `spare` are left out,
    the first of them first; then other words are broken, too. Only numbers that are too wide exceed `width`.
    """
    keys, dropped = _keys(rows, columns), []
    for key in spare:
        if _least(rows, keys) <= width:
            break
        if key in keys:
            keys.remove(key)
            dropped.append(key)
    return as_text(_wrapped(rows, _shares(rows, keys, width)), keys), dropped


def _least(rows: Sequence[Row], keys: Sequence[str]) -> int:
    """How narrow a table can be without breaking a word that is no sentence."""
    return sum(min(_width(rows, key), NARROW if _is_prose(rows, key) else 1000) for key in keys) - 2


def _shares(rows: Sequence[Row], keys: Sequence[str], width: int) -> dict[str, int]:
    """How wide the columns of text may be for a table of `width`: narrow ones as they are, others alike."""
    prose = [key for key in keys if _is_prose(rows, key)]
    if _least(rows, keys) > width:  # now or never
        prose = [key for key in keys if any(isinstance(row.get(key), str) for row in rows)]
    room = width + 2 - sum(_width(rows, key) for key in keys if key not in prose)
    shares = {}
    for left, key in zip(range(len(prose), 0, -1), sorted(prose, key=lambda k: _width(rows, k)), strict=True):
        shares[key] = max(min(_width(rows, key), room // left) - 2, 1)
        room -= shares[key] + 2
    return shares


def _is_prose(rows: Sequence[Row], key: str) -> bool:
    """Whether a column holds text of several words."""
    return any(isinstance(row.get(key), str) and " " in row[key].strip() for row in rows)


def as_panels(rows: Sequence[Row], sections: Sequence[Sequence[str]], *, width: int) -> str:
    """The rows as tables one below the other, none wider than `width`, each beginning with the first column.

    A section is columns that are not parted as long as they fit. Text too wide for a table goes on in the
    next line. Only a `width` too small for the first column and one other is exceeded.
    """
    if not rows:
        return ""
    (first, *_), *_ = sections
    room = max(width - _width(rows, first) + 2, 20)  # the first column has no gap before it
    panels: list[list[str]] = [[]]
    for section in sections:
        columns = [key for key in section if key != first]
        if sum(_width(rows, key, room) for key in panels[-1] + columns) > room and panels[-1]:
            panels.append([])
        for key in columns:
            if sum(_width(rows, other, room) for other in [*panels[-1], key]) > room and panels[-1]:
                panels.append([])
            panels[-1].append(key)
    return "\n\n".join(
        as_text(_wrapped(rows, dict.fromkeys(keys, room - 2)), [first, *keys]) for keys in panels
    )


def _width(rows: Sequence[Row], column: str, most: int = 1000) -> int:
    """How wide a column is with the gap before it."""
    return min(_widths(_cells(rows, [column]))[0] + 2, most)


def _wrapped(rows: Sequence[Row], widths: Mapping[str, int]) -> list[Row]:
    """The rows with text wider than `widths` spread over further rows, which are empty elsewhere."""
    lines: list[Row] = []
    for row in rows:
        texts = {key: wrap(row[key], width) for key, width in widths.items() if isinstance(row.get(key), str)}
        lines.append({**row} | {key: parts[0] for key, parts in texts.items() if parts})
        lines += [
            dict.fromkeys(row, "") | {key: parts[index] for key, parts in texts.items() if index < len(parts)}
            for index in range(1, max(map(len, texts.values()), default=1))
        ]
    return lines


def as_csv(rows: Sequence[Row], columns: Sequence[str] | None = None) -> str:
    """The rows for a spreadsheet: plain numbers, shapes as 30x30x32, nothing for None; "" without rows."""
    if not rows:
        return ""
    keys = _keys(rows, columns)
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(keys)
    writer.writerows([_plain(row.get(key)) for key in keys] for row in rows)
    return table.getvalue().removesuffix("\n")


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, str | Real) else cell(value)


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
        all(
            isinstance(row.get(key) or None, Real | None) and not isinstance(row.get(key), bool)
            for row in rows
        )
        for key in _keys(rows, columns)
    ]


def _widths(table: list[list[str]]) -> list[int]:
    return [max(map(len, column)) for column in zip(*table, strict=True)]


def _pad(cells: Sequence[str], widths: Sequence[int], aligns: Sequence[bool]) -> list[str]:
    return [
        text.rjust(width) if right else text.ljust(width)
        for text, width, right in zip(cells, widths, aligns, strict=True)
    ]
