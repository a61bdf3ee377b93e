"""`cnn-course submit`: look one's work over, and write what is to hand in."""

from argparse import Namespace
from pathlib import Path

from cnn_course.cli.show import fact
from cnn_course.lessons import course, trained
from cnn_course.lessons.handing_in import look_over, write
from cnn_course.lessons.working_copy import answers_file
from cnn_course.training.runs import Run, open_run


def run(args: Namespace) -> int:
    folder = course.find(args.exercise)
    path = args.file or answers_file(folder)
    fact("exercise", f"{folder.name}: {course.facts(folder)['title']}")
    training = open_run(args.run) if args.run else trained.newest_run(folder.name)
    bad = False
    for finding in look_over(folder, path):
        bad |= finding.bad
        fact(finding.what, f"{finding.found}{' (!)' if finding.bad else ''}")
    if training is not None:
        fact("trained", trained.described(training))
    if bad and not args.anyway:
        fact("written", "nothing; mend what is marked (!), or hand it in as it is with --anyway")
        return 1
    handed = write(path, args.out / folder.name)
    fact("written", f"{handed}: hand in this file")
    if training is not None:
        fact("written", _written(training, handed.parent))
    return 0


def _written(training: Run, target: Path) -> str:
    try:
        return f"{trained.write(training, target)}: and this one, the network that you trained"
    except (ValueError, RuntimeError) as problem:
        return f"without the network that you trained: {problem}"
