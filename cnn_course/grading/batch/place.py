"""The folder of a grading: its journal, its copies of what was handed in, its pages."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cnn_course.grading.batch.journal import FILE, LOCK, Journal, open_journal

STORE = "store"


@contextmanager
def claimed(
    out: Path,
    exercise: str,
    exercise_version: str,
    grader_version: str,
    *,
    resume: bool,
    submissions: str = "",
) -> Iterator[Journal]:
    """The journal in `out`, made if need be, for the grading of an exercise.

    `submissions`: where they lie. ValueError if there is something else in the folder, the grading of another
    exercise or class, or this one and it shall not be resumed. Nothing is changed then.
    """
    _check(out)
    out.mkdir(mode=0o700, parents=True, exist_ok=True)  # grades are nobody else's business
    with open_journal(out, exercise_version, grader_version) as journal:
        graded, done = journal.about("exercise"), journal.results()
        if graded not in (None, exercise):
            raise ValueError(f"{out} holds a grading of {graded}; --out names another folder for {exercise}")
        before = journal.about("submissions")
        if done and before not in (None, submissions):
            raise ValueError(
                f"{out} holds a grading of {before}; --out names another folder for {submissions}"
            )
        if done and not resume:
            counted = f"{done} result{'s' if done > 1 else ''}"
            raise ValueError(
                f"{out} holds {counted} already; --resume goes on there, --out names another folder"
            )
        journal.set_about("exercise", exercise)
        journal.set_about("submissions", submissions)
        yield journal


def _check(out: Path) -> None:
    if out.exists() and not out.is_dir():
        raise ValueError(f"{out} is a file; --out takes a folder")
    strange = out.is_dir() and not (out / FILE).exists() and {path.name for path in out.iterdir()} - {LOCK}
    if strange:
        raise ValueError(f"{out} is not empty and holds no grading; name a new folder with --out")
