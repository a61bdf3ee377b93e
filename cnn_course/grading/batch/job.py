"""Judge one submission, by the worker process that belongs to this thread.

A worker takes one job after the other, a line of JSON each, and keeps what is dear to start. It runs no line
of a submission. One that hangs or dies is replaced, and so is one that has done its share. The same function
serves threads of this process and those of other machines, which need this package and nothing else.
"""

import json
import os
import subprocess
import sys
import threading
from contextlib import suppress
from tempfile import TemporaryFile
from typing import Any

from cnn_course.grading.scratch import Scratch

COMMAND = (sys.executable, "-P", "-m", "cnn_course.grading.batch.launch")
SHARE = 200  # jobs after which a worker is replaced
START_SECONDS, EXTRA_SECONDS, END_SECONDS = 120.0, 60.0, 5.0
LONGEST_LINE = 64 * 2**20  # bytes of a result

_of_thread = threading.local()
_all: "set[Worker]" = set()


class WorkerDied(RuntimeError):
    """There is no result: the worker ended, took too long, or could not judge."""


def grade_job(job: dict[str, Any]) -> dict[str, Any]:
    """What became of a submission. WorkerDied if no worker could say."""
    worker: Worker | None = getattr(_of_thread, "worker", None)
    if worker is not None and (worker.jobs >= SHARE or worker.process.poll() is not None):
        worker.end()
        worker = None
    if worker is None:
        worker = _of_thread.worker = Worker()
    return worker.judge(job)


def end_workers(*, now: bool = False) -> None:
    """End the workers of all threads of this process; `now`: without waiting for what they are at."""
    workers = list(_all)
    for worker in workers:
        worker.process.kill() if now else worker.hang_up()
    for worker in workers:
        worker.end()


class Worker:
    """A worker process. Its scratch files go when it goes."""

    def __init__(self) -> None:
        self.jobs, self.late = 0, False
        self.scratch = Scratch()
        self.errors = TemporaryFile()  # noqa: SIM115
        safe = {"PYTHONSAFEPATH": "1", "TMPDIR": str(self.scratch.path)}  # no student's json.py is imported
        self.process = subprocess.Popen(
            [*COMMAND, str(os.getpid())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            cwd=self.scratch.path,
            env={**os.environ, **safe},
            start_new_session=True,  # Ctrl-C is for the one that gives out jobs
        )
        _all.add(self)
        if self._answer(b"", START_SECONDS) != {"ready": True}:
            raise self._died("the worker did not say that it is ready")

    def judge(self, job: dict[str, Any]) -> dict[str, Any]:
        self.jobs += 1
        result = self._answer(
            json.dumps(job).encode() + b"\n", job["limits"]["total_seconds"] + EXTRA_SECONDS
        )
        if "error" in result:
            raise WorkerDied(result["error"])
        return result

    def hang_up(self) -> None:
        """No more jobs: it ends by itself."""
        with suppress(OSError):
            self._stdin.close()

    def end(self) -> None:
        """Wait a moment until it has ended, kill it if it has not, and clear up."""
        self.hang_up()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(END_SECONDS)
        self.process.kill()
        self.process.wait()
        self._stdout.close()
        self.errors.close()
        self.scratch.remove()
        _all.discard(self)

    def _answer(self, line: bytes, seconds: float) -> dict[str, Any]:
        """Its next line, after this one was sent to it. WorkerDied if that does not come in time."""
        clock = threading.Timer(seconds, self._too_late)
        clock.start()
        try:
            self._stdin.write(line)
            self._stdin.flush()
            return json.loads(self._stdout.readline(LONGEST_LINE))
        except (OSError, ValueError):
            late = f"the worker took more than {seconds:g} seconds" if self.late else ""
            raise self._died(late) from None
        finally:
            clock.cancel()

    def _too_late(self) -> None:
        self.late = True
        self.process.kill()

    def _died(self, why: str) -> WorkerDied:
        """The error that says why; the worker is gone."""
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(1)  # it may be about to end with a status that says something
        self.process.kill()
        status = self.process.wait()
        with suppress(OSError, ValueError):
            self.errors.seek(max(0, self.errors.seek(0, os.SEEK_END) - 4000))
            last = [line for line in self.errors.read().decode(errors="replace").split("\n") if line.strip()]
            why = why or f"the worker ended with status {status}: {last[-1] if last else 'it said nothing'}"
        self.end()
        return WorkerDied(why)

    @property
    def _stdin(self) -> Any:
        return self.process.stdin

    @property
    def _stdout(self) -> Any:
        return self.process.stdout
