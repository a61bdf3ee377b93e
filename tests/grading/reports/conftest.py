"""A small graded class, and what hostile students would put wherever they can."""

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any

import pytest

from cnn_course.grading.batch.verdict import Row
from cnn_course.grading.outcome import Outcome, Status

PASSED, FAILED, ERROR, UNTOUCHED = Status.PASSED, Status.FAILED, Status.ERROR, Status.NOT_ATTEMPTED
EXERCISE = {
    "name": "03_doubling",
    "title": "Doubling",
    "tasks": ["double", "halve"],
    "decks": ["004 (L80-291)", "deck 003 (L36-159): sizes"],
}
HOSTILE = [
    "<script>alert(1)</script>",
    "</style></pre></code><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)" x=\'',
    "' onfocus='alert(1)' autofocus='",
    "]]><!-- -->&lt;b&gt;<svg/onload=alert(1)>",
    "\u202eright to left\u202c \u2066isolated\u2069",
    "\x1b[31mred\x1b[0m \x1b]0;title\x07 \x00\x07\x85",
    "[a link](http://evil.example) ![an image](http://evil.example/x.png) <http://evil.example>",
    "http://evil.example www.evil.example me@evil.example @everyone #12",
    "```\n# heading\n```` ~~~\n| a | b |\n|---|---|\n* item\n&copy; \\",
    "` <img src=x onerror=alert(1)> ` `` <b>bold</b> `` [x](http://evil.example)",
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1\r\n-2+3",
    "{{7*7}} ${7*7} %(x)s {0.__class__}",
    "\ud800 lone, \ufeff mark",
    "x" * 1_000_000,
    "<" * 100_000,
]
CANARY = "canary-4f1d"


def _row(submission: str, outcomes: Any = (), **facts: Any) -> Row:
    points, most = sum(o.earned for o in outcomes), 6.0
    verdict = "full" if points == most else "partial" if points else "zero"
    mark = sha256(submission.encode("utf-8", "replace")).hexdigest()
    made = Row(
        submission,
        mark,
        points,
        most,
        verdict,
        "",
        "bwrap+cgroup",
        1.25,
        tuple(outcomes),
        (),
        "exercise.py",
        1,
    )
    return replace(made, **facts)


def _outcomes(*statuses: Status, message: str = "double(3) gave 9, 6 was expected") -> list[Outcome]:
    facts = [
        ("double", "three is doubled", 1.0, False),
        ("double", "text is doubled", 2.0, False),
        ("double", f"secret name {CANARY}", 2.0, True),
        ("halve", "four is halved", 1.0, False),
    ]
    return [
        Outcome(
            task,
            check,
            status,
            message="" if status is PASSED else f"hidden message {CANARY}" if hidden else message,
            hint=f"hidden hint {CANARY}" if hidden else f"A hint for {check}.",
            points=points,
            hidden=hidden,
            printed=f"hidden print {CANARY}" if hidden else "",
            observed=task == "halve",
        )
        for (task, check, points, hidden), status in zip(facts, statuses, strict=True)
    ]


@pytest.fixture
def exercise() -> dict[str, Any]:
    """The facts of an exercise."""
    return dict(EXERCISE)


@pytest.fixture
def row() -> Callable[..., Row]:
    """A function that makes a row as it follows from outcomes; keywords change it."""
    return _row


@pytest.fixture
def outcomes() -> Callable[..., list[Outcome]]:
    """A function that ends four checks as told: two visible and a hidden one of double, one of halve.

    They are worth 1, 2, 2 and 1 points. All text of the hidden one has the canary in it.
    """
    return _outcomes


@pytest.fixture(params=range(len(HOSTILE)), ids=lambda at: repr(HOSTILE[at][:12]))
def hostile(request: pytest.FixtureRequest) -> str:
    """One text after the other that a student may put anywhere."""
    return HOSTILE[request.param]


@pytest.fixture
def canary() -> str:
    """What no page of a student may hold."""
    return CANARY


@pytest.fixture
def parsed() -> "type[Parsed]":
    """A page as a browser sees it; an error where it is not well-formed."""
    return Parsed


@pytest.fixture
def rows() -> list[Row]:
    """One of every verdict."""
    return [
        _row("anna", _outcomes(PASSED, PASSED, PASSED, PASSED)),
        _row("ben", _outcomes(FAILED, PASSED, FAILED, PASSED), reason=f"1 of 2 tasks pass; {CANARY}"),
        _row("chris", _outcomes(*[UNTOUCHED] * 4, message="double is still to be written")),
        _row("dora", _outcomes(PASSED, ERROR, ERROR, ERROR), verdict="timeout", reason="after 20 s: double"),
        _row("emil", (), verdict="memory", reason="more than 2 GiB", isolation="landlock"),
        _row("fay", (), verdict="crash", reason="it ended by signal 11", isolation="none"),
        _row("gus", (), verdict="rejected", reason="exercise.docx is a Word file", isolation="", name=""),
        _row("hal", (), verdict="grader_error", reason=f"no result in 2 attempts {CANARY}"),
    ]  # fmt: skip


class Parsed(HTMLParser):
    """A page as a browser would see it: elements with attributes, text; an error where it does not nest."""

    EMPTY = ("meta", "wbr")

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs) -> None:
        assert len(dict(attrs)) == len(attrs)
        self.elements.append((tag, dict(attrs)))
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data) -> None:
        if self.open[-1:] != ["style"]:
            self.text += data

    def handle_comment(self, data) -> None:
        raise AssertionError(f"a comment: {data}")

    def tags(self) -> set[str]:
        return {tag for tag, _ in self.elements}
