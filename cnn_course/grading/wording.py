"""Text from students made safe to show, and the names of tests as sentences."""

import re

ESCAPES = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)?|.)?")  # colours, titles, cursors
CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)


def clean(text: str) -> str:
    """The text without what drives a terminal or turns the direction of writing; lines and tabs stay."""
    return CONTROLS.sub("", ESCAPES.sub("", text))


def sentence(test_name: str) -> str:
    """test_output_has_the_size[3] -> output has the size (3)."""
    name, bracket, case = test_name.removeprefix("test_").partition("[")
    return name.replace("_", " ") + (f" ({case.removesuffix(']')})" if bracket else "")


def shortened(text: str, most: int) -> str:
    """The text, or as much of it as `most` characters hold."""
    return text if len(text) <= most else f"{text[: most - 3]}..."


def in_one_line(text: str, most: int = 200) -> str:
    """Clean text without line breaks, tabs and spaces in a row, shortened."""
    return shortened(" ".join(clean(text[: 50 * most]).split()), most)
