"""`cnn-course grade`: judge a class, each submission in a box of its own, and write the reports."""

import json
import os
import sys
import time
from argparse import Namespace
from base64 import b64encode
from collections.abc import Sequence
from contextlib import closing, nullcontext, redirect_stdout
from pathlib import Path
from typing import Any

from cnn_course.cli.class_shown import Progress, class_as_json, show_class, some
from cnn_course.cli.progress import clear_progress
from cnn_course.cli.show import fact
from cnn_course.grading.batch.exercise import SOLUTION, TESTS, Exercise, read_exercise
from cnn_course.grading.batch.grade import DISK, judge_all
from cnn_course.grading.batch.intake import Rejected, Upload, intake
from cnn_course.grading.batch.isolation import isolation
from cnn_course.grading.batch.journal import OWN, Entry, Journal
from cnn_course.grading.batch.place import STORE, claimed
from cnn_course.grading.batch.plan import SEED, Plan, PreflightFailed, grader_version, limits_of, preflight
from cnn_course.grading.batch.rows import key_of, rows_of, same_texts
from cnn_course.grading.batch.team import Team, cluster, local, usual_size
from cnn_course.grading.batch.verdict import Row
from cnn_course.grading.jail.levels import NoIsolation
from cnn_course.grading.reports import gradebook_notes, read_mistakes, write_all
from cnn_course.grading.reports.verdicts import is_graded
from cnn_course.grading.scratch import clear_up
from cnn_course.lessons import course

HIDDEN = TESTS[1]
FAILED, REFUSED, NO_ROOM = 1, 3, 4  # exit statuses
OFTEN = 3  # ends of the grader while a submission was under way, from which on that is told


def run(args: Namespace) -> int:
    exercise = read_exercise(_folder(args.exercise))
    out = args.out or args.submissions.resolve().parent / f"grades-{Path(exercise.name).name}"
    _check(args, exercise, out)
    try:
        with redirect_stdout(sys.stderr) if args.json else nullcontext():
            rows = _graded(args, exercise, out)
        if args.json:
            print(json.dumps(class_as_json(exercise, rows, out), indent=1))
        return FAILED if any(not is_graded(row) for row in rows) else 0
    except NoIsolation as problem:
        return _told(problem, REFUSED)
    except PreflightFailed as problem:
        return _told(problem, FAILED, *problem.lines)
    except OSError as problem:
        if problem.errno not in DISK:
            raise
        return _told(
            f"{problem.strerror}: what is graded is kept in {out}; make room, then --resume", NO_ROOM
        )


def _folder(name: str) -> Path:
    """The folder of an exercise of this course, or of anybody's."""
    place = Path(name)
    own = set(name) & {"/", os.sep} or any((place / test).is_file() for test in TESTS)
    return place if own else course.find(name)


def _check(args: Namespace, exercise: Exercise, out: Path) -> None:
    """Raise ValueError or FileNotFoundError for what makes no sense, before anything is done."""
    place = args.submissions
    if not place.exists():
        raise FileNotFoundError(f"{place} does not exist")
    if place.is_dir() and out.resolve().is_relative_to(place.resolve()):
        raise ValueError(f"--out {out} lies among the submissions, and would be taken for one; name another")
    if args.dask and args.workers:
        raise ValueError("--workers is for this machine; a Dask cluster has workers of its own")
    for export in filter(None, (args.canvas_export, args.moodle_export)):
        if not export.is_file():
            raise FileNotFoundError(f"{export} does not exist; it is the file that the platform exported")
    gradebook_notes([], exercise.facts, canvas_export=args.canvas_export, moodle_export=args.moodle_export)


