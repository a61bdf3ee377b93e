"""HTML that cannot be written wrong: what is not markup of our own is cleaned and escaped as it is put in.

element("p", "She wrote ", element("code", anything), class_="note")
"""

import re
from collections.abc import Iterable
from html import escape
from typing import Any

from cnn_course.grading.wording import clean

WITHOUT_END = {"meta", "wbr"}


class Html(str):
    """Markup that `element` made."""

    __slots__ = ()


Content = str | Iterable[Any]


def element(name: str, /, *content: Content, **attributes: str | float | None) -> Html:
    """One element. `class_` is class, `aria_label` is aria-label; an attribute that is None is left out."""
    words = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(clean(str(value)))}"'
        for key, value in attributes.items()
        if value is not None
    )
    end = "" if name in WITHOUT_END else f"</{name}>"
    return Html(f"<{name}{words}>{joined(content)}{end}")


def joined(content: Content) -> Html:
    """Parts one after the other: markup as it is, text escaped, lists flattened."""
    if isinstance(content, Html):
        return content
    if isinstance(content, str):
        return Html(escape(clean(content)))
    return Html("".join(joined(part) for part in content))


def breakable(name: str) -> Html:
    """A name in code, which a narrow screen breaks after an _ or + and nowhere else."""
    parts = [part for part in re.split("(?<=[_+])", name) if part]
    return element("code", [[part, element("wbr")] for part in parts[:-1]], parts[-1:], class_="name")


def whole(words: str) -> Html:
    """A few words that stay on one line."""
    return element("span", words, class_="whole")


def table(
    caption: str, head: Iterable[Content], rows: Iterable[Iterable[Content]], **attributes: str
) -> Html:
    """A table with a caption, whose first column names its rows."""
    return element(
        "table",
        element("caption", caption),
        element("thead", element("tr", [element("th", cell, scope="col") for cell in head])),
        element("tbody", [_row(*row) for row in rows]),
        **attributes,
    )


def _row(first: Content, *others: Content) -> Html:
    cells = [element("td", cell) for cell in others]
    return element("tr", element("th", first, scope="row"), cells)
