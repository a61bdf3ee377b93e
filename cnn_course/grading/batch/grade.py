"""The loop of a grading: gives out jobs, writes down what comes of them, and starts nothing twice.

First all together, then, one after the other and alone, those whose first attempt is in doubt: a limit that
was hit while other submissions ran may be these others' fault, and so may be a worker that died. What happens
is in the journal before anything else happens. Only the main thread writes there.
"""

import errno
import signal
import threading
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from cnn_course.grading.batch.journal import Entry, Journal
from cnn_course.grading.batch.team import Team
from cnn_course.grading.batch.verdict import kept

ATTEMPTS = 2  # workers that a submission may take with it before a person has to look
INTERRUPTIONS = 100  # graders that may end meanwhile; a submission does not come near them, but none loops
DISK = (errno.ENOSPC, errno.EDQUOT, errno.EIO)
SHARED_LIMITS = ("timeout", "memory")  # which neighbours may have a part in

MakeJob = Callable[[Entry], dict[str, Any]]


@dataclass(frozen=True)
class Step:
    """What happened to a job: its `result`, or, if there is none that counts, why it is judged once more."""

    entry: Entry
    result: dict[str, Any] | None = None
    again: str = ""


def judge_all(
    journal: Journal,
    keys: Collection[tuple[str, str]],
    make_job: MakeJob,
    team: Team,
    told: Callable[[Step], None] = lambda _: None,
) -> None:
    """Judge those of the journal's jobs that are queued and have one of these keys.

    KeyboardInterrupt and OSError (a full disk) end it at once: what has a result keeps it, the rest is queued
    again.
    """
    judging = _Judging(journal, make_job, team, told)
    try:
        judging.run([entry for entry in _queued(journal, keys) if not _is_doubtful(entry)], team.size + 1)
        while doubtful := _queued(journal, keys):
            judging.run(doubtful[:1], 1)
    except BaseException:
        with _undisturbed():
            judging.abandon()
        raise


def _queued(journal: Journal, keys: Collection[tuple[str, str]]) -> list[Entry]:
    """Those that may be to blame for an earlier end of the grader or a worker come last."""
    found = [entry for entry in journal.entries("queued") if entry.key in keys]
    return sorted(found, key=lambda entry: (entry.failures, entry.interruptions))


def _is_doubtful(entry: Entry) -> bool:
    return entry.failures > 0 or entry.result is not None


@dataclass
class _Flight:
    """A job on its way. `shared`: others were under way at the same time."""

    entry: Entry
    level: str
    shared: bool = False


class _Judging:
    """The jobs that are under way, and how they start and land."""

    def __init__(self, journal: Journal, make_job: MakeJob, team: Team, told: Callable[[Step], None]) -> None:
        self.journal, self.make_job, self.team, self.told = journal, make_job, team, told
        self.flying: dict[Future[dict[str, Any]], _Flight] = {}

    def run(self, entries: Collection[Entry], most: int) -> None:
        """Judge these, so many at a time; one more than can be judged waits, so that nobody idles."""
        waiting = iter(entries)
        while True:
            while len(self.flying) < most and (entry := next(waiting, None)):
                self._start(entry)
            if not self.flying:
                return
            for future in wait(self.flying, return_when=FIRST_COMPLETED).done:
                self._land(future)

    def abandon(self) -> None:
        """Stop what is under way, as if it had not begun."""
        self.team.stop(self.flying)
        with suppress(OSError):
            self.journal.give_back()

    def _start(self, entry: Entry) -> None:
        if entry.interruptions >= INTERRUPTIONS:
            self._finish(
                entry, {"error": f"the grader was stopped {INTERRUPTIONS} times while it judged this"}
            )
            return
        job = self.make_job(entry)
        self.journal.start(entry)
        self.flying[self.team.submit(job)] = _Flight(entry, job.get("level", ""))
        if len(self.flying) > 1 and self.team.size > 1:
            for flight in self.flying.values():
                flight.shared = True

    def _land(self, future: Future[dict[str, Any]]) -> None:
        flight = self.flying[future]
        try:
            result = kept(future.result())
        except Exception as problem:
            if isinstance(problem, OSError) and problem.errno in DISK:
                raise
            self._failed(flight, problem)
        else:
            self._judged(flight, result)
        del self.flying[future]

    def _judged(self, flight: _Flight, result: dict[str, Any]) -> None:
        if flight.shared and result["limit"] in SHARED_LIMITS:
            self.journal.again(flight.entry, result)
            self.told(Step(flight.entry, again=f"{result['limit']} beside others"))
        else:
            self._finish(flight.entry, result)

    def _failed(self, flight: _Flight, problem: BaseException) -> None:
        if flight.entry.failures + 1 < ATTEMPTS:
            self.journal.fail(flight.entry)
            self.told(Step(flight.entry, again=f"no result: {problem}"))
        else:
            error = f"no result in {ATTEMPTS} attempts; the last: {problem}"
            self._finish(flight.entry, {"error": error, "isolation": flight.level})

    def _finish(self, entry: Entry, result: dict[str, Any]) -> None:
        self.journal.finish(entry, result)
        self.told(Step(entry, result))


@contextmanager
def _undisturbed() -> Iterator[None]:
    """A second Ctrl-C does not keep the first one from clearing up."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
