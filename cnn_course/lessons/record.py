"""Record the curves of an exercise: run its experiment as it is and keep what came of it."""

from pathlib import Path

from cnn_course.lessons.execute import solved_notebook
from cnn_course.lessons.reference_curves import write_reference
from cnn_course.training.runs import FINISHED, find_runs, open_run


def record(folder: Path, profile: str) -> list[str]:
    """Run the solved notebook in that profile, write `reference.json`; one line about each run.

    RuntimeError if the notebook does not come through or trains nothing.
    """
    with solved_notebook(folder, profile, seconds=None) as place:
        runs = [
            run for path in find_runs(place / "logs") if (run := open_run(path)).record["status"] == FINISHED
        ]
        if not runs:
            raise RuntimeError(f"{folder.name} trains nothing: no cell of it calls ex.train")
        write_reference(folder, runs, profile)
        return [
            f"{run.record['name']}: {run.best['val_accuracy']:.1%} in epoch {run.best['epoch']}"
            for run in runs
        ]
