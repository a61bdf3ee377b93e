"""An autograder zip for Gradescope, which runs `cnn-course grade` on what a student hands in.

It holds hidden checks, and goes to nobody but Gradescope. Its bytes depend on its content alone.
"""

import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from cnn_course.grading.batch.exercise import FILES
from cnn_course.lessons.course import EXERCISES, HIDDEN
from cnn_course.lessons.release.master import Master
from cnn_course.lessons.release.plain import student_files
from cnn_course.lessons.release.wheel import wheel

HERE = Path(__file__).with_name("templates") / "gradescope"
PROGRAMS = ("setup.sh", "run_autograder")
NOTE = "FOR_INSTRUCTORS.md"
LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the beginning of time in a zip


def gradescope(masters: Sequence[Master]) -> dict[str, bytes]:
    """A zip for each exercise, and how to set it up there."""
    note = (HERE / NOTE).read_bytes()
    package = dict([wheel()])
    zips = {
        f"{master.name}-autograder-FOR-INSTRUCTORS.zip": zipped(_inside(master, note, package))
        for master in masters
    }
    return {"README.md": note, **zips}


def zipped(files: Mapping[str, bytes]) -> bytes:
    """A zip of these files; those that are programs may be run."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(name, LONG_AGO)
            entry.create_system = 3  # Unix, whose rights the next line gives
            entry.external_attr = (0o100755 if name in PROGRAMS else 0o100644) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return stream.getvalue()


def _inside(master: Master, note: bytes, package: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files of a zip: programs, the wheel, the exercise as it is graded."""
    folder = f"{EXERCISES}/{master.name}"
    given = student_files(master)
    judging = {path: given[path] for name in FILES if (path := f"{folder}/{name}") in given}
    if master.hidden:
        judging[f"{folder}/{HIDDEN}"] = master.hidden.read_bytes()
    programs = {name: (HERE / f"{name}.txt").read_bytes() for name in PROGRAMS}
    return {**programs, **judging, **package, NOTE: note}
