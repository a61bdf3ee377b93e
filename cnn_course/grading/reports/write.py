"""All reports of a class as files in a folder, each whole or not there."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from cnn_course.grading.batch.names import safe_names
from cnn_course.grading.batch.verdict import Row
from cnn_course.grading.reports.canvas import canvas_csv, canvas_filled, canvas_sheet
from cnn_course.grading.reports.class_page import class_html
from cnn_course.grading.reports.feedback import feedback_of
from cnn_course.grading.reports.feedback_page import feedback_html
from cnn_course.grading.reports.feedback_text import feedback_markdown
from cnn_course.grading.reports.gradebook import Filled, Identities
from cnn_course.grading.reports.grades import grades_csv
from cnn_course.grading.reports.gradescope import gradescope_json
from cnn_course.grading.reports.known_mistakes import KnownMistake
from cnn_course.grading.reports.moodle import moodle_csv, moodle_filled, moodle_sheet
from cnn_course.grading.reports.verdicts import in_order
from cnn_course.replacing import replacing, sync_folder

NOBODY: Identities = {}
LEFTOVER = re.compile(r"(.+)\.\d+\.new")


def write_all(
    rows: Iterable[Row],
    exercise: Mapping[str, Any],
    out: Path,
    *,
    mistakes: Sequence[KnownMistake] = (),
    identities: Identities = NOBODY,
    canvas_export: Path | None = None,
    moodle_export: Path | None = None,
) -> list[Path]:
    """Write every report into the folder `out`; returns the files.

    `exercise` has name, title, tasks and decks. `identities`: what the platform's download said of students.
    `canvas_export`, `moodle_export`: the gradebooks that these platforms exported; ValueError, before
    anything is written, if one is something else.
    """
    rows = in_order(rows)
    canvas, moodle = _gradebooks(rows, exercise, identities, canvas_export, moodle_export)
    submissions = [row.submission for row in rows]
    names = dict(zip(submissions, safe_names(submissions), strict=True))
    pages = {row.submission: f"feedback/{names[row.submission]}.html" for row in rows}
    files = {
        "grades.csv": grades_csv(rows).encode(),
        "canvas.csv": canvas.data,
        "moodle.csv": moodle.data,
        "class.html": class_html(
            rows, exercise, mistakes=mistakes, pages=pages, notes=canvas.notes + moodle.notes
        ).encode(),
    }
    for row in rows:
        files |= _files_of(row, exercise, names[row.submission])
    return list(_written(files, out))


def gradebook_notes(
    rows: Iterable[Row],
    exercise: Mapping[str, Any],
    *,
    identities: Identities = NOBODY,
    canvas_export: Path | None = None,
    moodle_export: Path | None = None,
) -> list[str]:
    """What is to be known about the filled gradebooks: who has no grade there, and why; what was scaled.

    Without rows, a look at whether the exports are what they should be. ValueError if not.
    """
    canvas, moodle = _gradebooks(list(rows), exercise, identities, canvas_export, moodle_export)
    return [*canvas.notes, *moodle.notes]


def _gradebooks(
    rows: Sequence[Row],
    exercise: Mapping[str, Any],
    identities: Identities,
    canvas_export: Path | None,
    moodle_export: Path | None,
) -> tuple[Filled, Filled]:
    if canvas_export:
        sheet = canvas_sheet(canvas_export.read_bytes())
        canvas = canvas_filled(rows, exercise, identities, sheet)
    else:
        canvas = Filled(canvas_csv(rows, exercise, identities).encode())
    if moodle_export:
        sheet = moodle_sheet(moodle_export.read_bytes(), exercise)
        moodle = moodle_filled(rows, exercise, identities, sheet)
    else:
        moodle = Filled(moodle_csv(rows, exercise, identities).encode())
    return canvas, moodle


def _files_of(row: Row, exercise: Mapping[str, Any], name: str) -> dict[str, bytes]:
    feedback = feedback_of(row, exercise)
    return {
        f"feedback/{name}.html": feedback_html(feedback).encode(),
        f"feedback/{name}.md": feedback_markdown(feedback).encode(),
        f"gradescope/{name}.json": gradescope_json(row, exercise).encode(),
    }


def _written(files: Mapping[str, bytes], out: Path) -> Iterator[Path]:
    """What differs from what is there is written, and the folders are told the disk too."""
    folders = {(out / name).parent for name in files}
    for folder in sorted(folders):
        folder.mkdir(parents=True, exist_ok=True)
        _sweep(folder, {Path(name).name for name in files})
    for name, data in files.items():
        path = out / name
        if not path.is_file() or path.read_bytes() != data:
            with replacing(path) as file:
                file.write(data)
        yield path
    for folder in sorted(folders):
        sync_folder(folder)


def _sweep(folder: Path, names: set[str]) -> None:
    """Delete what a process that was killed left half written."""
    for path in folder.glob("*.new"):
        leftover = LEFTOVER.fullmatch(path.name)
        if leftover and leftover[1] in names:
            path.unlink()
