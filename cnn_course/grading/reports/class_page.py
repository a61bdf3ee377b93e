"""The page of a whole class, for instructors: it names hidden checks."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from cnn_course.grading.batch.verdict import LIMITS, Row
from cnn_course.grading.reports import class_facts
from cnn_course.grading.reports.charts import bar, histogram
from cnn_course.grading.reports.class_facts import CheckCount
from cnn_course.grading.reports.known_mistakes import KnownMistake, how_common
from cnn_course.grading.reports.markup import Content, Html, breakable, element, joined, table, whole
from cnn_course.grading.reports.page import page
from cnn_course.grading.reports.verdicts import MEANT, in_order, is_graded, number
from cnn_course.grading.wording import in_one_line

HARDEST = 20  # checks that are shown at once
WEAK = {
    "none": "graded without a sandbox: that code could read files, use the network and change results",
    "landlock": "graded with Landlock: files and network were shut, but memory was only watched",
}


def class_html(
    rows: Iterable[Row],
    exercise: Mapping[str, Any],
    *,
    mistakes: Sequence[KnownMistake] = (),
    pages: Mapping[str, str],
    notes: Sequence[str] = (),
) -> str:
    """`pages`: the file of each submission's feedback. `notes`: what is to be known about the gradebooks."""
    rows = in_order(rows)
    sections = [
        _points(rows),
        _verdicts(rows),
        _to_look_at(rows, pages),
        _gradebooks(notes),
        _tasks(rows, exercise["tasks"]),
        _hardest(rows),
        _mistakes(rows, mistakes),
        _observed(rows),
        _isolation(rows),
        _identical(rows, pages),
        _all(rows, pages),
    ]
    title = f"{exercise['name']}: {exercise['title']}"
    return page(
        f"{title} - class",
        element("header", list(_header(rows, exercise))),
        element("main", [element("section", list(section)) for section in sections]),
        element(
            "footer", element("p", "Made from the rows of grading.db; it can be made again at any time.")
        ),
    )


def _header(rows: Sequence[Row], exercise: Mapping[str, Any]) -> Iterator[Html]:
    yield element("p", exercise["name"], class_="quiet")
    yield element("h1", f"{exercise['title']}: the class")
    yield element(
        "p", f"{_counted(len(rows), 'submission')}. This page is for instructors: it names hidden checks."
    )
    for level, weakness in WEAK.items():
        count = sum(row.isolation == level for row in rows)
        if count:
            yield element(
                "p", element("strong", _counted(count, "submission")), f" {weakness}.", class_="note"
            )


def _points(rows: Sequence[Row]) -> Iterator[Html]:
    points = [row.points for row in rows if is_graded(row)]
    most = max((row.max_points for row in rows), default=0)
    if not points or not most:
        return
    mean = sum(points) / len(points)
    yield element("h2", "Points")
    middle = f"Mean {number(mean)}, median {number(class_facts.median(points))} of {number(most)} points."
    chart = histogram(class_facts.bins(points, most), "points")
    yield element("figure", chart, element("figcaption", f"{middle} A bar goes from its number to the next."))


def _verdicts(rows: Sequence[Row]) -> Iterator[Html]:
    counts = Counter(row.verdict for row in rows)
    yield element("h2", "Verdicts")
    lines = [
        [whole(verdict), str(counts[verdict]), meant] for verdict, meant in MEANT.items() if counts[verdict]
    ]
    yield table("How many submissions ended in which way", ["verdict", "number", "meaning"], lines)


def _to_look_at(rows: Sequence[Row], pages: Mapping[str, str]) -> Iterator[Html]:
    """Those whose grading did not come to its end, the grader's own failures first."""
    order = ("grader_error", *LIMITS, "rejected")
    lines = [
        [_link(row, pages), whole(row.verdict), in_one_line(row.reason)]
        for verdict in order
        for row in rows
        if row.verdict == verdict
    ]
    lines += [
        [_link(row, pages), whole(row.verdict), in_one_line(row.problems[0])]
        for row in rows
        if row.problems and row.verdict not in order
    ]
    if lines:
        yield element("h2", "To look at")
        caption = "Stopped by a limit, ended, rejected, not graded, or with statements that failed"
        yield table(caption, ["submission", "verdict", "reason"], lines)


def _gradebooks(notes: Sequence[str]) -> Iterator[Html]:
    if notes:
        yield element("h2", "Gradebooks")
        yield element("ul", [element("li", note) for note in notes])


