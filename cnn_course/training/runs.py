"""A run is a folder: `logs/<name>/<model>/<stamp>/`, and `run.json` in it is what the run did.

Framework-free: listing runs must not wait for TensorFlow. Whatever is written here is either the old
file or the new one, never half of it, however the process ends.
"""

import json
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cnn_course.replacing import replacing
from cnn_course.training.lock import is_locked

RECORD = "run.json"
RUNNING, FINISHED, INTERRUPTED, FAILED = "running", "finished", "interrupted", "failed"


@dataclass(frozen=True)
class Run:
    """A training that was recorded: its folder, and what `run.json` in it says."""

    folder: Path
    record: dict[str, Any]

    @property
    def metrics(self) -> list[dict[str, Any]]:
        """One row per epoch: epoch (from 1), loss, accuracy, val_loss, val_accuracy, ..."""
        return self.record["metrics"]

    @property
    def best(self) -> dict[str, Any]:
        """The row of the epoch whose network was kept; RuntimeError if none was."""
        row = kept_epoch(self.record)
        if row is None:
            raise RuntimeError(f"{self.folder} has no saved network yet: no epoch of it is done")
        return row


def open_run(folder: str | Path) -> Run:
    """The run in `folder`."""
    return Run(Path(folder), read_record(folder))


def create_run(logs: str | Path, name: str, model: str, *, now: datetime | None = None) -> Path:
    """A new folder `logs/<name>/<model>/<stamp>` that no other run has, also not one started this second.

    Raises ValueError for a name that could not be one folder.
    """
    check_place(logs, name)
    check_place(logs, model)
    parent = Path(logs) / name / model
    parent.mkdir(parents=True, exist_ok=True)
    stamp = (now or datetime.now()).strftime("%Y%m%d-%H%M%S")
    for suffix in ("", *(f"-{n}" for n in range(2, 1000))):
        try:
            folder = parent / f"{stamp}{suffix}"
            folder.mkdir()  # fails if somebody else has just made it: two runs never share a folder
        except FileExistsError:
            continue
        return folder
    raise RuntimeError(f"a thousand runs of {parent} began in one second")


def check_place(logs: str | Path, name: str) -> None:
    """Raise unless runs can be kept under `logs/<name>`, which need not be there yet.

    ValueError for a name that could not be one folder, OSError where a file is in the way or writing is not
    allowed.
    """
    if not (isinstance(name, str) and re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.+-]*", name)):
        raise ValueError(f"{name!r} can't name a folder of runs: use letters, digits, and _ . + -")
    place = Path(logs) / name
    there = next(path for path in (place, *place.absolute().parents) if path.exists())
    if not there.is_dir():
        raise NotADirectoryError(f"runs can't be kept in {place}: {there} is a file")
    if not os.access(there, os.W_OK):
        raise PermissionError(f"runs can't be kept in {place}: {there} may not be written to")


def remove_leftovers(folder: Path) -> None:
    """Delete what a process that was killed while it wrote left half written; the run must be locked."""
    for path in folder.glob("*.new*"):
        path.unlink()


def write_record(folder: Path, record: dict[str, Any]) -> None:
    """Replace `run.json`."""
    text = json.dumps(record, indent=1, allow_nan=False)
    with replacing(folder / RECORD) as file:
        file.write(text.encode())


def read_record(folder: str | Path) -> dict[str, Any]:
    """What `run.json` in `folder` says; FileNotFoundError or RuntimeError in one line if it can't be had."""
    path = Path(folder) / RECORD
    if not path.is_file():
        raise FileNotFoundError(f"{folder} is no run: it has no {RECORD}; `cnn-course runs` lists the runs")
    try:
        record = json.loads(path.read_text())
        _ = record["model"], record["status"], record["metrics"], record["recipe"], record["data"]
    except (ValueError, KeyError, TypeError) as problem:
        raise RuntimeError(f"{path} is damaged: this run can't be read") from problem
    return record


