"""`cnn-course reset`: begin an exercise again; one's work is kept beside it."""

from argparse import Namespace

from cnn_course.cli.show import fact
from cnn_course.lessons import course
from cnn_course.lessons.working_copy import reset


def run(args: Namespace) -> int:
    folder = course.find(args.exercise)
    done = reset(folder)
    for file, backup in done:
        fact("reset", f"{file} (what you had is in {backup.name})")
    if not done:
        fact("reset", f"{folder.name} is as it was at the beginning; nothing to do")
    return 0
