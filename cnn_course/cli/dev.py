"""`cnn-course dev`: write exercises, build what students get from them, prove that they are right."""

import json
import os
from argparse import Namespace
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from cnn_course.cli.progress import clear_progress, show_progress
from cnn_course.lessons.masters import course_folder, find_masters

if TYPE_CHECKING:
    from cnn_course.lessons.prove_all import Proof

WIDTH = 24


def run(args: Namespace) -> int:
    actions = {"build": _build, "check": _check, "new": _new, "record": _record}
    return actions[args.action](args)


def _build(args: Namespace) -> int:
    from cnn_course.lessons.generate import products, stale, write
    from cnn_course.lessons.lesson import read_lesson

    course = course_folder(Path.cwd())
    status = 0
    for folder in find_masters(course, args.exercises):
        try:
            made = products(read_lesson(folder), course)
        except ValueError as problem:
            print(problem, flush=True)
            status = 1
            continue
        changed = [path.name for path in (stale(made) if args.check else write(made))]
        print(f"{folder.name:<{WIDTH}}{_built(changed, args.check)}", flush=True)
        status |= bool(args.check and changed)
    return status


def _built(changed: list[str], check: bool) -> str:
    if not changed:
        return "in step"
    return f"{', '.join(changed)} {'out of step: run cnn-course dev build' if check else 'written'}"


def _check(args: Namespace) -> int:
    from cnn_course.lessons.prove_all import prove_all

    folders = find_masters(course_folder(Path.cwd()), args.exercises)
    jobs = min(args.jobs or os.cpu_count() or 1, len(folders))
    proofs = []
    show_progress(0, len(folders))
    for proof in prove_all(folders, jobs=jobs, notebooks=args.notebooks):
        proofs.append(proof)
        if not args.json:
            _show_proof(proof)
        show_progress(len(proofs), len(folders))
    if args.json:
        print(json.dumps([asdict(proof) for proof in sorted(proofs, key=lambda p: p.exercise)], indent=1))
    else:
        broken = sum(bool(proof.defects) for proof in proofs)
        print(f"{len(proofs) - broken} of {len(proofs)} exercises keep their promises")
    return 1 if any(proof.defects for proof in proofs) else 0


def _new(args: Namespace) -> int:
    from cnn_course.lessons.generate import products, write
    from cnn_course.lessons.lesson import read_lesson
    from cnn_course.lessons.new import start_exercise

    course = course_folder(Path.cwd())
    written = start_exercise(args.exercise, course)
    folder = written[0].parent
    written += write(products(read_lesson(folder), course))
    for path in written:
        print(path.relative_to(course))
    print(f"now edit {folder.name}/lesson.py; `cnn-course dev check {folder.name}` says what is missing")
    return 0


def _record(args: Namespace) -> int:
    from cnn_course.lessons.record import record

    folders = find_masters(course_folder(Path.cwd()), args.exercises)
    for folder in folders:
        print(f"{folder.name}: running its experiment ...", flush=True)
        for line in record(folder, args.profile):
            print(f"    {line}", flush=True)
    return 0


def _show_proof(proof: "Proof") -> None:
    count = len(proof.defects)
    verdict = "good" if not count else f"{count} defect{'s' if count > 1 else ''}"
    clear_progress()
    print(f"{proof.exercise:<{WIDTH}}{verdict} ({proof.seconds:.0f} s)", flush=True)
    for defect in proof.defects:
        print(f"    {defect.where}: {defect.what}", flush=True)
