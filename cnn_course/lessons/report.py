"""What a student reads of an exercise: as text in a terminal, as HTML in a notebook.

An outcome is a word and a symbol; colour is only added. What comes from a student's code is escaped.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from html import escape
from textwrap import indent
from typing import NamedTuple

from cnn_course.grading.outcome import Outcome, Status
from cnn_course.grading.showing import (
    COLOURS,
    SYMBOLS,
    by_task,
    check_name,
    first_lines,
    said_once,
    summary,
    untouched,
)

APART = "margin:.5em 0"
CODE = "overflow-x:auto; white-space:pre; word-break:normal; overflow-wrap:normal"  # Jupyter breaks words
CELL = "text-align:left; vertical-align:top; white-space:pre-wrap; padding:.25em .75em"


@dataclass(frozen=True, repr=False)
class Report:
    """What the checks of one task, or of several, said. `hidden_exist`: whether there are others, not shown.

    `hint` is how one asks for a hint, such as 'ex.hint("{task}")', `solution` how one sees ours, if at all.
    """

    outcomes: Sequence[Outcome]
    hidden_exist: bool = False
    hint: str = 'ex.hint("{task}")'
    solution: str = 'ex.solution("{task}")'

    @property
    def passed(self) -> bool:
        """Whether every check that was run has passed."""
        return passes(self.outcomes)

    def share_of(self, points: float) -> float:
        """Of so many points, the part that the checks which passed have of the points of all."""
        total = sum(outcome.points for outcome in self.outcomes)
        return round(points * sum(outcome.earned for outcome in self.outcomes) / total, 6) if total else 0.0

    @property
    def visible(self) -> "Report":
        """The same without the hidden checks."""
        return replace(self, outcomes=[outcome for outcome in self.outcomes if not outcome.hidden])

    def __repr__(self) -> str:
        tasks = by_task(self.outcomes)
        parts = [_task_text(self, task, outcomes, alone=len(tasks) == 1) for task, outcomes in tasks.items()]
        if len(parts) > 1:
            parts.append(summary(self.outcomes, hidden_exist=self.hidden_exist))
        return "\n".join(f"{part}\n" if "\n" in part else part for part in parts).rstrip()

    def _repr_html_(self) -> str:
        tasks = by_task(self.outcomes)
        parts = [_task_html(self, task, outcomes, alone=len(tasks) == 1) for task, outcomes in tasks.items()]
        if len(parts) > 1:
            counts = escape(summary(self.outcomes, hidden_exist=self.hidden_exist))
            parts.append(f'<p style="{APART}">{counts}</p>')
        return "".join(parts)

    def next_step(self, task: str, outcomes: Sequence[Outcome]) -> tuple[str, str]:
        """What to do now, and how; two empty texts for nothing."""
        if not passes(outcomes):
            return "A hint", self.hint.format(task=task)
        return ("Other ways to write it", self.solution.format(task=task)) if self.solution else ("", "")


@dataclass(frozen=True, repr=False)
class Note:
    """A few words to the student; `status`: whether they are about something right or wrong."""

    text: str
    status: Status | None = None

    def __repr__(self) -> str:
        return f"{SYMBOLS[self.status]} {self.text}" if self.status else self.text

    def _repr_html_(self) -> str:
        edge = f"; padding-left:.75em; {_edge(self.status)}" if self.status else ""
        return f'<p style="white-space:pre-wrap{edge}">{escape(repr(self))}</p>'


@dataclass(frozen=True, repr=False)
class SideBySide:
    """One's own answer, the course's, and other right ones: titles and sources."""

    sources: dict[str, str]

    def __repr__(self) -> str:
        return "\n\n".join(f"{title}\n\n{indent(source, '    ')}" for title, source in self.sources.items())

    def _repr_html_(self) -> str:
        columns = "".join(
            f'<div style="flex:1 1 32em; min-width:0"><b>{escape(title)}</b>'
            f'<pre style="{CODE}">{escape(source)}</pre></div>'
            for title, source in self.sources.items()
        )
        return f'<div style="display:flex; flex-wrap:wrap; gap:1em; text-align:left">{columns}</div>'


class TaskState(NamedTuple):
    """One row of a student's progress."""

    task: str
    state: str
    checks: str


