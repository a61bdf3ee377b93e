"""The values that hidden checks expect: numbers of four digits and more, texts, rows of numbers.

What an author also shows to students is no secret; neither is a small number.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from typing import Any

from cnn_course.lessons.leaks import Leak

DIGITS = 4
LETTERS = 12
IN_A_ROW = 6  # numbers that make a row of them, of which at least three differ
UNMISTAKABLE = 9  # digits that nobody writes by chance; letters, twice as many
BETWEEN = " \t\r\n,;()[]{}+-"
NUMBER = re.compile(r"(?<![\w.])\d[\d_]*(?:\.\d*)?(?:[eE][+-]?\d+)?(?!\w)")
THOUSANDS = re.compile(r"(?<![\w.,])\d{1,3}(?:,\d{3})+(?![\w,])")


class Values:
    """Finds in texts what the hidden checks in `sources` expect, but for what `public` texts show as well.

    `unmistakable`: look only for what is too long to occur by chance, as among the sizes of files.
    """

    def __init__(
        self, sources: Iterable[str], public: Iterable[str] = (), *, unmistakable: bool = False
    ) -> None:
        nodes = [node for source in sources for node in ast.walk(ast.parse(source))]
        constants: list[Any] = [node.value for node in nodes if isinstance(node, ast.Constant)]
        shown = "\n".join(public)
        digits, letters = (UNMISTAKABLE, 2 * UNMISTAKABLE) if unmistakable else (DIGITS, LETTERS)
        numbers = {float(value) for value in constants if _digits(value) >= digits}
        self._numbers = numbers - {value for _, _, value in _numbers(shown)}
        texts = {value for value in constants if isinstance(value, str) and len(value) >= letters}
        self._texts = {words for words in texts if words not in shown}
        rows = set() if unmistakable else {row for node in nodes for row in _row(node)}
        self._rows = rows - {row for _, row in _rows(shown)}

    def __call__(self, text: str) -> Iterator[Leak]:
        """Each value that a text shows, once."""
        places: dict[str, int] = {}
        for place, value in self._found_in(text):
            places.setdefault(value, place)
        for value, place in places.items():
            yield Leak(text.count("\n", 0, place) + 1, f"it shows what a hidden check expects: {value}")

    def _found_in(self, text: str) -> Iterator[tuple[int, str]]:
        for place, written, value in _numbers(text):
            if value in self._numbers:
                yield place, written
        for place, row in _rows(text) if self._rows else ():
            if row in self._rows:
                yield place, ", ".join(f"{value:g}" for value in row)
        for words in self._texts:
            if words in text:
                yield text.index(words), repr(words[:60])


def _digits(value: Any) -> int:
    """How many digits a number has, zeros at the ends of a fraction not counted."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0
    if isinstance(value, int):
        return len(str(abs(value)))
    return len(repr(value).lower().partition("e")[0].replace(".", "").strip("-0"))


def _row(node: ast.AST) -> Iterator[tuple[float, ...]]:
    """The beginning of a list of numbers, or of lists of them, signs left out."""
    try:
        numbers = list(_flat(ast.literal_eval(node))) if isinstance(node, ast.List | ast.Tuple) else []
    except (ValueError, TypeError):  # it holds more than numbers
        return
    if len(numbers) >= IN_A_ROW and len(set(numbers[:IN_A_ROW])) >= IN_A_ROW // 2:
        yield tuple(numbers[:IN_A_ROW])


def _flat(value: Any) -> Iterator[float]:
    if isinstance(value, list | tuple):
        for part in value:
            yield from _flat(part)
    elif isinstance(value, int | float):
        yield abs(float(value))
    else:
        raise ValueError


def _numbers(text: str) -> Iterator[tuple[int, str, float]]:
    """Place, spelling and value of every number in a text; 1,234 is one, and also a 1 and a 234."""
    for pattern in (NUMBER, THOUSANDS):
        for found in pattern.finditer(text):
            yield found.start(), found[0], _value(found[0])


def _rows(text: str) -> Iterator[tuple[int, tuple[float, ...]]]:
    """Every so many numbers in a row, with nothing but brackets, commas, signs and spaces between them."""
    row: list[tuple[int, float]] = []
    end = 0
    for found in NUMBER.finditer(text):
        row = [] if text[end : found.start()].strip(BETWEEN) else row[1 - IN_A_ROW :]
        row.append((found.start(), _value(found[0])))
        end = found.end()
        if len(row) == IN_A_ROW:
            yield row[0][0], tuple(value for _, value in row)


def _value(written: str) -> float:
    try:
        return float(written.replace(",", "").replace("_", ""))
    except (ValueError, OverflowError):
        return 0.0
