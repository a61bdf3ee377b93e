"""Kills `cnn-course grade` with SIGKILL at random moments, resumes it, and compares it with an unbroken one.

    python benchmarks/grading_kills.py                             # 50 kills of a class of 60
    python benchmarks/grading_kills.py --submissions 300 --workers 4

The class is made of the files in tests/grading/hostile: right, partly right and broken ones, and among each
hundred five that hang, two that take memory without end and one that leaves daemons behind. After each kill
nothing of the grader may be alive a second later, and no result that was written down may be lost or
different; in the end every submission must have one result, and grades.csv must be that of the unbroken
grading but for the seconds. Linux. The exit status is 1 if anything of that does not hold.
"""

import argparse
import contextlib
import csv
import ctypes
import os
import random
import shutil
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import cycle, islice
from pathlib import Path

GRADING = Path(__file__).resolve().parents[1] / "tests" / "grading"
EXERCISE, CASES = GRADING / "classroom" / "small", GRADING / "hostile"
HANG, MEMORY, DAEMON = "hog_loop_in_relu.py", "hog_memory_list.py", "hog_daemon.py"
HONEST = ("right_*.py", "part_*.py", "broken_*.py")
ADOPTS_ORPHANS = 36  # PR_SET_CHILD_SUBREAPER
PATIENCE = 900  # seconds after which a grading counts as hanging


class Grading:
    """One process that grades, and what it has written down so far."""

    def __init__(self, arguments: argparse.Namespace, room: Path, out: Path, *, resume: bool) -> None:
        command = [
            sys.executable,
            "-m",
            "cnn_course",
            "grade",
            str(room / "class"),
            "--exercise",
            str(EXERCISE),
        ]
        command += ["--out", str(out), "--seconds", str(arguments.seconds), "--memory", "0.5"]
        command += ["--workers", str(arguments.workers), *(["--resume"] if resume else [])]
        self.out, self.began = out, time.time()
        scratch = room / "scratch"
        scratch.mkdir(exist_ok=True)
        self.said = (room / "said.txt").open("w+")
        self.process = subprocess.Popen(
            command, stdout=self.said, stderr=subprocess.STDOUT, env={**os.environ, "TMPDIR": str(scratch)}
        )

    @property
    def ended(self) -> bool:
        return self.process.poll() is not None

    def wait_until(self, moment: float) -> None:
        while not self.ended and time.time() < moment:
            time.sleep(0.002)

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def finish(self) -> int:
        return self.process.wait(PATIENCE)

    def text(self) -> str:
        self.said.seek(0)
        return self.said.read()

    def first_start(self) -> float | None:
        """Seconds from the beginning of this process until it gave out its first job."""
        started = [row[0] - self.began for row in rows(self.out, "started") if row[0] and row[0] > self.began]
        return min(started, default=None)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--submissions", type=int, default=60)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument(
        "--seconds", type=float, default=12, help="limit of a submission; a call has a quarter"
    )
    parser.add_argument("--seed", type=int, default=0, help="of the moments to kill at")
    arguments = parser.parse_args()
    ctypes.CDLL(None).prctl(ADOPTS_ORPHANS, 1)  # what a killed grader leaves behind becomes a child of ours
    with tempfile.TemporaryDirectory() as folder:
        room = Path(folder)
        make_class(room / "class", arguments.submissions)
        wall = grade_unbroken(arguments, room)
        problems = kill_and_resume(arguments, room, wall)
    for problem in problems:
        print("WRONG:", problem)
    sys.exit(1 if problems else 0)


