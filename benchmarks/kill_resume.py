"""Kills trainings with SIGKILL at random moments, resumes them, and compares them with an unbroken one.

    python benchmarks/kill_resume.py                       # 50 kills, about five minutes on two cores
    python benchmarks/kill_resume.py resnet20 --kills 10   # a network with batch normalisation

Every training is `python -m cnn_course train MODEL ...` as a process of its own. It is killed while it
starts, some time into its epochs, or at the moment a file appears that is being written, and then started
again with --resume. A run that gets through is followed by the next one, until all kills are done.
After each kill the run must be readable and no epoch that was reported may be lost; in the end each
run must have the figures of the unbroken one to the last bit, and the same weights.
The exit status is 1 if anything of that does not hold.
"""

import argparse
import json
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from cnn_course.training.checkpoint import BEST, CHECKPOINT, load_model
from cnn_course.training.environment import weights_digest
from cnn_course.training.runs import FINISHED, find_runs, open_run, read_record, summary

TIMES = ("seconds", "images_per_second")
WRITTEN = ("checkpoint", "best", "run.json")
PATIENCE = 300  # seconds after which a training counts as hanging


@dataclass
class Unbroken:
    """What a training is like that nobody disturbs."""

    metrics: list[dict[str, Any]]
    weights_digest: str
    start_seconds: float
    epoch_seconds: float


class Training:
    """One process that trains; `lines` is what it has printed so far."""

    def __init__(self, arguments: argparse.Namespace, logs: Path, *, resume: bool) -> None:
        command = [sys.executable, "-m", "cnn_course", "train", arguments.model, "--data", "digits"]
        command += ["--per-class", str(arguments.per_class), "--batch-size", "32", "--logs", str(logs)]
        command += ["--epochs", str(arguments.epochs), *(["--resume"] if resume else [])]
        self.lines: list[str] = []
        self.began = time.perf_counter()
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, bufsize=1
        )
        self.reader = threading.Thread(target=lambda: self.lines.extend(self.process.stdout))
        self.reader.start()

    @property
    def ended(self) -> bool:
        return self.process.poll() is not None

    @property
    def training(self) -> bool:
        return any(line.startswith("Epoch ") for line in self.lines)

    @property
    def reported(self) -> int:
        """Epochs that this process has said are done."""
        return sum(" - val_accuracy: " in line for line in self.lines)

    def wait_until(self, condition) -> None:
        while not self.ended and not condition():
            if time.perf_counter() - self.began > PATIENCE:
                self.kill()
                raise SystemExit(f"a training hangs; it said: {''.join(self.lines)}")
            time.sleep(0.0005)

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.finish()

    def finish(self) -> int:
        status = self.process.wait(PATIENCE)
        self.reader.join()
        return status


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model", nargs="?", default="course_cnn")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--per-class", type=int, default=100, help="training images of each digit")
    parser.add_argument("--seed", type=int, default=0, help="of the moments to kill at")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        unbroken = train_unbroken(arguments, Path(folder) / "unbroken")
        problems = kill_and_resume(arguments, Path(folder) / "killed", unbroken)
    for problem in problems:
        print("WRONG:", problem)
    sys.exit(1 if problems else 0)


def train_unbroken(arguments: argparse.Namespace, logs: Path) -> Unbroken:
    training = Training(arguments, logs, resume=False)
    training.wait_until(lambda: training.training)
    started = time.perf_counter()
    if training.finish() != 0:
        raise SystemExit("the unbroken training failed: " + "".join(training.lines))
    ended = time.perf_counter()
    (folder,) = find_runs(logs)
    run = open_run(folder)
    unbroken = Unbroken(
        without_times(run.metrics),
        run.record["weights_digest"],
        started - training.began,
        (ended - started) / arguments.epochs,
    )
    print(
        f"unbroken: {arguments.model}, {arguments.epochs} epochs of {unbroken.epoch_seconds:.2f} s "
        f"after {unbroken.start_seconds:.1f} s of start-up",
        flush=True,
    )
    return unbroken