@dataclass(frozen=True, repr=False)
class Overview:
    """An exercise and how far its tasks are. `hidden_exist`: whether it has checks that are not counted."""

    title: str
    rows: Sequence[TaskState]
    hidden_exist: bool = False

    def __repr__(self) -> str:
        from cnn_course.analysis.text import as_text

        rows = [dict(zip(self._columns, row, strict=True)) for row in self.rows]
        return f"{self.title}\n\n{as_text(rows)}"

    def _repr_html_(self) -> str:
        head = "".join(f'<th style="{CELL}">{name}</th>' for name in self._columns)
        return f"<p><b>{escape(self.title)}</b></p>" + _table([f"<tr>{head}</tr>", *map(_row, self.rows)])

    @property
    def _columns(self) -> tuple[str, ...]:
        *others, checks = TaskState._fields
        return *others, f"visible {checks}" if self.hidden_exist else checks


def passes(outcomes: Iterable[Outcome]) -> bool:
    """Whether every check has passed."""
    return all(outcome.status is Status.PASSED for outcome in outcomes)


def _task_text(report: Report, task: str, outcomes: Sequence[Outcome], *, alone: bool) -> str:
    if untouched(outcomes):
        return f"{task}: not attempted; {outcomes[0].message}"
    head = f"{task}: {summary(outcomes, hidden_exist=report.hidden_exist, alone=alone)}"
    if passes(outcomes) and not alone:
        return f"{SYMBOLS[Status.PASSED]} {head}"
    lines = [head]
    for outcome, message, printed in said_once(outcomes):
        lines.append(f"  {SYMBOLS[outcome.status]} {outcome.status:<8}{check_name(outcome)}")
        lines += [indent(text, " " * 12) for text in (message, _printed(printed)) if text]
    return "\n".join([*lines, f"  {': '.join(report.next_step(task, outcomes))}"]).rstrip(" :\n")


def _task_html(report: Report, task: str, outcomes: Sequence[Outcome], *, alone: bool) -> str:
    if untouched(outcomes):
        return f'<p style="{APART}"><b>{escape(task)}</b>: not attempted; {escape(outcomes[0].message)}</p>'
    counts = escape(summary(outcomes, hidden_exist=report.hidden_exist, alone=alone))
    table = _table([_outcome_row(*told) for told in said_once(outcomes)])
    label, command = map(escape, report.next_step(task, outcomes))
    below = table + (f"<p>{label}: <code>{command}</code></p>" if command else "")
    if passes(outcomes) and not alone:
        head = f"{SYMBOLS[Status.PASSED]} <b>{escape(task)}</b>: {counts}"
        return f'<details style="{APART}"><summary>{head}</summary>{below}</details>'
    return f'<p style="{APART}"><b>{escape(task)}</b>: {counts}</p>{below}'


def _outcome_row(outcome: Outcome, message: str, printed: str) -> str:
    word = f"{SYMBOLS[outcome.status]} {outcome.status}"
    pre = f'<pre style="{CODE}">{escape(printed)}</pre>'
    folded = f"<details><summary>printed</summary>{pre}</details>" if printed else ""
    return (
        f'<tr><td style="{CELL}; white-space:nowrap; {_edge(outcome.status)}">{word}</td>'
        f'<td style="{CELL}; min-width:16em">{escape(check_name(outcome))}</td>'
        f'<td style="{CELL}">{escape(message)}{folded}</td></tr>'
    )


def _edge(status: Status) -> str:
    return f"border-left:4px solid {COLOURS[status]}"


def _printed(printed: str) -> str:
    """The first line that was printed, and how many more there are."""
    return "".join(f"printed: {line}" for line in first_lines(printed, 1) if line)


def _row(cells: Iterable[str]) -> str:
    return "<tr>" + "".join(f'<td style="{CELL}">{escape(cell)}</td>' for cell in cells) + "</tr>"


def _table(rows: Iterable[str]) -> str:
    return f'<table style="border-collapse:collapse; text-align:left">{"".join(rows)}</table>'
