"""The page that a student opens: the points, and of each check what was called, what came back, and why."""

from collections.abc import Iterator

from cnn_course.grading.outcome import Status
from cnn_course.grading.reports.feedback import Check, Feedback, HiddenCheck, Task
from cnn_course.grading.reports.markup import Html, breakable, element, table
from cnn_course.grading.reports.page import page, style_of
from cnn_course.grading.reports.verdicts import number
from cnn_course.grading.showing import SYMBOLS


def feedback_html(feedback: Feedback) -> str:
    """The page of one submission."""
    title = f"{feedback.exercise}: {feedback.title}"
    return page(
        f"{title} - {feedback.submission}",
        element("header", list(_header(feedback))),
        element("main", list(_main(feedback))),
        element("footer", list(_footer(feedback))),
    )


def _header(feedback: Feedback) -> Iterator[Html]:
    yield element("p", feedback.exercise, class_="quiet")
    yield element("h1", feedback.title)
    yield element("p", "Feedback for ", element("bdi", feedback.submission))
    if feedback.graded:
        points = f"{number(feedback.points)} of {number(feedback.max_points)} points"
        yield element("p", points, class_="points")


def _main(feedback: Feedback) -> Iterator[Html]:
    if feedback.reason or feedback.means:
        told = [element("p", line) for line in feedback.means]
        reason = element("pre", feedback.reason) if feedback.reason else ()
        yield element("section", element("p", element("strong", feedback.says)), reason, told, class_="note")
    else:
        yield element("p", feedback.says)
    if feedback.problems:
        yield element("h2", "While your file was loaded")
        yield element("p", "These statements failed. Everything else in the file was checked all the same.")
        yield element("ul", [element("li", element("code", line)) for line in feedback.problems])
    if feedback.tasks:
        yield element("h2", "Points by task")
        yield _overview(feedback)
    for place, task in enumerate(feedback.tasks, start=1):
        yield element("section", list(_task(task)), id=f"task{place}")
    if feedback.tasks and feedback.decks:
        yield element("h2", "Where to read again")
        yield element("ul", [element("li", deck) for deck in feedback.decks])


def _overview(feedback: Feedback) -> Html:
    rows = [
        [
            element("a", breakable(task.name), href=f"#task{place}"),
            f"{number(task.earned)} of {number(task.points)}",
            task.visible,
            task.unseen,
        ]
        for place, task in enumerate(feedback.tasks, start=1)
    ]
    head = ["task", "points", "visible", "hidden"]
    return table("Points, and how many of the visible and hidden checks passed", head, rows)


def _task(task: Task) -> Iterator[Html]:
    yield element("h2", element("code", task.name))
    if task.not_attempted:
        yield element("p", f"{SYMBOLS[Status.NOT_ATTEMPTED]} not attempted: {task.not_attempted}")
        return
    if task.checks:
        yield element("ol", [_check(check) for check in task.checks], class_="checks")
    if task.hidden:
        yield element("ul", [_hidden(check) for check in task.hidden], class_="checks")


def _check(check: Check) -> Html:
    title = f"{SYMBOLS[check.status]} {check.status}: {check.name}"
    heading = title if check.status is Status.PASSED else element("h3", title)
    return element("li", heading, list(_told(check)), class_=style_of(check.status))


def _told(check: Check) -> Iterator[Html]:
    if check.message:
        yield element("pre", check.message)
    if check.hint:
        yield element("p", element("strong", "Hint: "), check.hint, class_="hint")
    if check.printed:
        yield element("p", "Your code printed:", class_="quiet")
        yield element("pre", "\n".join(check.printed))


def _hidden(check: HiddenCheck) -> Html:
    status = Status.PASSED if check.passed else Status.FAILED
    return element("li", f"{SYMBOLS[status]} {check.name}: {status}", class_=style_of(status))


def _footer(feedback: Feedback) -> Iterator[Html]:
    if feedback.fingerprint:
        mark = element("code", feedback.fingerprint)
        yield element("p", "What was handed in: ", element("bdi", feedback.file), " (sha256 ", mark, "...).")
    if any(task.hidden for task in feedback.tasks):
        yield element("p", "Hidden checks ask the same of your code with other inputs.")
    yield element("p", "If a check seems wrong, show this page to whoever teaches the course.")
