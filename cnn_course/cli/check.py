"""`cnn-course check`: is what I wrote right? For people who use an editor; reads notebooks too."""

import json
import sys
import time
from argparse import Namespace
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from cnn_course.lessons import course
from cnn_course.lessons.working_copy import answers_file

EVERY = 0.3  # seconds between two looks at a file


def run(args: Namespace) -> int:
    folder = course.find(args.exercise)
    path = args.file or answers_file(folder)
    if args.watch:
        return watch(path, lambda: _check(folder, path, args))
    return _check(folder, path, args)


def watch(path: Path, act: Callable[[], int], wait: Callable[[float], None] = time.sleep) -> int:
    """Act now and whenever the file is saved, until interrupted; returns the last status."""
    status, seen = 0, None
    try:
        while True:
            found = path.stat() if path.is_file() else None  # some editors remove it before they write it
            now = found and (found.st_mtime_ns, found.st_size)
            if now and now != seen:
                status, seen = act(), now
                clock = time.strftime("%H:%M:%S")
                print(f"\n-- {clock}, waiting for {path.name} to be saved; Ctrl-C ends\n", flush=True)
            wait(EVERY)
    except KeyboardInterrupt:
        return status


def near(path: Path) -> Path:
    """The path as one would type it here."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def exercise_of(folder: Path, path: Path) -> tuple[Any, list[str]]:
    """The exercise on what a file defines, and the statements in that file that failed."""
    from cnn_course.grading.reading import read_student_file
    from cnn_course.lessons.exercise import Exercise

    read = read_student_file(path)
    return Exercise(folder, read.namespace), read.problems


def _check(folder: Path, path: Path, args: Namespace) -> int:
    exercise, problems = exercise_of(folder, path)
    report = exercise.check(args.task, hidden=args.hidden)
    if args.json:
        _show_json(folder, path, problems, report)
    else:
        if hasattr(sys.stdout, "reconfigure"):
            sys.stdout.reconfigure(errors="replace")  # a terminal that has no check mark
        print(f"{near(path)}\n")
        for problem in problems:
            print(f"! {problem}\n")
        number = folder.name.partition("_")[0]
        print(replace(report, hint=f"cnn-course hint {number} {{task}}", solution=""))
    return 0 if report.passed and not problems else 1


def _show_json(folder: Path, path: Path, problems: list[str], report: Any) -> None:
    facts = {
        "exercise": folder.name,
        "file": str(path),
        "problems": problems,
        "checks": [asdict(outcome) for outcome in report.outcomes],
        "hidden_checks_exist": report.hidden_exist,
    }
    print(json.dumps(facts, indent=1))
