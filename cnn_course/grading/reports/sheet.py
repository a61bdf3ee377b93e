"""CSV files: safe cells for new ones; others' files, in which single cells change and no other byte does."""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from cnn_course.grading.wording import in_one_line

# What a spreadsheet takes for the beginning of a formula, some in wide letters too. In many countries a cell
# ends with a semicolon, whatever this file ends it with.
FORMULA = re.compile(r"(?:^|(?<=;))(?=[=+\-@\t\r\uff1d\uff0b\uff0d\uff20])")
DELIMITERS = (",", ";", "\t")


def csv_text(rows: Iterable[Iterable[str]], longest: int = 200) -> str:
    """Rows as CSV. Each cell is one clean line of at most so many characters, and no formula."""
    cells = ((quoted(harmless(in_one_line(cell, longest))) for cell in row) for row in rows)
    return "".join(",".join(row) + "\n" for row in cells)


def harmless(text: str) -> str:
    """The text, with a ' before what a spreadsheet would compute."""
    return FORMULA.sub("'", text)


def quoted(text: str, delimiter: str = ",") -> str:
    """A cell as it is written in the file."""
    if any(mark in text for mark in (delimiter, '"', "\n", "\r")):
        return '"' + text.replace('"', '""') + '"'
    return text


class Cell(NamedTuple):
    """What a cell says, and where it stands in the text."""

    value: str
    start: int
    end: int


class Sheet(NamedTuple):
    """Somebody's CSV file. The first row is its header."""

    text: str
    delimiter: str
    rows: list[list[Cell]]

    @property
    def header(self) -> list[str]:
        return [cell.value.strip() for cell in self.rows[0]]

    def value(self, row: int, column: int | None) -> str:
        """What stands there; "" where the row is shorter or there is no such column."""
        if column is None or column >= len(self.rows[row]):
            return ""
        return self.rows[row][column].value.strip()

    def column(self, *names: str) -> int | None:
        """The first column with one of these names."""
        found = [name.casefold() for name in self.header]
        return next((found.index(name.casefold()) for name in names if name.casefold() in found), None)

    def changed(self, cells: Mapping[tuple[int, int], str], new: Mapping[int, str] | None = None) -> bytes:
        """The file with other text in some cells, and with one column more, if there is a `new` one."""
        edits = [self._edit(row, column, text) for (row, column), text in cells.items()]
        edits += [self._added(row, text) for row, text in (new or {}).items()]
        parts, last = [], 0
        for start, end, text in sorted(edits):
            parts += [self.text[last:start], text]
            last = end
        return "".join([*parts, self.text[last:]]).encode("utf-8", "surrogateescape")

    def _edit(self, row: int, column: int, text: str) -> tuple[int, int, str]:
        """Where to write what; a row that ends too early is filled up."""
        missing = column - len(self.rows[row]) + 1
        if missing > 0:
            end = self.rows[row][-1].end
            return end, end, self.delimiter * missing + quoted(text, self.delimiter)
        return self.rows[row][column].start, self.rows[row][column].end, quoted(text, self.delimiter)

    def _added(self, row: int, text: str) -> tuple[int, int, str]:
        """The same for the cell after the header's last."""
        return self._edit(row, max(len(self.rows[0]), len(self.rows[row])), text)


def read_sheet(data: bytes, name: str) -> Sheet:
    """The CSV file `name`; what is not UTF-8 in it stays as it is. ValueError if it is no CSV."""
    text = data.decode("utf-8", "surrogateescape")
    if "\0" in text or not text.strip("\ufeff\r\n "):
        raise ValueError(f"{name} is no CSV file in UTF-8: export it as CSV, not as a spreadsheet")
    begin = len(text) - len(text.removeprefix("\ufeff"))
    delimiter = max(DELIMITERS, key=lambda mark: len(_fields(text, begin, mark)[0]))
    return Sheet(text, delimiter, _rows(text, begin, delimiter))


def _rows(text: str, position: int, delimiter: str) -> list[list[Cell]]:
    rows = []
    while position < len(text):
        cells, position = _fields(text, position, delimiter)
        rows.append(cells)
    return rows


def _fields(text: str, position: int, delimiter: str) -> tuple[list[Cell], int]:
    """The cells of the line that begins at `position`, and where the next begins."""
    field = re.compile(rf'("(?:[^"]|"")*+")?[^{delimiter}\r\n]*')
    cells = []
    while True:
        match = field.match(text, position)
        assert match is not None  # it matches nothing, too
        cells.append(Cell(_value(match), match.start(), match.end()))
        position = match.end()
        if text[position : position + 1] != delimiter:
            break
        position += 1
    ending = "\r\n" if text.startswith("\r\n", position) else text[position : position + 1]
    return cells, position + len(ending)


def _value(match: re.Match[str]) -> str:
    quoted_part = match[1] or ""
    return quoted_part[1:-1].replace('""', '"') + match[0][len(quoted_part) :]