def make_class(place: Path, count: int) -> None:
    """So many submissions: per hundred 5 hang, 2 take memory, 1 leaves daemons; at least one of each kind."""
    place.mkdir()
    bad = [HANG] * max(1, count * 5 // 100) + [MEMORY] * max(1, count * 2 // 100)
    bad += [DAEMON] * max(1, count // 100)
    honest = sorted(path.name for pattern in HONEST for path in CASES.glob(pattern))
    files = bad + list(islice(cycle(honest), count - len(bad)))
    random.Random(1).shuffle(files)
    for number, name in enumerate(files):
        shutil.copyfile(CASES / name, place / f"student{number:03}.py")


def grade_unbroken(arguments: argparse.Namespace, room: Path) -> float:
    grading = Grading(arguments, room, room / "unbroken", resume=False)
    if grading.finish() != 0:
        raise SystemExit("the unbroken grading failed:\n" + grading.text())
    wall = time.time() - grading.began
    verdicts = [row["verdict"] for row in grades(room / "unbroken")]
    counts = ", ".join(f"{verdicts.count(verdict)} {verdict}" for verdict in dict.fromkeys(sorted(verdicts)))
    print(f"unbroken: {len(verdicts)} submissions in {wall:.0f} s: {counts}", flush=True)
    return wall


def kill_and_resume(arguments: argparse.Namespace, room: Path, wall: float) -> list[str]:
    """Kill and resume until all kills are done and the grading is through; everything that was wrong."""
    moments, out, problems = random.Random(arguments.seed), room / "killed", []
    kills = lost = changed = orphans = 0
    resumes: list[float] = []
    before: dict[str, str] = {}
    longest = 3 + 2 * wall / arguments.kills  # which lets most of the class get through between the kills
    while True:
        grading = Grading(arguments, room, out, resume=kills > 0)
        if kills < arguments.kills:
            grading.wait_until(grading.began + moments.uniform(0, longest))
        if kills == arguments.kills or grading.ended:
            status = grading.finish()
            if status != 0:
                problems.append(f"status {status}: {grading.text()[-500:]}")
            if kills == arguments.kills or status != 0:
                break
            shutil.rmtree(out)  # it got through before all kills were done: once more from the start
            before = {}
            continue
        grading.kill()
        kills += 1
        left = orphans_after(1.0)
        orphans += len(left)
        now = results(out)
        lost += len(before.keys() - now.keys())
        changed += sum(now.get(name, text) != text for name, text in before.items())
        before = now
        seconds = grading.first_start()
        resumes += [seconds] if seconds is not None and kills > 1 else []
        print(f"kill {kills:2}  {len(now):3} of {arguments.submissions} done  {' '.join(left)}", flush=True)
    names = [row["submission"] for row in grades(out)]
    doubled = len(names) - len(set(names))
    missing = arguments.submissions - len(set(names))
    scratch = sorted(path.name for path in (room / "scratch").iterdir())
    equal = grades(out) == grades(room / "unbroken")
    print(f"kills: {kills}; results lost: {lost}, changed: {changed}, doubled: {doubled}, missing: {missing}")
    print(f"processes alive a second after a kill: {orphans}; scratch files left in the end: {scratch}")
    if resumes:
        worst = max(resumes)
        print(f"seconds from start to first job: median {statistics.median(resumes):.1f}, worst {worst:.1f}")
    print(f"grades.csv without seconds equal to the unbroken one: {'yes' if equal else 'NO'}")
    for what, count in (("lost", lost), ("changed", changed), ("doubled", doubled), ("missing", missing)):
        problems += [f"{count} results {what}"] if count else []
    problems += [f"{orphans} processes outlived their grader"] if orphans else []
    problems += [f"{', '.join(scratch)} are left"] if scratch else []
    problems += differences(grades(room / "unbroken"), grades(out))
    return problems


def orphans_after(seconds: float) -> list[str]:
    """The processes that are children of this one so long after their grader's death, and how long they
    live; they are ended then."""
    time.sleep(seconds)
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, IndexError):
            state, parent = stat.read_text().rpartition(")")[2].split()[:2]
            if int(parent) == os.getpid() and state != "Z":
                began, command = time.time(), (stat.parent / "cmdline").read_text().replace("\0", " ")
                while stat.exists() and time.time() < began + 10 and os.waitpid(-1, os.WNOHANG) == (0, 0):
                    time.sleep(0.01)
                found.append(f"{command[:60]} for {seconds + time.time() - began:.1f} s")
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(stat.parent.name), signal.SIGKILL)
    return found


def rows(out: Path, columns: str, where: str = "1") -> list[tuple]:
    if not (out / "grading.db").is_file():
        return []
    connection = sqlite3.connect(out / "grading.db", timeout=30)
    try:
        return connection.execute(f"SELECT {columns} FROM job WHERE {where}").fetchall()
    except sqlite3.OperationalError:  # no table yet
        return []
    finally:
        connection.close()


def results(out: Path) -> dict[str, str]:
    """The results so far, each under all that makes it one: submission, file and versions."""
    done = rows(
        out,
        "submission, sha256, exercise_version, grader_version, result",
        "state = 'done' AND submission != ''",
    )
    return {" ".join(key): result for *key, result in done}


def grades(out: Path) -> list[dict[str, str]]:
    with (out / "grades.csv").open(newline="") as file:
        return [{key: cell for key, cell in row.items() if key != "seconds"} for row in csv.DictReader(file)]


def differences(unbroken: list[dict[str, str]], killed: list[dict[str, str]]) -> list[str]:
    return [f"{a} became {b}" for a, b in zip(unbroken, killed, strict=False) if a != b][:10]


if __name__ == "__main__":
    main()
