"""Prove several exercises at a time, each in a process of its own, so that none can spoil another."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from cnn_course.lessons.execute import CellFailed, solved_notebook
from cnn_course.lessons.promises import Defect

SECONDS = 900
"""What the checks of one exercise may take, its mistakes and alternatives included."""


@dataclass(frozen=True)
class Proof:
    """What became of one exercise: its defects, none if it keeps its promises, and how long it took."""

    exercise: str
    defects: list[Defect]
    seconds: float


def prove_all(folders: Sequence[Path], *, jobs: int = 2, notebooks: bool = False) -> Iterator[Proof]:
    """One proof per exercise, in the order in which they come through; `notebooks`: run these as well."""
    with ThreadPoolExecutor(max_workers=max(1, jobs)) as threads:
        pending = [threads.submit(_prove, folder, notebooks) for folder in folders]
        try:
            for done in as_completed(pending):
                yield done.result()
        finally:
            threads.shutdown(cancel_futures=True)


def _prove(folder: Path, notebooks: bool) -> Proof:
    began = time.perf_counter()
    defects = _in_a_process(folder)
    if notebooks and not any(defect.where == "lesson.py" for defect in defects):
        defects += _executed(folder)
    return Proof(folder.name, defects, time.perf_counter() - began)


def _in_a_process(folder: Path) -> list[Defect]:
    with tempfile.TemporaryDirectory(prefix="cnn-course-") as scratch:
        answer = Path(scratch) / "defects.json"
        command = [sys.executable, "-m", "cnn_course.lessons.prove", str(folder), str(answer)]
        try:
            done = subprocess.run(
                command,
                cwd=scratch,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=SECONDS,
            )
        except subprocess.TimeoutExpired:
            return [Defect(folder.name, f"its checks take more than {SECONDS / 60:g} minutes")]
        if not answer.is_file():
            last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
            return [Defect(folder.name, f"the process that checks it ended with {done.returncode}: {last}")]
        return [Defect(**defect) for defect in json.loads(answer.read_text("utf-8"))]


def _executed(folder: Path) -> list[Defect]:
    try:
        with solved_notebook(folder, "smoke"):
            return []
    except CellFailed as problem:
        return [Defect("solved notebook", str(problem))]
