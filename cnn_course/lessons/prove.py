"""Prove an exercise: every promise is tried out, and what breaks one is named.

    python -m cnn_course.lessons.prove exercises/03_convolution ANSWER.json

writes the defects that it finds into the file, as [{"where": ..., "what": ...}].
"""

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

from cnn_course.lessons.lesson import MASTER, read_lesson
from cnn_course.lessons.promises import PROMISES, Defect
from cnn_course.lessons.trial import PUBLIC, Trial


def prove(folder: Path) -> list[Defect]:
    """Every defect of the exercise in `folder`; none means that it keeps its promises."""
    try:
        trial = Trial(folder, read_lesson(folder))
    except (ValueError, FileNotFoundError) as problem:
        return [Defect(MASTER, str(problem).removeprefix(f"{folder.name}/{MASTER}: "))]
    if not (folder / PUBLIC).is_file():
        return [Defect(PUBLIC, "it is missing: every task needs a check that students see")]
    try:
        _ = trial.solution, trial.stub
    except Exception as problem:
        return [Defect(MASTER, f"the module made from it can't be imported: {_told(problem)}")]
    return [defect for promise in PROMISES for defect in _tried(promise, trial)]


def _tried(promise: Callable[[Trial], Iterator[Defect]], trial: Trial) -> list[Defect]:
    """What breaks one promise; that it can't be tried out is a defect as well."""
    found = []
    try:
        for defect in promise(trial):
            found.append(Defect(defect.where, _in_a_line(defect.what)))  # noqa: PERF401 (an error may follow)
    except Exception as problem:
        found.append(Defect(_place(problem, trial.folder), _told(problem)))
    return found


def _place(problem: Exception, folder: Path) -> str:
    """The file of the exercise in which an error arose, with its line, or else the exercise's name."""
    where, trace = folder.name, problem.__traceback__
    while trace is not None:
        path = Path(trace.tb_frame.f_code.co_filename)
        where = f"{path.name}:{trace.tb_lineno}" if path.parent == folder else where
        trace = trace.tb_next
    return where


def _told(problem: Exception) -> str:
    return f"{type(problem).__name__}: {_in_a_line(str(problem))}"


def _in_a_line(text: str) -> str:
    """Without the line breaks of frameworks' messages, and not longer than anybody reads."""
    line = " ".join(text.split())
    return line if len(line) <= 600 else f"{line[:597]}..."


def main(folder: str, answer: str) -> None:
    """Write the defects of the exercise in `folder` into the file `answer`."""
    defects = [asdict(defect) for defect in prove(Path(folder).resolve())]
    Path(answer).write_text(json.dumps(defects), "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
