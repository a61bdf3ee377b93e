"""The journal of a grading: what is to be judged, what is being judged, and what came of it.

One SQLite file that outlives whoever writes it: every step is committed to the disk before the next begins.
A job is queued, then running, then done. It is marked as running before it starts; so after a crash the
journal knows which jobs were being judged, and counts it: none that ends its graders goes on for ever.
One process at a time holds a journal; it alone reads and writes it, from its main thread.
"""

import errno
import json
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cnn_course.locking import acquire

FILE, LOCK = "grading.db", "grading.lock"
OWN = ""  # what the exercise's own solution is called among the submissions
FULL, IO_ERROR, DAMAGED, NO_DATABASE = 13, 10, 11, 26  # SQLite's codes for what a disk can do to a file
SCHEMA = """
CREATE TABLE IF NOT EXISTS about (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS job (
    submission TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    exercise_version TEXT NOT NULL,
    grader_version TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'running', 'done')),
    attempts INTEGER NOT NULL DEFAULT 0,
    failures INTEGER NOT NULL DEFAULT 0,
    interruptions INTEGER NOT NULL DEFAULT 0,
    seed INTEGER NOT NULL,
    result TEXT,
    started REAL,
    finished REAL,
    PRIMARY KEY (submission, sha256, exercise_version, grader_version)
);
"""


@dataclass(frozen=True)
class Entry:
    """A job as the journal has it.

    `attempts`: how often it was started. `failures`: after how many of these its worker was dead;
    `interruptions`: the grader itself. `result` of an entry that is not done: that of a first attempt beside
    others, which does not count; the next one is made alone.
    """

    submission: str
    sha256: str
    state: str
    attempts: int
    failures: int
    interruptions: int
    seed: int
    result: dict[str, Any] | None

    @property
    def key(self) -> tuple[str, str]:
        return self.submission, self.sha256


class Journal:
    """The jobs of one version of an exercise and of the grader; those of other versions are left alone."""

    def __init__(self, connection: sqlite3.Connection, exercise_version: str, grader_version: str) -> None:
        self.connection, self.version = connection, (exercise_version, grader_version)

    def about(self, name: str) -> str | None:
        """A fact about the grading as a whole."""
        found = self._do("SELECT value FROM about WHERE name = ?", name)
        return found[0][0] if found else None

    def set_about(self, name: str, value: str) -> None:
        self._do("INSERT OR REPLACE INTO about VALUES (?, ?)", name, value)

    def add(self, submission: str, sha256: str, seed: int = 0) -> None:
        """Queue a job, unless the journal has it already."""
        self._do(
            "INSERT OR IGNORE INTO job (submission, sha256, exercise_version, grader_version, seed)"
            " VALUES (?, ?, ?, ?, ?)",
            submission, sha256, *self.version, seed,
        )  # fmt: skip

    def entries(self, state: str | None = None) -> Iterator[Entry]:
        """The jobs in that state, or all, in the order in which they were added."""
        for row in self._rows(
            "SELECT submission, sha256, state, attempts, failures, interruptions, seed, result FROM job WHERE"
            " exercise_version = ? AND grader_version = ? AND state = coalesce(?, state) ORDER BY rowid",
            *self.version, state,
        ):  # fmt: skip
            *facts, result = row
            yield Entry(*(*facts, json.loads(result) if result else None))

    def forget(self, submission: str) -> None:
        """Leave no trace of a submission, in this version."""
        ours = "exercise_version = ? AND grader_version = ?"
        self._do(f"DELETE FROM job WHERE submission = ? AND {ours}", submission, *self.version)

    def results(self) -> int:
        """How many submissions are done, in any version."""
        return self._do("SELECT count(*) FROM job WHERE state = 'done' AND submission != ?", OWN)[0][0]

    def start(self, entry: Entry) -> None:
        self._set(entry, "state = 'running', attempts = attempts + 1, started = ?", time.time())

    def finish(self, entry: Entry, result: dict[str, Any]) -> None:
        self._set(entry, "state = 'done', result = ?, finished = ?", json.dumps(result), time.time())

    def again(self, entry: Entry, result: dict[str, Any]) -> None:
        """Queue a job whose result does not count, since others may have cost it its time or memory."""
        self._set(entry, "state = 'queued', result = ?", json.dumps(result))

    def fail(self, entry: Entry) -> None:
        """Queue a job again whose worker is dead."""
        self._set(entry, "state = 'queued', failures = failures + 1")

    def give_back(self) -> None:
        """Queue what was running when the grader was stopped on purpose, as if it had not been started."""
        self._do("UPDATE job SET state = 'queued', attempts = attempts - 1 WHERE state = 'running'")

    def interrupted(self) -> int:
        """Queue what was running when the grader ended without a word; returns how many that are."""
        changed = "UPDATE job SET state = 'queued', interruptions = interruptions + 1 WHERE state = 'running'"
        return len(self._do(f"{changed} RETURNING 1"))

    def _set(self, entry: Entry, changes: str, *values: Any) -> None:
        self._do(
            f"UPDATE job SET {changes} WHERE submission = ? AND sha256 = ?"
            " AND exercise_version = ? AND grader_version = ?",
            *values, *entry.key, *self.version,
        )  # fmt: skip

    def _do(self, sql: str, *values: Any) -> list[Any]:
        """One statement, which is a transaction of its own."""
        return list(self._rows(sql, *values))

    def _rows(self, sql: str, *values: Any) -> Iterator[Any]:
        with _told():
            yield from self.connection.execute(sql, values)


@contextmanager
def open_journal(folder: Path, exercise_version: str, grader_version: str) -> Iterator[Journal]:
    """The journal in a folder, for this process alone; made if there is none.

    RuntimeError if another process holds it or it is damaged, OSError if the disk is full or fails.
    """
    with (folder / LOCK).open("ab") as lock:
        if not acquire(lock):
            raise RuntimeError(
                f"another `cnn-course grade` is at work in {folder}; wait for it or stop it first"
            )
        connection = sqlite3.connect(folder / FILE, timeout=30, isolation_level=None)
        try:
            with _told():
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = FULL")
                connection.executescript(SCHEMA)
            yield Journal(connection, exercise_version, grader_version)
        finally:
            connection.close()


@contextmanager
def _told() -> Iterator[None]:
    """SQLite's errors about the disk, as Python says them of any other file."""
    try:
        yield
    except sqlite3.DatabaseError as problem:
        code = getattr(problem, "sqlite_errorcode", 0) & 0xFF
        if code in (FULL, IO_ERROR):
            number = errno.ENOSPC if code == FULL else errno.EIO
            raise OSError(number, os.strerror(number), FILE) from None
        if code in (DAMAGED, NO_DATABASE):
            raise RuntimeError(f"{FILE} is damaged ({problem}); move it away and grade again") from None
        raise
