"""`cnn-course init`: a student's working copy of the course."""

from argparse import Namespace

from cnn_course.cli.show import fact
from cnn_course.lessons.working_copy import make_working_copy


def run(args: Namespace) -> int:
    made = make_working_copy(args.folder)
    fact("folder", str(args.folder))
    fact("exercises", f"{len(made)}, from {made[0]} to {made[-1]}")
    fact(
        "begin", f"open {args.folder / 'notebooks' / made[0]}.ipynb, or cd {args.folder} and cnn-course list"
    )
    return 0
