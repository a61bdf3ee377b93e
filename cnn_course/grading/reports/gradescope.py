"""A submission's results.json for Gradescope.

Hidden checks are `after_published`: until the grades are published nobody can try out, by handing in again,
what they want; afterwards students see, by neutral names, which passed. With `hidden` they would never
see their total, which Gradescope leaves out as long as one test stays hidden.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from cnn_course.grading.batch.verdict import Row
from cnn_course.grading.outcome import Status
from cnn_course.grading.reports.feedback import Check, Feedback, HiddenCheck, feedback_of

FORMATS = {"output_format": "text", "test_output_format": "text", "test_name_format": "text"}


def gradescope_json(row: Row, exercise: Mapping[str, Any]) -> str:
    """The file as text."""
    return json.dumps(results(row, exercise), indent=1, allow_nan=False) + "\n"


def results(row: Row, exercise: Mapping[str, Any]) -> dict[str, Any]:
    """What the file says. Where the grader failed there is no score, which leaves it to a person."""
    feedback = feedback_of(row, exercise)
    return {
        **({"score": round(feedback.points, 6)} if feedback.graded else {}),
        "execution_time": round(row.seconds, 2),
        "output": "\n".join(_output(feedback)),
        **FORMATS,
        "stdout_visibility": "hidden",
        "tests": list(_tests(feedback)) or [{"name": feedback.exercise, "output": feedback.says}],
    }


def _output(feedback: Feedback) -> Iterator[str]:
    yield feedback.says
    yield from (line for line in (feedback.reason, *feedback.means) if line)
    if feedback.problems:
        yield "These statements failed while your file was loaded:"
        yield from feedback.problems
    if feedback.tasks and feedback.decks:
        yield f"Where to read again: {'; '.join(feedback.decks)}"


def _tests(feedback: Feedback) -> Iterator[dict[str, Any]]:
    for position, task in enumerate(feedback.tasks, start=1):
        tests = [_visible(task.name, check) for check in task.checks] + [
            _hidden(check) for check in task.hidden
        ]
        for place, test in enumerate(tests, start=1):
            yield {"number": f"{position}.{place}", **test}


def _visible(task: str, check: Check) -> dict[str, Any]:
    return {
        "name": f"{task}: {check.name}",
        "score": check.earned,
        "max_score": check.points,
        "status": "passed" if check.status is Status.PASSED else "failed",
        "output": "\n".join(_told(check)),
        "visibility": "visible",
    }


def _told(check: Check) -> Iterator[str]:
    if check.message:
        yield check.message
    if check.hint:
        yield f"Hint: {check.hint}"
    if check.printed:
        yield "Your code printed:"
        yield from check.printed


def _hidden(check: HiddenCheck) -> dict[str, Any]:
    status = "passed" if check.passed else "failed"
    return {
        "name": check.name,
        "score": check.earned,
        "max_score": check.points,
        "status": status,
        "output": f"{check.name}: {status}",
        "visibility": "after_published",
    }
