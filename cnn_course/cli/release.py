"""`cnn-course release`: the course for students, for nbgrader, Gradescope or GitHub Classroom; leak-free."""

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from cnn_course.cli.show import fact
from cnn_course.lessons.masters import course_folder
from cnn_course.lessons.release.master import masters
from cnn_course.lessons.release.scan import Found, Scan, files_below
from cnn_course.lessons.release.write import Leaked, release

FOR_INSTRUCTORS = {
    "nbgrader": "this tree holds solutions and hidden checks; students get what nbgrader makes of it",
    "gradescope": "these zips hold hidden checks; they are for Gradescope and nobody else",
}


def run(args: Namespace) -> int:
    course = course_folder(Path.cwd())
    if args.scan:
        return _scan(args.folder, course)
    try:
        released = release(course, args.folder, args.target, args.exercises)
    except Leaked as problem:
        _show(problem.found)
        fact("written", "nothing")
        return 1
    fact("folder", str(args.folder))
    fact("exercises", f"{len(released)}, from {released[0].name} to {released[-1].name}")
    _show([])
    if args.target in FOR_INSTRUCTORS:
        fact("keep", FOR_INSTRUCTORS[args.target])
    fact("next", f"read {args.folder / 'README.md'}")
    return 0


def _scan(folder: Path, course: Path) -> int:
    """Look for leaks in what is there already."""
    if not folder.is_dir():
        raise FileNotFoundError(f"{folder} is no folder")
    files = list(files_below(folder))
    found = list(Scan(masters(course))(files))
    _show(found)
    fact("files", f"{len(files)} looked through, archives and notebooks to their insides")
    return 1 if found else 0


def _show(found: Sequence[Found]) -> None:
    for leak in found:
        print(leak, flush=True)
    fact("leaks", str(len(found) or "none found, byte by byte"))
