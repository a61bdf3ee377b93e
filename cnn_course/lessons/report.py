"""What a student reads of an exercise: as text in a terminal, as HTML in a notebook.

An outcome is a word and a symbol; colour is only added. What comes from a student's code is escaped.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from textwrap import indent
from typing import NamedTuple

from cnn_course.grading.outcome import Outcome, Status, tally

SYMBOLS = {Status.PASSED: "✓", Status.FAILED: "✗", Status.ERROR: "!", Status.NOT_ATTEMPTED: "–"}
COLOURS = {  # seen on white as on black; text keeps the colour of its surroundings
    Status.PASSED: "#2f9e5b",
    Status.FAILED: "#d6493f",
    Status.ERROR: "#d98300",
    Status.NOT_ATTEMPTED: "#8a8a8a",
}
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
        return all(outcome.status is Status.PASSED for outcome in self.outcomes)

    @property
    def by_task(self) -> dict[str, list[Outcome]]:
        tasks = dict.fromkeys(outcome.task for outcome in self.outcomes)
        return {task: [outcome for outcome in self.outcomes if outcome.task == task] for task in tasks}

    def __repr__(self) -> str:
        tasks = self.by_task
        parts = [_task_text(self, task, outcomes, alone=len(tasks) == 1) for task, outcomes in tasks.items()]
        if len(parts) > 1:
            parts.append(self.summary(self.outcomes))
        return "\n".join(f"{part}\n" if "\n" in part else part for part in parts).rstrip()

    def _repr_html_(self) -> str:
        tasks = self.by_task
        parts = [_task_html(self, task, outcomes, alone=len(tasks) == 1) for task, outcomes in tasks.items()]
        if len(parts) > 1:
            parts.append(f"<p>{escape(self.summary(self.outcomes))}</p>")
        return "".join(parts)

    def summary(self, outcomes: Sequence[Outcome], *, alone: bool = True) -> str:
        """How many passed; that hidden ones exist is never left out where the line stands `alone`."""
        counts = [
            f"{kind}checks {tally(some)[Status.PASSED]} of {len(some)}"
            for kind, some in (
                ("visible " if self.hidden_exist else "", [o for o in outcomes if not o.hidden]),
                ("hidden ", [o for o in outcomes if o.hidden]),
            )
            if some
        ]
        unseen = alone and self.hidden_exist and not any(outcome.hidden for outcome in outcomes)
        return "; ".join([*counts, *["hidden checks also exist"] * unseen])

    def next_step(self, task: str, outcomes: Sequence[Outcome]) -> str:
        """What to do now, in one line."""
        if all(outcome.status is Status.PASSED for outcome in outcomes):
            return f"Other ways to write it: {self.solution.format(task=task)}" if self.solution else ""
        return f"A hint: {self.hint.format(task=task)}"


@dataclass(frozen=True, repr=False)
class Note:
    """A few words to the student."""

    text: str

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return f'<p style="white-space:pre-wrap">{escape(self.text)}</p>'


@dataclass(frozen=True, repr=False)
class SideBySide:
    """One's own answer, the course's, and other right ones: titles and sources."""

    sources: dict[str, str]

    def __repr__(self) -> str:
        return "\n\n".join(f"{title}\n\n{indent(source, '    ')}" for title, source in self.sources.items())

    def _repr_html_(self) -> str:
        columns = "".join(
            f'<div style="flex:1 1 32em; min-width:0"><b>{escape(title)}</b>'
            f'<pre style="overflow-x:auto">{escape(source)}</pre></div>'
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
    """An exercise and how far its tasks are."""

    title: str
    rows: Sequence[TaskState]

    def __repr__(self) -> str:
        from cnn_course.analysis.text import as_text

        return f"{self.title}\n\n{as_text([row._asdict() for row in self.rows])}"

    def _repr_html_(self) -> str:
        head = "".join(f'<th style="{CELL}">{name}</th>' for name in TaskState._fields)
        return f"<p><b>{escape(self.title)}</b></p>" + _table([f"<tr>{head}</tr>", *map(_row, self.rows)])


def _task_text(report: Report, task: str, outcomes: Sequence[Outcome], *, alone: bool) -> str:
    if _untouched(outcomes):
        return f"{task}: not attempted; {outcomes[0].message}"
    lines = [f"{task}: {report.summary(outcomes, alone=alone)}"]
    for outcome, message, printed in _told(outcomes):
        lines.append(f"  {SYMBOLS[outcome.status]} {outcome.status:<8}{outcome.check}")
        lines += [indent(text, " " * 12) for text in (message, _first_line(printed)) if text]
    return "\n".join([*lines, f"  {report.next_step(task, outcomes)}"]).rstrip()


def _task_html(report: Report, task: str, outcomes: Sequence[Outcome], *, alone: bool) -> str:
    head = f"<p><b>{escape(task)}</b>: "
    if _untouched(outcomes):
        return f"{head}not attempted; {escape(outcomes[0].message)}</p>"
    rows = [_outcome_row(*told) for told in _told(outcomes)]
    return (
        f"{head}{escape(report.summary(outcomes, alone=alone))}</p>{_table(rows)}"
        f"<p>{escape(report.next_step(task, outcomes))}</p>"
    )


def _outcome_row(outcome: Outcome, message: str, printed: str) -> str:
    edge = f"border-left:4px solid {COLOURS[outcome.status]}"
    folded = f"<details><summary>printed</summary><pre>{escape(printed)}</pre></details>" if printed else ""
    return (
        f'<tr><td style="{CELL}; white-space:nowrap; {edge}">{SYMBOLS[outcome.status]} {outcome.status}</td>'
        f'<td style="{CELL}">{escape(outcome.check)}</td>'
        f'<td style="{CELL}">{escape(message)}{folded}</td></tr>'
    )


def _told(outcomes: Sequence[Outcome]) -> Iterator[tuple[Outcome, str, str]]:
    """Each with its message and what was printed; what is there already is not said again."""
    said: set[str] = set()
    for outcome in outcomes:
        message, printed = outcome.message, outcome.printed.strip()
        yield outcome, "the same" if message in said else message, "" if printed in said else printed
        said |= {message, printed} - {""}


def _first_line(printed: str) -> str:
    """The first line that was printed, and how many more there are."""
    first, *others = printed.splitlines() or [""]
    more = f" ... and {len(others)} more lines" if others else ""
    return f"printed: {first}{more}" if first else ""


def _untouched(outcomes: Sequence[Outcome]) -> bool:
    return all(outcome.status is Status.NOT_ATTEMPTED for outcome in outcomes)


def _row(cells: Iterable[str]) -> str:
    return "<tr>" + "".join(f'<td style="{CELL}">{escape(cell)}</td>' for cell in cells) + "</tr>"


def _table(rows: Iterable[str]) -> str:
    return f'<table style="border-collapse:collapse; text-align:left">{"".join(rows)}</table>'
