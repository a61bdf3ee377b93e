"""What a class has handed in: a text to judge for each student, or the reason in one line why there is none.

Files come from strangers: links are not followed, nothing is unpacked or run, what is read is counted. What
counts is copied into a folder of our own, the store, under the hash of its content.
"""

import errno
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from cnn_course.grading.batch.archive import check_members, members, opened
from cnn_course.grading.batch.choosing import choose, newest, trained_beside
from cnn_course.grading.batch.folders import file_at, files_below
from cnn_course.grading.batch.found import CODE, REASON, Found, Refused, shown
from cnn_course.grading.batch.layout import Handed, handed_in, handed_in_by_people, of_exercise
from cnn_course.grading.batch.names import safe_names
from cnn_course.replacing import replacing

DENIED = os.strerror(errno.EACCES)  # the instructor's rights are no student's fault
PACKED = (".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".rar", ".7z")


@dataclass(frozen=True)
class Upload:
    """What one student handed in, as it is judged.

    `submission`: a name for it that no other has, fit for a file. `sha256`: of the file as it came, and its
    name in the store. `text`: Python, or the JSON of a notebook of the cells that count. `identity`: the
    names by which a learning platform knows the student. `trained`: the network that came with it, in the
    store. `note`: a line on what was left out, or "".
    """

    submission: str
    sha256: str
    name: str
    text: str
    identity: dict[str, str] = field(default_factory=dict)
    trained: Path | None = None
    note: str = ""

    @property
    def version(self) -> str:
        """The same for as long as nothing of it changes: `sha256`, where there is no trained network."""
        both = self.sha256 + (self.trained.name if self.trained else "")
        return sha256(both.encode()).hexdigest() if self.trained else self.sha256


@dataclass(frozen=True)
class Rejected:
    """What a student handed in and nobody can judge, and the reason in one line; `ours`: it is our fault."""

    submission: str
    reason: str
    identity: dict[str, str] = field(default_factory=dict)
    ours: bool = False


def intake(place: Path, exercise: dict[str, Any], store: Path) -> list[Upload | Rejected]:
    """What lies in a folder or an archive, student by student, in the order of `submission`.

    `exercise`: its facts, of which `name` and `tasks` are looked at. `store`: a folder, made if need be.
    ValueError if the archive cannot be read, or there is nothing at all; FileNotFoundError.
    """
    store.mkdir(mode=0o700, parents=True, exist_ok=True)
    exercise = {"name": exercise["name"], "tasks": exercise.get("tasks", [])}
    with _class(place, exercise["name"], store) as (handed, archived):
        if not handed:
            raise ValueError(f"{place} holds no submissions: neither folders, nor .py, .ipynb or .zip files")
        handed.sort(key=lambda one: (one.student.name, one.student.key))
        names = safe_names(one.student.name for one in handed)
        taken = [_take(name, one, exercise, store, archived) for name, one in zip(names, handed, strict=True)]
    _sync(store)
    return sorted(taken, key=lambda one: one.submission)


@contextmanager
def _class(place: Path, exercise: str, store: Path) -> Iterator[tuple[list[Handed], bool]]:
    """What each student handed in, and whether that lies in an archive, for as long as it is open."""
    if place.is_dir():
        folder = place.resolve()
        yield handed_in(files_below(folder, store.resolve()), folder.name, exercise), False
    elif not place.exists():
        raise FileNotFoundError(f"{place} does not exist")
    elif place.suffix.lower() == ".zip":
        with opened(place, of_a_class=True) as archive:
            yield handed_in(members(archive), place.stem, exercise, archived=True), True
    elif place.suffix.lower() in CODE:
        yield handed_in([file_at(place)], place.stem, exercise), False
    else:
        raise ValueError(f"{place} is neither a folder nor a .zip, .py or .ipynb file")


def _take(
    name: str, handed: Handed, exercise: dict[str, Any], store: Path, archived: bool
) -> Upload | Rejected:
    identity = dict(handed.student.identity)
    with ExitStack() as open_files:
        try:
            files = _files(handed.files, exercise["name"], archived, open_files)
            work = choose(files, exercise)
        except Refused as problem:
            return Rejected(name, shown(str(problem), REASON), identity, ours=DENIED in str(problem))
        except Exception as problem:  # a fault of ours, which must not stop a class
            said = f"it could not be looked into ({type(problem).__name__})"
            return Rejected(name, said, identity, ours=True)
        network, note = None, work.note
        try:
            network = trained_beside(files, work)
        except Refused as problem:
            note = "; ".join(filter(None, (note, f"the trained network does not count: {problem}")))
    if work.found.version:
        identity["canvas_file"] = str(work.found.version)
    trained = store / _keep(store, network) if network is not None else None
    return Upload(name, _keep(store, work.data), work.name, work.text, identity, trained, shown(note, REASON))


def _files(files: list[Found], exercise: str, archived: bool, open_files: ExitStack) -> list[Found]:
    """A student's files; where they are packed into one archive, those in it."""
    if archived:
        _check(files)
    packed = newest(found for found in files if found.kind in PACKED)
    if not packed or any(found.kind in CODE for found in files):
        return files
    first = packed[0]
    if len(packed) > 1:
        raise Refused(
            f"{len(packed)} archives could be meant: {first.shown}, {packed[1].shown}; hand in one file"
        )
    if first.refused:
        raise Refused(first.refused)
    if first.kind != ".zip":
        raise Refused(
            f"{first.shown} is packed in a way that is not opened; hand in the file itself, or a .zip"
        )
    if first.place is None:
        raise Refused(
            f"{first.shown} is an archive within an archive, which is not opened; unpack the outer one"
        )
    inner = handed_in_by_people(members(open_files.enter_context(opened(first.place))))
    _check(inner)
    return [*files, *of_exercise(inner, exercise)]


def _check(files: list[Found]) -> None:
    check_members([found for found in files if found.kind != ".cnn"])


def _keep(store: Path, data: bytes) -> str:
    """Copy into the store, where it is not there yet; returns the name of the copy, which is its SHA-256."""
    digest = sha256(data).hexdigest()
    copy = store / digest
    if not (copy.is_file() and sha256(copy.read_bytes()).hexdigest() == digest):
        with replacing(copy) as file:
            os.fchmod(file.fileno(), 0o400)
            file.write(data)
    return digest


def _sync(folder: Path) -> None:
    """Wait until the names of new files are on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
