"""What a notebook trains with: the data of the exercise, its recipe in this profile, curves while it runs.

Every function takes the exercise: anything with its `name`, its `folder` and its `facts` (exercise.json).
Imports Keras; whoever only checks answers need not wait for it.
"""

import os
import re
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any, Protocol

import keras

from cnn_course.data import Dataset, load
from cnn_course.lessons.course import logs_folder
from cnn_course.lessons.live import Live, epochs, in_a_notebook, tensorflow_hushed
from cnn_course.lessons.made_up import write_made_up_cifar
from cnn_course.lessons.profile import Profile, chosen_profile, profile_of
from cnn_course.lessons.reference_curves import read_reference
from cnn_course.training.environment import devices, processor
from cnn_course.training.loop import train as train_and_record
from cnn_course.training.recipe import Recipe
from cnn_course.training.runs import Run

SMOKE_DATA = "CNN_COURSE_SMOKE_DATA"
LABEL = re.compile(r"[A-Za-z0-9_.+-]*")


class Exercise(Protocol):
    """What is asked of an exercise here."""

    name: str
    folder: Path
    facts: dict[str, Any]


def profile(ex: Exercise) -> Profile:
    """The profile that this machine, or $CNN_COURSE_PROFILE, chooses."""
    return profile_of(ex.facts, chosen_profile())


def setup_line(ex: Exercise) -> str:
    """One line: what computes, which profile that makes, which data it will use."""
    chosen = profile(ex)
    settings = ex.facts["data"] | chosen.data
    of_each = f"{settings['per_class']:,} images of each class" if "per_class" in settings else "all images"
    classes = f" ({len(settings['classes'])} classes)" if "classes" in settings else ""
    images = f"{of_each} of {settings['name']}{classes}"
    return f"{_device()}; profile {chosen.name}: {images}, {epochs(chosen.recipe.epochs)}"


def data(ex: Exercise, name: str | None = None, **changes: Any) -> Dataset:
    """The exercise's data in this profile; `name` and `changes`: as for `cnn_course.data.load`.

    Looks where `load` looks; FileNotFoundError with the ways out where nothing is to be had.
    """
    chosen = profile(ex)
    settings = ({"name": name} if name else ex.facts["data"]) | chosen.data | changes
    if chosen.name == "smoke" and os.environ.get(SMOKE_DATA) == "made-up":
        found = _made_up(settings)
        print(f"MADE-UP IMAGES, as ${SMOKE_DATA} says: they stand for {found.name} and show nothing")
    else:
        found = _load(settings)
        print(f"{found.name} from {found.source}")
    counts = f"{len(found.train):,} images to train on, {len(found.validation):,} for validation"
    print(f"{counts}, {len(found.classes)} classes")
    return found


def train(ex: Exercise, model: keras.Model, data: Dataset, *, label: str = "", **changes: Any) -> Run:
    """Train the model as the exercise does in this profile, show it while it runs, and record the run.

    `changes`: fields of `cnn_course.training.Recipe`. `label`: a word that tells several trainings of one
    exercise apart, in the logs and beside the recorded curves. The minutes that it will take are said
    after the first steps. Returns the run, a folder below logs/.
    """
    if not LABEL.fullmatch(label):
        raise ValueError(f"label={label!r}: use letters, digits and _ . + -, since a folder is named by it")
    recipe = Recipe.from_dict({**asdict(profile(ex).recipe), **changes})
    recorded = read_reference(ex.folder).get(label)
    live = in_a_notebook()
    with tensorflow_hushed():
        run = train_and_record(
            model,
            data,
            recipe,
            logs=logs_folder(),
            name=f"{ex.name}-{label}" if label else ex.name,
            callbacks=[Live(recorded, title=f"{label or model.name} on {data.name}")] if live else [],
            verbose=0 if live else 1 if sys.stdout.isatty() else 2,
        )
    print(_concluded(run))
    return run


def tensorboard(ex: Exercise) -> None:
    """Start TensorBoard on the logs, or find the one that runs, and show where it is."""
    from cnn_course.lessons.tensorboard_link import by_hand, show_tensorboard

    if profile(ex).name == "smoke":  # which nobody looks at
        print(f"in the profile smoke it is not started; in a terminal: {by_hand(logs_folder())}")
    else:
        show_tensorboard(logs_folder())


def _device() -> str:
    *_, last = devices()
    return f"{processor()}, {os.cpu_count()} cores" if last == "CPU" else last


class NoData(FileNotFoundError):
    """There are no such images here; a notebook shows the message alone, without where it was raised."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


def _load(settings: dict[str, Any]) -> Dataset:
    try:
        return load(**settings)
    except FileNotFoundError as problem:
        raise NoData(str(problem)) from None


def _made_up(settings: dict[str, Any]) -> Dataset:
    """Images of one colour for each class in CIFAR's form, for tests of the notebooks."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{settings['name']}.npz"
        write_made_up_cifar(path, settings["name"], settings["per_class"])
        return load(**{**settings, "data_dir": path})


def _concluded(run: Run) -> str:
    best = run.best
    share = f"{best['val_accuracy']:.1%} of the validation images, in epoch {best['epoch']}"
    return f"right on {share}\nex.tensorboard() shows the run {os.path.relpath(run.folder)}"
