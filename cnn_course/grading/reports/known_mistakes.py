"""The known mistakes of an exercise, read without running its file, and how many made each."""

import ast
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from cnn_course.grading.batch.verdict import Row
from cnn_course.grading.outcome import Status
from cnn_course.grading.wording import sentence


class KnownMistake(NamedTuple):
    """A wrong answer to `task` that is known; the message that it earns contains `says`."""

    task: str
    name: str
    says: str


def read_mistakes(source: str) -> tuple[KnownMistake, ...]:
    """Those in the text of a mistakes.py, by its decorators `@mistake("task", says="...")`."""
    return tuple(
        KnownMistake(task, _words(node.name), says)
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        for task, says in _marks(node)
    )


def how_common(mistakes: Sequence[KnownMistake], rows: Iterable[Row]) -> dict[KnownMistake, int]:
    """How many submissions earned the message of each mistake; the most common first."""
    counts = dict.fromkeys(mistakes, 0)
    for row in rows:
        messages: dict[str, str] = {}
        for outcome in row.outcomes:
            if outcome.status is not Status.PASSED:
                messages[outcome.task] = f"{messages.get(outcome.task, '')}\n{outcome.message}"
        for mistake in counts:
            counts[mistake] += mistake.says in messages.get(mistake.task, "")
    return dict(sorted(counts.items(), key=lambda item: -item[1]))


def _words(name: str) -> str:
    """forgets_the_bias and ForgetsTheBias -> forgets the bias."""
    return sentence(name) if "_" in name else re.sub("(?<=[a-z])(?=[A-Z])", " ", name).lower()


def _marks(function: ast.FunctionDef | ast.ClassDef) -> Iterator[tuple[str, str]]:
    for call in function.decorator_list:
        if isinstance(call, ast.Call) and ast.unparse(call.func).split(".")[-1] == "mistake":
            words = [*call.args, *(word.value for word in call.keywords if word.arg == "says")]
            texts = [word.value for word in words if isinstance(word, ast.Constant)]
            if len(texts) == 2 and all(isinstance(text, str) for text in texts):
                yield str(texts[0]), str(texts[1])
