"""Training: a `Recipe` says how, `train` does it, and every run is a folder that `open_run` reads.

`Recipe` and the reading of runs need no framework, so names that do are imported when they are asked for.
"""

from typing import TYPE_CHECKING, Any

from cnn_course.training.recipe import Recipe
from cnn_course.training.runs import Run, find_runs, open_run

if TYPE_CHECKING:
    from cnn_course.training.evaluation import evaluate, predict
    from cnn_course.training.loop import seed, train

__all__ = ["Recipe", "Run", "evaluate", "find_runs", "open_run", "predict", "seed", "train"]

_HOMES = {"train": "loop", "seed": "loop", "evaluate": "evaluation", "predict": "evaluation"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
