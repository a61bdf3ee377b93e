"""`cnn-course hint`: the hint that fits the check that fails."""

from argparse import Namespace

from cnn_course.cli.check import exercise_of
from cnn_course.lessons import course
from cnn_course.lessons.working_copy import answers_file


def run(args: Namespace) -> int:
    folder = course.find(args.exercise)
    exercise, _ = exercise_of(folder, args.file or answers_file(folder))
    print(exercise.hint(args.task))
    return 0
