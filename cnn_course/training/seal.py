"""The one door to the test split."""

from datetime import datetime
from pathlib import Path

from cnn_course.data import Dataset, Split
from cnn_course.training.lock import locked
from cnn_course.training.runs import read_record, write_record


def open_test(data: Dataset, run: str | Path) -> Split:
    """The test split of `data`, for the final evaluation of `run`.

    The opening is written into the run's record before the images are handed out: a test set that was
    looked at often has become a validation set, and whoever reads the record should know.
    """
    with locked(Path(run)):  # a training would overwrite what is noted here
        record = read_record(run)
        record["test_openings"].append(datetime.now().isoformat(timespec="seconds"))
        write_record(Path(run), record)
    return data.test_seal()
