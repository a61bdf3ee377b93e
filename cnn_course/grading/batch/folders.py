"""The files below a folder, without following a link, and their bytes, without waiting for a pipe."""

import errno
import os
import stat
from collections import Counter
from collections.abc import Iterator
from functools import partial
from io import BufferedReader, FileIO
from itertools import islice
from pathlib import Path

from cnn_course.grading.batch.found import CODE, Found, Refused, TooLarge, kilobytes, shown

DEEPEST = 16  # folders in folders
MOST = 5_000  # files and folders of one submission that are looked at
STUDENTS = 50_000  # of a class
KINDS = {
    stat.S_IFLNK: "a link",
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFBLK: "a device",
    stat.S_IFCHR: "a device",
}


def files_below(place: Path, leave_out: Path) -> Iterator[Found]:
    """Every file and folder below `place`, but for folders that hold `leave_out`."""
    waiting: list[tuple[Path, tuple[str, ...]]] = [(place, ())]
    seen: Counter[str] = Counter()
    while waiting:
        folder, path = waiting.pop()
        if path:
            yield Found(path, is_folder=True)
        try:
            with os.scandir(folder) as entries:
                listed = sorted(islice(entries, MOST if path else STUDENTS), key=lambda entry: entry.name)
        except OSError as problem:
            yield _unreadable(path, problem)
            continue
        for entry in listed:
            inner = (*path, _legible(entry.name))
            seen[inner[0]] += 1
            if seen[inner[0]] > MOST or len(inner) > DEEPEST:
                rule = f"at most {MOST:,} files are looked at, in folders at most {DEEPEST} deep"
                yield Found(inner, refused=f"{shown(inner[0])} holds too much: {rule}")
                break
            if _is_folder(entry) and not inner[-1].lower().endswith(CODE):
                if not leave_out.is_relative_to(entry.path):
                    waiting.append((Path(entry.path), inner))
            else:
                yield _file(entry, inner)


def file_at(place: Path) -> Found:
    """One file, as found in the folder that it lies in."""
    return Found((_legible(place.name),), partial(_read, place), place=place)


def open_regular(place: Path) -> FileIO:
    """A regular file, open for reading; `Refused` for whatever else there is."""
    name = shown(_legible(place.name))
    try:
        handle = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as problem:
        what = "is a link" if problem.errno == errno.ELOOP else f"cannot be opened: {problem.strerror}"
        raise Refused(f"{name} {what}; only a file itself counts") from None
    kind = stat.S_IFMT(os.fstat(handle).st_mode)
    if kind != stat.S_IFREG:
        os.close(handle)
        raise Refused(_no_file(name, kind))
    return FileIO(handle)


def _read(place: Path, most: int) -> bytes:
    name = shown(_legible(place.name))
    with BufferedReader(open_regular(place)) as file:
        try:
            size, data = os.fstat(file.fileno()).st_size, b""
            if size <= most:
                data = file.read(most + 1)
        except OSError as problem:
            raise Refused(f"{name} cannot be read: {problem.strerror}") from None
    if max(size, len(data)) > most:
        raise TooLarge(f"{name} has {kilobytes(max(size, len(data)))}; at most {kilobytes(most)} are taken")
    return data


def _file(entry: os.DirEntry[str], path: tuple[str, ...]) -> Found:
    place = Path(entry.path)
    try:
        kind = stat.S_IFMT(entry.stat(follow_symlinks=False).st_mode)
    except OSError as problem:
        return _unreadable(path, problem)
    if kind != stat.S_IFREG:
        return Found(path, refused=_no_file(shown(path[-1]), kind))
    return Found(path, partial(_read, place), place=place)


def _no_file(name: str, kind: int) -> str:
    return f"{name} is {KINDS.get(kind, 'something special')}; only a file itself counts"


def _unreadable(path: tuple[str, ...], problem: OSError) -> Found:
    if not path:
        raise problem
    return Found(path, refused=f"{shown(path[-1])} cannot be opened: {problem.strerror}")


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False


def _legible(name: str) -> str:
    """The name of a file on the disk; one that is not in UTF-8 was most likely made on an old Windows."""
    raw = os.fsencode(name)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")
