"""The program of a worker: judges one submission after the other, and never runs a line of theirs.

    python -m cnn_course.grading.batch.worker

Reads jobs from its standard input and writes results to its standard output, a line of JSON each; the first
line says {"ready": true}. While one submission is judged, the box for the next one is warming up.
"""

import ctypes
import json
import os
import signal
import sys
import time
from base64 import b64decode
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from cnn_course.grading.box.opening import OpenBox
from cnn_course.grading.box.own_package import handed_out
from cnn_course.grading.box.proxy import Boxed
from cnn_course.grading.box.staging import stage
from cnn_course.grading.box.warm import frameworks_of
from cnn_course.grading.jail.limits import Limits
from cnn_course.grading.outcome import Outcome
from cnn_course.grading.run import run_checks
from cnn_course.grading.submission import Submission
from cnn_course.grading.wording import clean

TESTS = {"test_public.py": False, "test_hidden.py": True}  # whether their checks are hidden
LONGEST_LOG = 2000
DIES_WITH_PARENT = 1  # PR_SET_PDEATHSIG
WRITTEN: Any = {"threshold": 100, "edgeitems": 1}  # of an array in a message: all of it may take for ever
MEMORY = 4 << 30  # bytes that answers, and what checks make of them, may take


def main() -> None:
    _die_with_parent()
    _limit_memory()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the one that gives out jobs
    results = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever prints here does not speak to the supervisor
    with TemporaryDirectory(prefix="cnn-course-grading-") as room, closing(Worker(Path(room))) as worker:
        print(json.dumps({"ready": True}), file=results, flush=True)
        for line in sys.stdin:
            print(json.dumps(worker.result(json.loads(line))), file=results, flush=True)


@dataclass(frozen=True)
class Prepared:
    """An exercise made ready: its files, the code that its boxes see, and what they import beforehand."""

    folder: Path
    code: Path
    warm: tuple[str, ...]
    names: dict[str, list[str]]
    scenarios: str | None


class Worker:
    """Judges submissions; keeps the exercises' files in `room`, and a spare box."""

    def __init__(self, room: Path) -> None:
        self.room = room
        self.prepared: dict[str, Prepared] = {}
        self.spare: tuple[Any, OpenBox] | None = None

    def close(self) -> None:
        if self.spare is not None:
            self.spare[1].kill()

    def result(self, job: dict[str, Any]) -> dict[str, Any]:
        """What became of a job; {"error": ...} if it is the exercise that is broken."""
        try:
            return self._judged(job)
        except RuntimeError as problem:
            return {"error": str(problem)}

    def _judged(self, job: dict[str, Any]) -> dict[str, Any]:
        began = time.monotonic()
        exercise, limits, level = self._exercise(job["exercise"]), Limits(**job["limits"]), job["level"]
        load = {
            "name": job["name"],
            "source": job["source"],
            "scenarios": exercise.scenarios,
            "course_names": exercise.names,
        }
        boxed = Boxed(lambda: self._box(exercise, limits, level), load, limits)
        with closing(boxed), np.printoptions(**WRITTEN):
            outcomes = list(_outcomes(exercise.folder, Submission(boxed), job["seed"], job.get("trained")))
            log = clean(boxed.log)[:LONGEST_LOG]
        return {
            "outcomes": [asdict(outcome) for outcome in outcomes],
            "problems": boxed.problems,
            "limit": boxed.limit,
            "limit_says": clean(boxed.limit_says),
            "isolation": level,
            "seconds": round(time.monotonic() - began, 3),
            "log": log,
        }

    def _exercise(self, given: dict[str, Any]) -> Prepared:
        digest = sha256(json.dumps(given, sort_keys=True).encode()).hexdigest()
        if digest not in self.prepared:
            self.prepared[digest] = _prepare(self.room / digest[:16], given["files"])
        return self.prepared[digest]

    def _box(self, exercise: Prepared, limits: Limits, level: str) -> OpenBox:
        """A box that is ready: the spare one if there is one of this kind. The next spare begins to warm."""
        kind, (spare, self.spare) = (exercise, limits, level), (self.spare, None)
        if spare is not None and spare[0] != kind:
            spare[1].kill()
            spare = None
        box = spare[1] if spare is not None else _opened(*kind)
        if _is_room_for(limits):
            self.spare = kind, _opened(*kind)
        return box.wait()


def _outcomes(folder: Path, submission: Submission, seed: int, trained: str | None) -> Iterator[Outcome]:
    for name, hidden in TESTS.items():
        if (folder / name).is_file():
            yield from run_checks(
                folder / name, submission, hidden=hidden, seed=seed, trained=lambda: _file(trained)
            )


def _file(trained: str | None) -> bytes | None:
    return None if trained is None else b64decode(trained)


def _prepare(folder: Path, files: dict[str, str]) -> Prepared:
    tests, code = folder / "tests", folder / "code"
    tests.mkdir(parents=True)
    for name, text in files.items():
        (tests / Path(name).name).write_text(text, "utf-8")
    stub, scenarios = files.get("exercise.py", ""), files.get("scenarios.py")
    names = handed_out(stub)
    stage(code, names)
    warm = frameworks_of(stub, scenarios or "")
    return Prepared(tests, code, warm, names, scenarios)


def _opened(exercise: Prepared, limits: Limits, level: str) -> OpenBox:
    return OpenBox(level, exercise.code, limits, exercise.warm)


def _is_room_for(limits: Limits) -> bool:
    """Whether one more box may fill its memory without the machine running out of it."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return True
    free = next((int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable")), None)
    return free is None or free > 2 * limits.memory


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(DIES_WITH_PARENT, signal.SIGKILL)


def _limit_memory() -> None:
    """An answer that fills the memory fails its check, with a MemoryError, and leaves the machine alone."""
    if sys.platform == "linux":
        import resource

        used = next(line for line in Path("/proc/self/status").read_text().splitlines() if "VmData" in line)
        hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
        with suppress(ValueError):  # somebody has set a lower limit
            resource.setrlimit(resource.RLIMIT_DATA, (1024 * int(used.split()[1]) + MEMORY, hard))


if __name__ == "__main__":
    main()
