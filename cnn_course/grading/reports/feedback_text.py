"""The same feedback as Markdown. What comes from students stands in code, where nothing is obeyed:
no link, image, mention or HTML, neither in CommonMark nor as GitHub and Moodle extend it."""

import re
from collections.abc import Iterator

from cnn_course.grading.outcome import Status
from cnn_course.grading.reports.feedback import Check, Feedback, Task
from cnn_course.grading.reports.verdicts import number
from cnn_course.grading.showing import SYMBOLS

MARKUP = re.compile(r"[\\`*{}\[\]<>#|~!&$@]|(?<![^\W_])_|_(?![^\W_])")  # an _ inside a word is one


def feedback_markdown(feedback: Feedback) -> str:
    """The feedback of one submission."""
    return "\n".join(_lines(feedback)).rstrip() + "\n"


def _lines(feedback: Feedback) -> Iterator[str]:
    yield f"# {_plain(f'{feedback.exercise}: {feedback.title}')}\n"
    yield f"Feedback for {_code(feedback.submission)}\n"
    if feedback.graded:
        yield f"**{number(feedback.points)} of {number(feedback.max_points)} points**\n"
    yield f"{feedback.says}\n"
    if feedback.reason:
        yield f"{_block(feedback.reason)}\n"
    yield from (f"{line}\n" for line in feedback.means)
    if feedback.problems:
        yield "## While your file was loaded\n"
        yield "These statements failed. Everything else in the file was checked all the same.\n"
        yield f"{_block(*feedback.problems)}\n"
    for task in feedback.tasks:
        yield from _task(task)
    if feedback.tasks and feedback.decks:
        yield "## Where to read again\n"
        yield "".join(f"- {_plain(deck)}\n" for deck in feedback.decks)
    if feedback.fingerprint:
        yield f"What was handed in: {_code(feedback.file)} (sha256 {_code(feedback.fingerprint)}...)."


def _task(task: Task) -> Iterator[str]:
    points = f"{number(task.earned)} of {number(task.points)} points"
    yield f"## {_plain(task.name)}: {points}\n"
    yield f"Visible checks: {task.visible}. Hidden checks: {task.unseen}.\n"
    if task.not_attempted:
        yield f"{SYMBOLS[Status.NOT_ATTEMPTED]} not attempted:\n\n{_block(task.not_attempted)}\n"
        return
    for check in task.checks:
        yield from _check(check)
    for hidden in task.hidden:
        status = Status.PASSED if hidden.passed else Status.FAILED
        yield f"- {SYMBOLS[status]} {_plain(hidden.name)}: {status}\n"


def _check(check: Check) -> Iterator[str]:
    title = f"{SYMBOLS[check.status]} {check.status}: {_plain(check.name)}\n"
    yield f"- {title}" if check.status is Status.PASSED and not check.printed else f"### {title}"
    if check.message:
        yield f"{_block(check.message)}\n"
    if check.hint:
        yield f"**Hint:** {_plain(check.hint)}\n"
    if check.printed:
        yield f"Your code printed:\n\n{_block(*check.printed)}\n"


def _plain(text: str) -> str:
    """Words of the course's authors, in one line, without meaning for Markdown."""
    return MARKUP.sub(r"\\\g<0>", " ".join(text.split()))


def _code(text: str) -> str:
    """Anything in one line, as code, between more backticks than are in it."""
    text = " ".join(text.split())
    fence = "`" * (_longest(text) + 1)
    return f"{fence} {text or '-'} {fence}"


def _block(*lines: str) -> str:
    """Anything in lines of its own, as code."""
    text = "\n".join(lines)
    fence = "`" * max(3, _longest(text) + 1)
    return f"{fence}text\n{text}\n{fence}"


def _longest(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)
