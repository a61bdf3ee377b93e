"""Release a course: make the files of a target, look through them for leaks, and only then write them."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from cnn_course.lessons.masters import find_masters
from cnn_course.lessons.release.github import github
from cnn_course.lessons.release.gradescope import gradescope
from cnn_course.lessons.release.master import Master, masters
from cnn_course.lessons.release.nbgrader import nbgrader, nbgrader_for_students
from cnn_course.lessons.release.plain import plain
from cnn_course.lessons.release.scan import Found, Scan
from cnn_course.lessons.working_copy import refuse_if_taken

Files = dict[str, bytes]


class Target(NamedTuple):
    """A form of release. `given`: what of it students get; `for_graders`: it has to hold hidden checks."""

    make: Callable[[Sequence[Master]], Files]
    given: Callable[[Sequence[Master]], Files] | None = None
    for_graders: bool = False


TARGETS = {
    "plain": Target(plain),
    "nbgrader": Target(nbgrader, given=nbgrader_for_students),
    "gradescope": Target(gradescope, for_graders=True),
    "github": Target(github),
}


class Leaked(RuntimeError):
    """What was made shows what is not for students; `found` says where."""

    def __init__(self, found: list[Found]) -> None:
        super().__init__(f"nothing was written, since students would see this: {found[0]}")
        self.found = found


def release(course: Path, folder: Path, target: str, names: Sequence[str] = ()) -> list[Master]:
    """Write the exercises of a course, or those of these names, into a new folder; returns them.

    FileExistsError if anything is in the folder, `Leaked` if students would see what they must not.
    """
    refuse_if_taken(folder)
    every = masters(course)
    wanted = find_masters(course, names)
    chosen = [master for master in every if master.folder in wanted]
    make, given, for_graders = TARGETS[target]
    made = make(chosen)
    looked_at = given(chosen) if given else made
    found = list(Scan(every, for_graders=for_graders)(looked_at.items()))
    if found:
        raise Leaked(found)
    write(made, folder)
    return chosen


def write(files: Mapping[str, bytes], folder: Path) -> None:
    """Write files, by their names, below a folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