def kill_and_resume(arguments: argparse.Namespace, logs: Path, unbroken: Unbroken) -> list[str]:
    """Kill and resume until all kills are done and the last run is through; everything that was wrong."""
    moments, problems = random.Random(arguments.seed), []
    hits: Counter[str] = Counter()
    lost = leftovers = 0
    while hits.total() < arguments.kills or unfinished(logs):
        folder = unfinished(logs)
        before = epochs_saved(folder)
        training = Training(arguments, logs, resume=folder is not None)
        if hits.total() < arguments.kills:
            wait_for_a_moment(training, logs, moments, unbroken)
        if hits.total() == arguments.kills or training.ended:
            if training.finish() != 0:
                problems.append(f"not resumed: {''.join(training.lines[-3:])}")
                break
            continue
        training.kill()
        folder = unfinished(logs) or (find_runs(logs) or [None])[-1]
        where = place(training, folder)
        hits[where] += 1
        lost = max(lost, before + training.reported - epochs_saved(folder))
        leftovers += bool(folder and list(folder.glob("*.new*")))
        found = [f"kill {hits.total()} ({where}): {text}" for text in faults(folder, unbroken)]
        problems += found
        saved = f"{epochs_saved(folder)} of {arguments.epochs} epochs saved"
        print(f"kill {hits.total():2}  {where:13} {saved}", *found, flush=True)
    equal, runs = 0, find_runs(logs)
    for folder in runs:
        differing = differences(folder, unbroken)
        equal += not differing
        problems += differing
    if lost > 0:
        problems.append(f"{lost} epochs that were reported are lost")
    print(f"kills: {hits.total()} ({', '.join(f'{n} {where}' for where, n in hits.most_common())})")
    print(f"files left half written by a kill, and removed by the next start: {leftovers}")
    print(f"reported epochs lost at most: {lost}")
    print(f"runs: {len(runs)}; equal to the unbroken one in every bit of metrics and weights: {equal}")
    return problems


def wait_for_a_moment(training: Training, logs: Path, moments: random.Random, unbroken: Unbroken) -> None:
    """Wait until the process shall be killed, or ends because that moment never came."""
    kind = moments.choices(("start", "epoch", "saving"), (1, 2, 2))[0]
    if kind == "start":
        moment = training.began + moments.uniform(0, unbroken.start_seconds)
        training.wait_until(lambda: time.perf_counter() > moment)
        return
    training.wait_until(lambda: training.training)
    if kind == "epoch":
        moment = time.perf_counter() + moments.uniform(0, 2 * unbroken.epoch_seconds)
        training.wait_until(lambda: time.perf_counter() > moment)
        return
    name = moments.choice(WRITTEN)
    folder = unfinished(logs)
    training.wait_until(lambda: any(folder.glob(f"{name}*.new*")))
    moment = time.perf_counter() + moments.uniform(0, 0.01)
    training.wait_until(lambda: time.perf_counter() > moment)


def unfinished(logs: Path) -> Path | None:
    return next((f for f in find_runs(logs) if read_record(f)["status"] != FINISHED), None)


def epochs_saved(folder: Path | None) -> int:
    return len(checkpointed(folder)) if folder and (folder / CHECKPOINT).exists() else 0


def checkpointed(folder: Path) -> list[dict[str, Any]]:
    with np.load(folder / CHECKPOINT) as saved:
        return json.loads(saved["about"].tobytes())["metrics"]


def place(training: Training, folder: Path | None) -> str:
    """What the process was doing when it was killed, judged by what it left behind."""
    if not training.training or folder is None:
        return "in start-up"
    record = read_record(folder)
    if list(folder.glob("*.new*")) or len(record["metrics"]) != epochs_saved(folder):
        return "while saving"
    return "at the end" if len(record["metrics"]) == record["recipe"]["epochs"] else "in an epoch"


def faults(folder: Path | None, unbroken: Unbroken) -> list[str]:
    """What is wrong with a run that was killed."""
    if folder is None:
        return []
    found = []
    record, row = read_record(folder), summary(folder)
    if row["status"] not in ("killed", FINISHED):
        found.append(f"its status is {row['status']}")
    rows = checkpointed(folder) if epochs_saved(folder) else []
    if without_times(rows) != unbroken.metrics[: len(rows)]:
        found.append("its checkpoint has other figures than the unbroken run")
    if record["best_epoch"] is not None and zipfile.ZipFile(folder / BEST).testzip() is not None:
        found.append(f"{BEST} is damaged")
    return found


def differences(folder: Path, unbroken: Unbroken) -> list[str]:
    """In what a finished run differs from the unbroken one."""
    run, found = open_run(folder), []
    if run.record["status"] != FINISHED:
        found.append(f"{folder.name} is {run.record['status']}")
    if without_times(run.metrics) != unbroken.metrics:
        found.append(f"{folder.name} has other metrics")
    digest = weights_digest(np.asarray(v) for v in load_model(folder / BEST).weights)
    if {digest, run.record["weights_digest"]} != {unbroken.weights_digest}:
        found.append(f"{folder.name} has other weights")
    if strays := [path.name for path in folder.glob("*.new*")]:
        found.append(f"{folder.name} still has {', '.join(strays)}")
    return found


def without_times(metrics: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{k: v for k, v in row.items() if k not in TIMES} for row in metrics]


if __name__ == "__main__":
    main()
