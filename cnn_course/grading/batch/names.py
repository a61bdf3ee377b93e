"""Who handed something in, as the names of files say; and names that every file system takes.

Learning platforms put students into names when a teacher downloads what was handed in:

- Moodle (mod/assign/classes/downloader.php), in folders: `Full Name_1234_assignsubmission_file_/exercise.py`,
  of late without the last `_`; without folders: `Full Name_1234_assignsubmission_file_exercise.py`. The
  number is that of the participant in the grading worksheet. Names have no `_`; groups may lack a number.
- Canvas (lib/content_zipper.rb): `lastnamefirst_LATE_1234_5678_exercise-1.py`: the name in small letters,
  without what is no letter; LATE only where it was; the number of the student, then of the file, which is
  higher for newer ones, then the file's own name. Anonymous ones begin with `anon_x1Y2z`.
- nbgrader: `submitted/STUDENT/ASSIGNMENT/NOTEBOOK.ipynb`, with a timestamp.txt beside it.
"""

import re
import unicodedata
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import NamedTuple

MOODLE = re.compile(r"(?P<name>[^_]+)(?:_(?P<id>\d+))?_assignsubmission_[a-z]+(?:_(?P<rest>.*))?")
CANVAS = re.compile(
    r"(?:(?P<key>\w+?)_)??(?P<late>LATE_)?(?:anon_(?P<anonymous>[^\W_]+)|(?P<id>\d+))_"
    r"(?:(?P<file>\d+)_(?P<rest>.+)|(?P<online>(?:text|link)\.html))"
)
EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
HANDED_IN = (".py", ".ipynb", ".cnn", ".zip")  # suffixes that are no part of a student's name
LONGEST = 80  # bytes of a name
NOT_IN_NAMES = re.compile(r'[<>:"/\\|?*]')
OF_WINDOWS = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")


class Student(NamedTuple):
    """Whose a file is: the same `key`, the same student. `identity` is what else the platform calls them."""

    key: tuple[str, str]
    name: str
    identity: tuple[tuple[str, str], ...] = ()


class Signed(NamedTuple):
    """A student, and what the file was called before a platform put the student into its name."""

    student: Student
    own_name: str = ""
    version: int = 0


def signed_by(name: str, *, is_folder: bool) -> Signed:
    """The student whose folder or file has that name."""
    found = by_platform(name, is_folder=is_folder)
    if found:
        return found
    path = PurePosixPath(name)
    plain = path.stem if not is_folder and path.suffix.lower() in HANDED_IN else name
    return Signed(Student(("", plain), plain, _identity(email=_email(plain))))


def by_platform(name: str, *, is_folder: bool) -> Signed | None:
    """The student whom Moodle or Canvas has put into a name, if one has."""
    found = MOODLE.fullmatch(name)
    if found:
        who, number = _normal(found["name"]), found["id"] or ""
        identity = _identity(moodle_id=number, moodle_name=who, email=_email(who))
        return Signed(Student(("moodle", number or who), who, identity), found["rest"] or "")
    found = None if is_folder else CANVAS.fullmatch(name)
    if found and (found["key"] or found["anonymous"]):
        number, anonymous = found["id"] or "", found["anonymous"] or ""
        who, late = _normal(found["key"] or f"anon_{anonymous}"), "yes" if found["late"] else ""
        identity = _identity(canvas_id=number, canvas_key=found["key"], canvas_anonymous=anonymous, late=late)
        student = Student(("canvas", number or anonymous), who, identity)
        return Signed(student, found["rest"] or found["online"], int(found["file"] or 0))
    return None


def safe_names(names: Iterable[str]) -> list[str]:
    """A name for each that every file system takes and no other has, whether letters are small or capital.

    They stay as they are where they can. The second of two that would be one gets -2.
    """
    taken: set[str] = set()
    made = []
    for name in names:
        fresh = first = safe_name(name)
        number = 1
        while _folded(fresh) in taken:
            number += 1
            ending = f"-{number}"
            fresh = _cut(first, LONGEST - len(ending)) + ending
        taken.add(_folded(fresh))
        made.append(fresh)
    return made


def safe_name(name: str, most: int = LONGEST) -> str:
    """The name without what file systems, terminals and spreadsheets do not take; at most `most` bytes."""
    letters = (" " if letter.isspace() else letter for letter in _normal(name))
    visible = "".join(letter for letter in letters if unicodedata.category(letter)[0] != "C")
    plain = NOT_IN_NAMES.sub("_", " ".join(visible.split())).lstrip("-. ")
    plain = _cut(plain, most).rstrip(". ")
    return f"_{plain}"[:most] if OF_WINDOWS.fullmatch(plain) else plain or "unnamed"


def _identity(**known: str | None) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in known.items() if value)


def _email(name: str) -> str:
    found = EMAIL.search(name)
    return found[0] if found else ""


def _normal(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def _folded(name: str) -> str:
    return _normal(name.casefold())


def _cut(name: str, most: int) -> str:
    return name.encode("utf-8", "replace")[:most].decode("utf-8", "ignore")
