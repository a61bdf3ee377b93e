"""The journal of a grading: what survives, and who may hold it."""

import errno
import os
import sqlite3
import subprocess
import sys

import pytest

from cnn_course.grading.batch.journal import FILE, OWN, open_journal


@pytest.fixture
def journal(tmp_path):
    with open_journal(tmp_path, "exercise 1", "grader 1") as opened:
        yield opened


def only(journal):
    (entry,) = journal.entries()
    return entry


def test_a_job_is_queued_then_running_then_done(journal):
    journal.add("ada", "f00", seed=7)
    assert (only(journal).state, only(journal).attempts, only(journal).seed) == ("queued", 0, 7)
    journal.start(only(journal))
    assert (only(journal).state, only(journal).attempts) == ("running", 1)
    journal.finish(only(journal), {"points": 3})
    assert (only(journal).state, only(journal).result) == ("done", {"points": 3})


def test_a_job_is_added_once(journal):
    journal.add("ada", "f00")
    journal.finish(only(journal), {"points": 3})
    journal.add("ada", "f00")
    assert only(journal).result == {"points": 3}


def test_what_runs_is_on_the_disk_before_it_starts(journal, tmp_path):
    journal.add("ada", "f00")
    journal.start(only(journal))
    other = sqlite3.connect(tmp_path / FILE)
    assert other.execute("SELECT state, attempts FROM job").fetchall() == [("running", 1)]
    assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    other.close()
    assert journal.connection.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL


def test_another_version_of_the_exercise_is_another_job(tmp_path):
    with open_journal(tmp_path, "exercise 1", "grader 1") as first:
        first.add("ada", "f00")
        first.finish(only(first), {})
    with open_journal(tmp_path, "exercise 2", "grader 1") as second:
        assert list(second.entries()) == []
        assert second.results() == 1
        second.add("ada", "f00")
        assert only(second).state == "queued"


def test_what_was_running_when_the_grader_ended_is_queued_and_counted(journal):
    for name in ("ada", "bob"):
        journal.add(name, "f00")
    journal.start(next(journal.entries()))
    assert journal.interrupted() == 1
    assert [(e.submission, e.state, e.interruptions) for e in journal.entries()] == [
        ("ada", "queued", 1),
        ("bob", "queued", 0),
    ]
    assert journal.interrupted() == 0


def test_what_was_stopped_on_purpose_counts_as_not_started_and_a_result_stays(journal):
    journal.add("ada", "f00")
    journal.start(only(journal))
    journal.give_back()
    assert (only(journal).state, only(journal).attempts) == ("queued", 0)
    journal.start(only(journal))
    journal.finish(only(journal), {})
    journal.give_back()
    assert (only(journal).state, only(journal).attempts) == ("done", 1)


def test_the_exercises_own_solution_is_no_submission(journal):
    journal.add(OWN, "f00")
    journal.finish(only(journal), {})
    assert journal.results() == 0
    journal.forget(OWN)
    assert list(journal.entries()) == []


def test_no_two_graders_hold_one_journal(journal, tmp_path):
    code = (
        "import sys; from pathlib import Path; from cnn_course.grading.batch.journal import open_journal\n"
        "with open_journal(Path(sys.argv[1]), '', ''): pass"
    )
    words = [sys.executable, "-c", code, tmp_path]
    other = subprocess.run(words, capture_output=True, text=True, check=False)
    assert "another `cnn-course grade` is at work in" in other.stderr
    assert other.returncode == 1


def test_a_file_that_is_no_journal_is_told(tmp_path):
    (tmp_path / FILE).write_bytes(b"no database at all, but long enough to be looked at" * 100)
    with (
        pytest.raises(RuntimeError, match="grading.db is damaged .* move it away"),
        open_journal(tmp_path, "", ""),
    ):
        pass


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root mounts a small disk")
def test_a_full_disk_is_told_as_such_and_leaves_the_journal_whole(tmp_path):
    mount = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512k", "tmpfs", tmp_path], check=False)
    if mount.returncode:
        pytest.skip("no mounts here")
    try:
        done = []
        with open_journal(tmp_path, "", "") as journal, pytest.raises(OSError) as told:
            for number in range(1000):
                journal.add(f"student {number}", "f00")
                entry = next(journal.entries("queued"))
                journal.finish(entry, {"log": "x" * 10_000})
                done.append(entry.submission)
        assert told.value.errno == errno.ENOSPC
        assert done
        with open_journal(tmp_path, "", "") as journal:
            assert [entry.submission for entry in journal.entries("done")] == done
            assert journal.connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    finally:
        subprocess.run(["umount", tmp_path], check=True)
