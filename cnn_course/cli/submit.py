"""`cnn-course submit`: look one's work over, and write the file to hand in."""

from argparse import Namespace

from cnn_course.cli.show import fact
from cnn_course.lessons import course
from cnn_course.lessons.handing_in import look_over, write
from cnn_course.lessons.working_copy import answers_file


def run(args: Namespace) -> int:
    folder = course.find(args.exercise)
    path = args.file or answers_file(folder)
    fact("exercise", f"{folder.name}: {course.facts(folder)['title']}")
    bad = False
    for finding in look_over(folder, path):
        bad |= finding.bad
        fact(finding.what, f"{finding.found}{' (!)' if finding.bad else ''}")
    if bad and not args.anyway:
        fact("written", "nothing; mend what is marked (!), or hand it in as it is with --anyway")
        return 1
    handed = write(path, args.out / folder.name)
    fact("written", f"{handed}: hand in this file")
    return 0
