"""A class with its troubles: of 300 submissions 5 % hang, 2 % fill the memory, 1 % fork or leave daemons.

    python benchmarks/grading_class.py [--submissions 300] [--seconds 10] [--workers 2]

Grades the honest ones alone, then all together; prints how many rows are right, the wall time beside that of
the honest ones, the grader's own memory, and what is left of processes and of scratch files. The bound is
honest time + bad submissions x limit / workers + 10 %, though limits that were hit are tried again alone.
"""

import argparse
import csv
import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

GRADING = Path(__file__).resolve().parents[1] / "tests" / "grading"
EXERCISE, CASES = GRADING / "classroom" / "small", GRADING / "hostile"
HONEST = (
    "right_plain",
    "right_lists",
    "right_class_methods",
    "part_without_relu",
    "part_one_side",
    "part_nan",
)
HANGS = ("hog_loop_in_relu", "hog_sleep_in_relu", "hog_ignores_alarm")
HOGS = ("hog_memory_list", "hog_memory_mmap")
FORKS = ("hog_fork_in_relu", "hog_daemon", "hog_daemon_holds_pipes")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--submissions", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    args = parser.parse_args()
    with TemporaryDirectory(prefix="grading-class-") as room:
        place = Path(room)
        (place / "scratch").mkdir()
        honest, everybody = write_class(place, args.submissions)
        alone, _ = grade(place / "honest", place / "out-honest", args)
        wall, memory = grade(place / "class", place / "out-class", args)
        bad = len(everybody) - len(honest)
        bound = 1.1 * (alone + bad * args.seconds / args.workers)
        rows = list(csv.DictReader((place / "out-class" / "grades.csv").open()))
        right = sum(is_right(row, everybody[row["submission"]]) for row in rows)
        print(f"{len(rows)} rows of {len(everybody)}, {right} of them right")
        print(f"honest alone {alone:.0f} s ({len(honest)}), all {wall:.0f} s; the bound is {bound:.0f} s")
        print(f"grader: {memory / 1e6:.0f} MB at most; left behind: {left_in(place / 'scratch')}")
        for row in rows:
            if not is_right(row, everybody[row["submission"]]):
                print(f"    {row['submission']}: {row['verdict']}, {row['points']} ({row['reason']})")


def write_class(place: Path, count: int) -> tuple[list[str], dict[str, str]]:
    """Folders `honest` and `class`; the names of the honest, and the case that each student handed in."""
    bad = [HANGS[i % 3] for i in range(round(0.05 * count))]
    bad += [HOGS[i % 2] for i in range(round(0.02 * count))] + [
        FORKS[i % 3] for i in range(round(0.01 * count))
    ]
    cases = [HONEST[i % 6] for i in range(count - len(bad))]
    step = max(count // max(len(bad), 1), 1)
    for number, case in enumerate(bad):  # spread over the class
        cases.insert(min(number * step, len(cases)), case)
    everybody = {f"student{number:03d}": case for number, case in enumerate(cases)}
    for folder in ("honest", "class"):
        (place / folder).mkdir()
    for student, case in everybody.items():
        text = f"{(CASES / f'{case}.py').read_text()}\n# {student}\n"
        (place / "class" / f"{student}.py").write_text(text)
        if case in HONEST:
            (place / "honest" / f"{student}.py").write_text(text)
    return [student for student, case in everybody.items() if case in HONEST], everybody


def grade(handed: Path, out: Path, args: argparse.Namespace) -> tuple[float, int]:
    """Wall time of `cnn-course grade`, and the most memory that its own process held."""
    words = [sys.executable, "-m", "cnn_course", "grade", handed, "--exercise", EXERCISE, "--out", out]
    words += ["--seconds", args.seconds, "--memory", 0.5, "--workers", args.workers]
    began, peak = time.perf_counter(), [0]
    with (out.parent / f"{out.name}.log").open("w") as log:
        environment = {**os.environ, "TMPDIR": str(out.parent / "scratch")}
        process = subprocess.Popen(
            list(map(str, words)), stdout=log, stderr=subprocess.STDOUT, env=environment
        )
        watcher = threading.Thread(target=watch, args=(process, peak))
        watcher.start()
        status = process.wait()
        watcher.join()
    if status:
        sys.exit(
            f"cnn-course grade ended with {status}:\n{(out.parent / f'{out.name}.log').read_text()[-3000:]}"
        )
    return time.perf_counter() - began, peak[0]


def watch(process: subprocess.Popen, peak: list[int]) -> None:
    while process.poll() is None:
        try:
            lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
        except OSError:
            return
        held = [int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM")]
        peak[0] = max([*peak, *held])
        time.sleep(0.2)


def is_right(row: dict[str, str], case: str) -> bool:
    """Whether verdict and points are those in the first line of the case."""
    verdicts, _, points = (CASES / f"{case}.py").read_text().splitlines()[0].partition("; points: ")
    return row["verdict"] in verdicts.removeprefix("# expect: ").split("|") and row["points"] in points.split(
        "|"
    )


def left_in(scratch: Path) -> int:
    """Processes whose code is mounted from this scratch folder, and files in it."""
    mounts = []
    for path in Path("/proc").glob("[0-9]*/mountinfo"):
        with suppress(OSError):  # it has ended meanwhile
            mounts.append(path.read_text())
    return sum(str(scratch) in text for text in mounts) + len(list(scratch.iterdir()))


if __name__ == "__main__":
    main()
