"""Whose files are whose: what lies in a folder or an archive, put together by student.

A class comes as one folder per student, as files named after students, or as a learning platform writes it.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from cnn_course.grading.batch.found import CODE, Found
from cnn_course.grading.batch.names import Signed, Student, by_platform, signed_by

OF_NBGRADER = "submitted"  # its folder of students, which lies beside these
BESIDE_IT = ("source", "release", "autograded", "feedback", "nbgrader_config.py", "gradebook.db")
OF_AN_EXERCISE = re.compile(r"\d\d_[a-z]\w*")
STUB, TRAINED = "exercise.py", "trained.cnn"
LEFT_BY_PROGRAMS = {
    "__MACOSX", "__pycache__", ".DS_Store", ".git", ".github", ".gitignore", ".idea", ".ipynb_checkpoints",
    ".venv", ".vscode", "Thumbs.db", "desktop.ini", "node_modules", "site-packages", "venv",
}  # fmt: skip
# Files beside submissions that are none.
OF_THE_TEACHER = (".csv", ".xlsx", ".ods", ".json", ".yml", ".yaml", ".toml", ".md", ".log")
OF_NOBODY = ("timestamp.txt", "readme.txt")


class Handed(NamedTuple):
    """What one student handed in; paths begin below what bears the student's name."""

    student: Student
    files: list[Found]


def handed_in(found: Iterable[Found], place: str, exercise: str, *, archived: bool = False) -> list[Handed]:
    """The files of each student; of those who handed in several exercises, the files of this one.

    `place`: the name of what they lie in; `archived`: whether that is an archive.
    """
    files = handed_in_by_people(found)
    unwrapped, for_several = _unwrapped(files, exercise, archived=archived)
    for_several |= place == OF_NBGRADER
    students: dict[tuple[str, str], Handed] = {}
    for file in unwrapped:
        signed = _signed(file, place, exercise)
        if signed:
            whose = students.setdefault(signed.student.key, Handed(signed.student, []))
            if len(file.path) > 1:
                whose.files.append(replace(file, path=file.path[1:]))
            elif not file.is_folder:
                own = signed.own_name or file.name
                whose.files.append(replace(file, path=(own,), version=signed.version))
    return [
        Handed(student, of_exercise(mine, exercise, required=for_several))
        for student, mine in students.values()
    ]


def handed_in_by_people(found: Iterable[Found]) -> list[Found]:
    """The files that no program has left there."""
    return [
        file
        for file in found
        if not any(part in LEFT_BY_PROGRAMS or part.startswith("._") for part in file.path)
    ]


def of_exercise(files: list[Found], exercise: str, *, required: bool = False) -> list[Found]:
    """The files in folders called like the exercise, and beside these folders what is itself called so: a
    working copy has its stubs and its notebooks apart. All files, if there is no such folder and none is
    `required`.
    """
    if not any(exercise in file.path[:-1] for file in files):
        return [] if required else files
    _, *named = own_names(exercise)
    return [file for file in files if exercise in file.path[:-1] or file.path[-1] in named]


def own_names(exercise: str) -> tuple[str, str, str]:
    """What the file to hand in may be called."""
    return STUB, f"{exercise}.ipynb", f"{exercise}.py"


def _unwrapped(files: list[Found], exercise: str, *, archived: bool) -> tuple[list[Found], bool]:
    """The files from where the students begin, and whether each may hold several exercises."""
    for_several = False
    while True:
        tops = {file.path[0] for file in files}
        inner = next((name for name in (OF_NBGRADER, exercise) if _is_around(name, files, exercise)), None)
        if inner is None and len(tops) == 1 and _is_wrapper(files, exercise, archived=archived):
            (inner,) = tops
        below = [
            replace(file, path=file.path[1:]) for file in files if file.path[0] == inner and file.path[1:]
        ]
        if not below:
            return files, for_several
        files, for_several = below, for_several or inner == OF_NBGRADER


def _is_around(name: str, files: list[Found], exercise: str) -> bool:
    """Whether there is a folder of that name and all students are in it: nothing beside it is a student's. If
    one of them is called so, the others must not get lost.
    """
    others = [file for file in files if file.path[0] != name]
    return len(others) < len(files) and all(_is_beside(file, name, exercise) for file in others)


def _is_beside(file: Found, name: str, exercise: str) -> bool:
    """Whether it may lie beside a folder of that name, in which all students are."""
    top, is_folder = file.path[0], len(file.path) > 1 or file.is_folder
    known = top in BESIDE_IT if name == OF_NBGRADER else is_folder and OF_AN_EXERCISE.fullmatch(top)
    return bool(known) or _signed(file, "", exercise) is None


def _is_wrapper(files: list[Found], exercise: str, *, archived: bool) -> bool:
    """Whether the only folder of all is none of a student, but one that a program has put around them."""
    if by_platform(files[0].path[0], is_folder=True):
        return False
    inside = {file.path[1]: len(file.path) > 2 or file.is_folder for file in files if len(file.path) > 1}
    if OF_NBGRADER in inside or any(by_platform(name, is_folder=of) for name, of in inside.items()):
        return True
    names = [
        name for name, is_folder in inside.items() if is_folder or name.lower().endswith((*CODE, ".zip"))
    ]
    return archived and len(names) > 1 and not {*own_names(exercise), TRAINED} & set(names)


def _signed(file: Found, place: str, exercise: str) -> Signed | None:
    """Whose file it is; None if nobody's."""
    top, is_folder = file.path[0], len(file.path) > 1 or file.is_folder
    if not is_folder and top in (*own_names(exercise), TRAINED):
        return signed_by(place, is_folder=True)
    signed = signed_by(top, is_folder=is_folder)
    if signed.own_name or is_folder:
        return signed
    low = top.lower()
    nobodys = low in OF_NOBODY or low.endswith(OF_THE_TEACHER) and not any(kind in low for kind in CODE)
    return None if nobodys else signed
