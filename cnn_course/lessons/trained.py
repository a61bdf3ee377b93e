"""The network that a student has trained for an exercise, as checks see it and as it is handed in."""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from cnn_course.lessons.course import logs_folder
from cnn_course.training.runs import FINISHED, Run, find_runs, open_run

BEST = "best.keras"


def newest_run(exercise: str, logs: Path | None = None) -> Run | None:
    """The run of the exercise that was begun last among those that are finished; None if there is none."""
    return next(_finished(exercise, logs_folder() if logs is None else logs), None)


def trained_file(exercise: str) -> bytes | None:
    """What would be handed in of that run."""
    run = newest_run(exercise)
    return None if run is None else packed(run.folder)


@lru_cache(maxsize=1)
def packed(folder: Path) -> bytes:
    """The saved network of a run as a file to hand in; ValueError if that would be too large."""
    from cnn_course.grading.claimed.trained import trained_bytes
    from cnn_course.training.checkpoint import load_model

    return trained_bytes(load_model(folder / BEST), open_run(folder).record)


def write(run: Run, target: Path) -> Path:
    """Write that file into the folder `target`; returns it."""
    from cnn_course.grading.claimed.trained import TRAINED

    path = target / TRAINED
    path.write_bytes(packed(run.folder))
    return path


def described(run: Run) -> str:
    """Which run it is, for the student to see whether it is the one that was meant."""
    best = run.best
    return f"{run.folder}: {best['val_accuracy']:.1%} of its validation images, in epoch {best['epoch']}"


def _finished(exercise: str, logs: Path) -> Iterator[Run]:
    for folder in reversed(find_runs(logs, name=f"{exercise}*")):
        name = folder.parent.parent.name
        if (name == exercise or name.startswith(f"{exercise}-")) and (folder / BEST).is_file():
            try:
                run = open_run(folder)
            except RuntimeError:  # damaged
                continue
            if run.record["status"] == FINISHED:
                yield run