def _tasks(rows: Sequence[Row], order: Sequence[str]) -> Iterator[Html]:
    counts = class_facts.tasks(rows, order)
    if counts:
        yield element("h2", "Tasks")
        lines = [
            [breakable(each.task), _share(each.earned, each.points), f"{each.full} of {each.of}"]
            for each in counts
        ]
        caption = "The share of its points that the class earned in each task, and how many earned all"
        yield table(caption, ["task", "points earned", "with all points"], lines)


def _hardest(rows: Sequence[Row]) -> Iterator[Html]:
    counts = class_facts.hardest(rows)
    if counts:
        yield element("h2", "Hardest checks")
        yield _checks("Those that fewest passed", counts[:HARDEST])
        if counts[HARDEST:]:
            summary = element("summary", f"The other {len(counts) - HARDEST}")
            yield element("details", summary, _checks("Those that more passed", counts[HARDEST:]))


def _checks(caption: str, counts: Sequence[CheckCount]) -> Html:
    lines = [[_check(each), _passed(each), str(each.not_attempted)] for each in counts]
    return table(caption, ["check", "passed", "not attempted"], lines)


def _check(count: CheckCount) -> Content:
    marks = [mark for mark, holds in (("hidden", count.hidden), ("observed", count.observed)) if holds]
    return [
        breakable(count.task),
        ": ",
        count.name,
        element("em", f" ({', '.join(marks)})") if marks else "",
    ]


def _passed(count: CheckCount) -> Content:
    return [f"{count.passed} of {count.of}", bar(count.rate)]


def _mistakes(rows: Sequence[Row], mistakes: Sequence[KnownMistake]) -> Iterator[Html]:
    if not mistakes:
        return
    counts = how_common(mistakes, rows)
    made = {mistake: count for mistake, count in counts.items() if count}
    yield element("h2", "Known mistakes")
    lines = [
        [[breakable(each.task), f": {each.name}"], f"... {each.says} ...", _share(count, len(rows))]
        for each, count in made.items()
    ]
    if made:
        yield table(
            "How many submissions earned the message of each", ["mistake", "message", "submissions"], lines
        )
    yield element("p", f"Of the {len(counts)} mistakes known, {len(counts) - len(made)} were made by nobody.")


def _observed(rows: Sequence[Row]) -> Iterator[Html]:
    """How much rests on checks that watch the code from beside it."""
    points = [class_facts.observed_points(row) for row in rows]
    checks = [count for count in class_facts.hardest(rows) if count.observed]
    if not checks:
        return
    yield element("h2", "Points that rest on observation")
    yield element(
        "p",
        "The checks that are marked observed above watch what code does from beside it, where hostile code "
        "could deceive them. Honest code loses nothing by that. Before you rely on these points, read the "
        "code of whoever has them and little else.",
    )
    total, everything = sum(points), sum(row.points for row in rows if is_graded(row))
    yield element(
        "p",
        f"{number(total)} of the {number(everything)} points that the class earned rest on them: at most "
        f"{number(max(points))} in one submission.",
    )


def _isolation(rows: Sequence[Row]) -> Iterator[Html]:
    counts = Counter(row.isolation for row in rows)
    yield element("h2", "Isolation")
    lines = [[level or "not run", str(count)] for level, count in sorted(counts.items())]
    yield table("How the code of how many submissions was shut in", ["level", "submissions"], lines)


def _identical(rows: Sequence[Row], pages: Mapping[str, str]) -> Iterator[Html]:
    groups = class_facts.identical(rows)
    if groups:
        yield element("h2", "Identical files")
        yield element(
            "p",
            "These are the same byte for byte. There are good reasons for that, such as working in pairs.",
        )
        yield element("ul", [element("li", _listed(_link(row, pages) for row in group)) for group in groups])


def _all(rows: Sequence[Row], pages: Mapping[str, str]) -> Iterator[Html]:
    yield element("h2", "All submissions")
    lines = [
        [
            _link(row, pages),
            number(row.points) if is_graded(row) else "-",
            whole(row.verdict),
            breakable(row.isolation or "-"),
        ]
        for row in rows
    ]
    yield table("Each leads to its feedback", ["submission", "points", "verdict", "isolation"], lines)


def _link(row: Row, pages: Mapping[str, str]) -> Html:
    name = element("bdi", in_one_line(row.submission))
    return element("a", name, href=quote(pages[row.submission]))


def _listed(parts: Iterable[Html]) -> Html:
    return joined([part if at == 0 else [", ", part] for at, part in enumerate(parts)])


def _share(part: float, whole: float) -> Content:
    share = part / whole if whole else 0
    return [f"{number(part)} of {number(whole)} ({share:.0%})", bar(share)]


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"
