"""Run folders: never shared, never half written, never trained in twice at once."""

import errno
import json
import os
import subprocess
import sys
import threading
from datetime import datetime
from types import SimpleNamespace

import pytest

from cnn_course import locking
from cnn_course.training.lock import is_locked, locked
from cnn_course.training.runs import (
    create_run,
    find_runs,
    find_unfinished,
    open_run,
    read_record,
    summary,
    write_record,
)

NOON = datetime(2026, 1, 2, 12, 0, 0)


def record(**changes) -> dict:
    return {
        "name": "a",
        "model": "m",
        "status": "finished",
        "recipe": {"epochs": 2},
        "arguments": {},
        "best_epoch": 2,
        "data": {"name": "digits", "digest": "d"},
        "parameters": {"total": 7},
        "macs": 5,
        "seconds": 1.5,
        "test_openings": [],
        "metrics": [{"epoch": 1, "val_accuracy": 0.25, "val_loss": 2.0}, {"epoch": 2, "val_accuracy": 0.5}],
        **changes,
    }


def test_runs_that_start_in_the_same_second_get_folders_of_their_own(tmp_path):
    folders = [create_run(tmp_path, "demo", "net", now=NOON) for _ in range(3)]
    assert [folder.name for folder in folders] == [
        "20260102-120000",
        "20260102-120000-2",
        "20260102-120000-3",
    ]
    assert all(folder.parent == tmp_path / "demo" / "net" for folder in folders)


@pytest.mark.parametrize("name", ["../up", "a/b", "", ".hidden", "a b"])
def test_a_name_that_is_no_folder_name_is_refused(name, tmp_path):
    with pytest.raises(ValueError, match="can't name a folder of runs: use letters, digits"):
        create_run(tmp_path, name, "net")


def test_summary_takes_the_best_epoch(tmp_path):
    folder = create_run(tmp_path, "a", "m")
    write_record(folder, record())
    row = summary(folder)
    assert (row["best_epoch"], row["val_accuracy"]) == (2, 0.5)
    assert (row["epochs"], row["planned"], row["status"]) == (2, 2, "finished")


def test_a_run_whose_process_is_gone_is_called_killed_and_can_be_resumed(tmp_path):
    folder = create_run(tmp_path, "a", "m")
    write_record(folder, record(status="running"))
    with locked(folder):
        assert summary(folder)["status"] == "running"
        with pytest.raises(FileNotFoundError, match="all 1 runs there are finished or running"):
            find_unfinished(tmp_path, "a", "m", record())
    assert summary(folder)["status"] == "killed"
    assert find_unfinished(tmp_path, "a", "m", record()) == folder


def test_of_several_unfinished_runs_the_one_with_the_same_plan_goes_on(tmp_path):
    plans = ({"epochs": 5}, {"epochs": 2}, {"epochs": 9})
    folders = [create_run(tmp_path, "a", "m", now=NOON) for _ in plans]
    for folder, recipe in zip(folders, plans, strict=True):
        write_record(folder, record(status="interrupted", recipe=recipe))
    for folder, recipe in zip(folders, plans, strict=True):
        assert find_unfinished(tmp_path, "a", "m", record(recipe=recipe)) == folder
    assert find_unfinished(tmp_path, "a", "m", record(arguments={"head": "gap"})) == folders[-1]
    assert find_unfinished(tmp_path, "a", "m", record(data={"digest": "e"})) == folders[-1]


def test_a_damaged_record_is_passed_over_with_a_line(tmp_path):
    good, damaged = (create_run(tmp_path, "a", "m", now=NOON) for _ in range(2))
    write_record(good, record(status="failed"))
    (damaged / "run.json").write_text("{")
    said = []
    assert find_unfinished(tmp_path, "a", "m", record(), said.append) == good
    assert len(said) == 1
    assert said[0].startswith(f"passed over: {damaged / 'run.json'} is damaged")


def test_a_run_without_a_saved_network_says_so_when_asked_for_its_best(tmp_path):
    write_record(tmp_path, record(best_epoch=None))
    assert summary(tmp_path)["val_accuracy"] is None
    with pytest.raises(RuntimeError, match="has no saved network yet: no epoch of it is done"):
        _ = open_run(tmp_path).best


def test_a_file_system_without_locks_stops_nobody(tmp_path, monkeypatch):
    def no_locks(*_):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(locking, "_lock", no_locks)
    with locked(tmp_path):
        assert not is_locked(tmp_path)


def test_a_reader_neither_sees_a_lock_in_another_reader_nor_stops_a_training(tmp_path):
    (tmp_path / "lock").touch()
    with (tmp_path / "lock").open("rb") as reader:
        locking._lock(reader, shared=True)
        assert not is_locked(tmp_path)
        threading.Timer(locking.PATIENCE / 3, reader.close).start()
        with locked(tmp_path):
            assert is_locked(tmp_path)


def test_windows_locks_a_byte(tmp_path, monkeypatch):
    def locking(descriptor, mode, count):
        assert (mode, count, os.lseek(descriptor, 0, os.SEEK_CUR)) == ("at once", 1, 0)
        flock(descriptor, LOCK_EX | LOCK_NB)

    fcntl = pytest.importorskip("fcntl")
    flock, LOCK_EX, LOCK_NB = fcntl.flock, fcntl.LOCK_EX, fcntl.LOCK_NB
    monkeypatch.setitem(sys.modules, "fcntl", None)
    monkeypatch.setitem(sys.modules, "msvcrt", SimpleNamespace(locking=locking, LK_NBLCK="at once"))
    with locked(tmp_path):
        assert is_locked(tmp_path)
        with pytest.raises(RuntimeError, match="is being trained by another process"), locked(tmp_path):
            pass
    assert not is_locked(tmp_path)


def test_no_two_processes_train_in_one_folder(tmp_path):
    code = (
        "import sys; from pathlib import Path; from cnn_course.training.lock import locked\n"
        "with locked(Path(sys.argv[1])): pass"
    )
    with locked(tmp_path):
        assert is_locked(tmp_path)
        other = subprocess.run(
            [sys.executable, "-c", code, tmp_path], capture_output=True, text=True, check=False
        )
    assert "is being trained by another process; wait for it or stop it first" in other.stderr
    assert subprocess.run([sys.executable, "-c", code, tmp_path], check=False).returncode == 0


def test_nothing_to_resume_says_where_it_looked(tmp_path):
    with pytest.raises(
        FileNotFoundError, match="nothing to resume in .*there is no run there; leave --resume out"
    ):
        find_unfinished(tmp_path, "a", "m", record())


def test_a_folder_that_is_no_run_and_a_damaged_record_are_told_apart(tmp_path):
    with pytest.raises(
        FileNotFoundError, match="is no run: it has no run.json; `cnn-course runs` lists the runs"
    ):
        read_record(tmp_path)
    (tmp_path / "run.json").write_text('{"model": "m", "stat')
    with pytest.raises(RuntimeError, match="is damaged"):
        read_record(tmp_path)


def test_runs_are_found_oldest_first_by_name_and_model(tmp_path):
    folders = [create_run(tmp_path, name, model, now=NOON.replace(hour=h)) for h, name, model in
               ((9, "b", "x"), (8, "a", "x"), (7, "a", "y"))]  # fmt: skip
    for folder in folders:
        (folder / "run.json").write_text(json.dumps(record()))
    assert find_runs(tmp_path) == folders[::-1]
    assert find_runs(tmp_path, name="a", model="x") == [folders[1]]