def find_runs(logs: str | Path, *, name: str = "*", model: str = "*") -> list[Path]:
    """The folders of all runs below `logs`, oldest first."""
    found = Path(logs).glob(f"{name}/{model}/*/{RECORD}")
    return sorted((path.parent for path in found), key=lambda folder: (_started(folder), str(folder)))


def find_unfinished(
    logs: str | Path,
    name: str,
    model: str,
    planned: dict[str, Any],
    report: Callable[[str], None] = print,
) -> Path:
    """The run of `model` under `name` to go on with: not at its last epoch, and not being trained.

    The latest with the same plan as the record `planned`, or else the latest. A damaged record is
    reported and passed over; FileNotFoundError if nothing is left.
    """
    folders = find_runs(logs, name=name, model=model)
    unfinished = [(f, record) for f, record in _readable(folders, report) if _is_unfinished(f, record)]
    if not unfinished:
        where = Path(logs) / name / model
        state = (
            f"all {len(folders)} runs there are finished or running" if folders else "there is no run there"
        )
        raise FileNotFoundError(
            f"nothing to resume in {where}: {state}; leave --resume out to start a new run"
        )
    alike = [folder for folder, record in unfinished if not differences(record, planned)]
    return alike[-1] if alike else unfinished[-1][0]


def _readable(folders: list[Path], report: Callable[[str], None]) -> Iterator[tuple[Path, dict[str, Any]]]:
    for folder in folders:
        try:
            yield folder, read_record(folder)
        except RuntimeError as problem:
            report(f"passed over: {problem}")


def _is_unfinished(folder: Path, record: dict[str, Any]) -> bool:
    return record["status"] != FINISHED and not is_locked(folder)


def differences(record: dict[str, Any], planned: dict[str, Any]) -> list[str]:
    """In what a recorded training differs from a planned one, in words; if in nothing, it can be resumed."""
    planned = json.loads(json.dumps(planned))  # as a record keeps it: tuples are lists there
    found = [
        f"{setting} {before} there, {now} here"
        for setting, now in planned["recipe"].items()
        if (before := record["recipe"].get(setting)) != now
    ]
    if record["data"].get("digest") != planned["data"].get("digest"):
        found.append("other data")
    found += [
        f"{key} {record.get(key)} there, {planned[key]} here"
        for key in ("model", "arguments")
        if record.get(key) != planned[key]
    ]
    return found


def _started(folder: Path) -> str:
    stamp = re.match(r"\d{8}-\d{6}", folder.name)
    return stamp.group() if stamp else ""


def summary(folder: Path) -> dict[str, Any]:
    """One row about a run, for tables: what, how long, how good at its best."""
    record = read_record(folder)
    metrics = record["metrics"]
    best = kept_epoch(record) or {}
    return {
        "run": str(folder),
        "name": record["name"],
        "model": record["model"],
        "data": record["data"]["name"],
        "status": _current_status(folder, record),
        "epochs": len(metrics),
        "planned": record["recipe"]["epochs"],
        "val_accuracy": best.get("val_accuracy"),
        "val_loss": best.get("val_loss"),
        "best_epoch": best.get("epoch"),
        "parameters": record["parameters"]["total"],
        "macs": record["macs"],
        "images_per_second": metrics[-1].get("images_per_second") if metrics else None,
        "seconds": record["seconds"],
        "test_openings": len(record["test_openings"]),
    }


def kept_epoch(record: dict[str, Any]) -> dict[str, Any] | None:
    """The row of the epoch whose network was kept, if one was."""
    return next((row for row in record["metrics"] if row["epoch"] == record.get("best_epoch")), None)


def _current_status(folder: Path, record: dict[str, Any]) -> str:
    """A run whose process was killed could not write that down; its lock, though, is gone."""
    if record["status"] == RUNNING and not is_locked(folder):
        return "killed"
    return str(record["status"])
