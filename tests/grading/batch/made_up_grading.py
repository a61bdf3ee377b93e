"""A grading whose results are made up, as a program that tests can kill: FOLDER."""

import csv
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from cnn_course.grading.batch.grade import judge_all
from cnn_course.grading.batch.journal import open_journal
from cnn_course.grading.batch.team import Team
from cnn_course.grading.batch.verdict import row_of

NAMES = [f"student {number:02}" for number in range(60)]


def main() -> int:
    folder = Path(sys.argv[1])
    folder.mkdir(exist_ok=True)

    def judge(job):
        number = int(job["submission"][-2:])
        with (folder / "judged.txt").open("a") as file:
            file.write(f"{job['submission']}\n")
        time.sleep(0.01 + number % 7 / 200)
        limit = "timeout" if number % 20 == 3 else ""
        return {
            "outcomes": [
                {"task": "t", "check": str(check), "status": "passed" if check < number % 5 else "failed"}
                for check in range(4)
            ],
            "problems": [], "limit": limit, "limit_says": "", "isolation": "none", "seconds": 0.0, "log": "",
        }  # fmt: skip

    with open_journal(folder, "", "") as journal:
        journal.interrupted()
        for name in NAMES:
            journal.add(name, "")
        team = Team(ThreadPoolExecutor(3), 3, judge)
        try:
            judge_all(journal, {(name, "") for name in NAMES}, lambda e: {"submission": e.submission}, team)
        except KeyboardInterrupt:
            return 130
        rows = [
            row_of(entry.submission, "", "", entry.result or {}, attempts=1, max_points=4.0)
            for entry in journal.entries("done")
        ]
    with (folder / "grades.csv").open("w", newline="") as file:
        csv.writer(file).writerows((row.submission, row.points, row.verdict, row.reason) for row in rows)
    return 0


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored, where tests run with `&`
    sys.exit(main())