def _graded(args: Namespace, exercise: Exercise, out: Path) -> list[Row]:
    limits = limits_of(args.seconds, args.memory)
    with closing(_team(args, limits.memory)) as team:
        fact("exercise", f"{exercise.name}: {exercise.facts['title']}")
        choice = isolation(team, args.sandbox, trusted=args.no_sandbox_i_trust_this_code)
        fact("isolation", f"{choice.level}{f': {choice.note}' if choice.note else ''}")
        if HIDDEN not in exercise.files:
            fact("note", f"there is no {HIDDEN} here: the visible checks alone are graded")
        plan = Plan(exercise, limits, choice.level)
        versions, place = (plan.version, grader_version()), str(args.submissions.resolve())
        with claimed(out, exercise.name, *versions, resume=args.resume, submissions=place) as journal:
            team.each_place(clear_up)
            _tell_of_the_past(journal)
            if not args.no_preflight:
                _fly_ahead(plan, journal, team)
            taken = intake(args.submissions, exercise.facts, out / STORE)
            _judge(plan, journal, team, taken)
            rows = rows_of(taken, journal)
        gradebooks = {"canvas_export": args.canvas_export, "moodle_export": args.moodle_export}
        gradebooks["identities"] = {one.submission: one.identity for one in taken}
        write_all(rows, exercise.facts, out, mistakes=read_mistakes(exercise.mistakes or ""), **gradebooks)
        show_class(rows, out)
        some("gradebook", gradebook_notes(rows, exercise.facts, **gradebooks))
    return rows


def _team(args: Namespace, memory: int) -> Team:
    if args.dask:
        return cluster(args.dask)
    return local(usual_size(memory) if args.workers is None else args.workers)


def _tell_of_the_past(journal: Journal) -> None:
    """What an earlier grading in this folder left behind."""
    stopped = journal.interrupted()
    if stopped:
        fact("resumed", f"{stopped} under way when the grader was stopped; judged again")
    doubtful = [entry for entry in journal.entries("queued") if entry.interruptions >= OFTEN]
    some(
        "doubtful",
        [f"{one.submission}: under way {one.interruptions} times when that happened" for one in doubtful],
    )
    old = journal.results() - sum(1 for entry in journal.entries("done") if entry.submission != OWN)
    if old:
        fact("not used", f"{old} results of other files, limits or versions; they stay in the journal")


def _fly_ahead(plan: Plan, journal: Journal, team: Team) -> None:
    """Judge the exercise's own solution first: what is wrong there would be wrong for all."""
    source = plan.exercise.solution
    if source is None:
        fact("pre-flight", f"none: the exercise has no {SOLUTION} to try first")
        return
    began = time.monotonic()
    row = preflight(plan, source, journal, team)
    took = time.monotonic() - began
    fact("pre-flight", f"{SOLUTION} earns all {row.max_points:g} points, after {took:.1f} s")


def _judge(plan: Plan, journal: Journal, team: Team, taken: Sequence[Upload | Rejected]) -> None:
    uploads = {key_of(upload): upload for upload in taken if isinstance(upload, Upload)}
    for key in uploads:
        journal.add(*key, SEED)
    done = sum(entry.key in uploads for entry in journal.entries("done"))
    _tell_what_came(taken, len(uploads), done)
    progress = Progress(done, len(uploads))

    def job(entry: Entry) -> dict[str, Any]:
        upload = uploads[entry.key]
        trained = b64encode(upload.trained.read_bytes()).decode() if upload.trained else None
        return plan.job(upload.submission, upload.name, upload.text, trained)

    try:
        judge_all(journal, uploads, job, team, progress.step)
    except KeyboardInterrupt:
        clear_progress()
        fact("interrupted", f"{progress.done} of {progress.total} are judged; --resume goes on")
        raise


def _tell_what_came(taken: Sequence[Upload | Rejected], uploads: int, done: int) -> None:
    rejected = len(taken) - uploads
    parts = [f"{uploads} to judge", *[f"{done} of them judged before"] * bool(done)]
    parts += [f"{rejected} that cannot be read"] * bool(rejected)
    fact("submissions", f"{len(taken)}: {', '.join(parts)}")
    some("same file", [", ".join(names) for names in same_texts(taken)])
    some(
        "left out", [f"{one.submission}: {one.note}" for one in taken if isinstance(one, Upload) and one.note]
    )


def _told(problem: Exception | str, status: int, *lines: str) -> int:
    print(f"cnn-course grade: {problem}", *lines, sep="\n    ", file=sys.stderr)
    return status
