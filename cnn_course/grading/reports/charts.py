"""Bars as SVG inside a page. Whatever they show also stands in words."""

from collections.abc import Sequence

from cnn_course.grading.reports.class_facts import Bin
from cnn_course.grading.reports.markup import Html, element
from cnn_course.grading.reports.verdicts import number

WIDTH, HEIGHT, TOP, BOTTOM = 340, 190, 18, 34


def bar(share: float) -> Html:
    """A share from 0 to 1 as a bar; decoration beside the number itself."""
    full = element("rect", class_="track", width=100, height=10)
    part = element("rect", class_="bar", width=number(100 * share), height=10)
    return element("svg", full, part, viewBox="0 0 100 10", width=100, height=10, aria_hidden="true")


def histogram(bins: Sequence[Bin], unit: str) -> Html:
    """The bins side by side, each with its count above and where it begins below."""
    highest = max((each.submissions for each in bins), default=0) or 1
    wide = WIDTH / (len(bins) + 1)
    parts = [element("title", described(bins, unit))]
    for at, each in enumerate(bins):
        tall = (HEIGHT - TOP - BOTTOM) * each.submissions / highest
        left, base = wide * (at + 0.5), HEIGHT - BOTTOM
        parts.append(_rect(left + 1, base - tall, wide - 2, tall))
        if each.submissions:
            parts.append(_text(left + wide / 2, base - tall - 4, str(each.submissions)))
        parts.append(_text(left, base + 14, number(each.low)))
    base = HEIGHT - BOTTOM
    parts.append(_text(WIDTH - wide / 2, base + 14, number(bins[-1].high)))
    parts.append(element("line", class_="axis", x1=0, y1=base, x2=WIDTH, y2=base))
    parts.append(_text(WIDTH / 2, base + 30, unit))
    return element("svg", parts, viewBox=f"0 0 {WIDTH} {HEIGHT}", role="img", width=2 * WIDTH)


def described(bins: Sequence[Bin], unit: str) -> str:
    """The same in words, for those who hear the page."""
    counts = [
        f"{number(each.low)} to {number(each.high)}: {each.submissions}" for each in bins if each.submissions
    ]
    return f"Submissions by {unit}. {'; '.join(counts) or 'none'}."


def _rect(x: float, y: float, width: float, height: float) -> Html:
    return element("rect", class_="bar", x=_px(x), y=_px(y), width=_px(width), height=_px(height))


def _text(x: float, y: float, text: str) -> Html:
    return element("text", text, x=_px(x), y=_px(y), text_anchor="middle")


def _px(value: float) -> str:
    return f"{value:.1f}"
