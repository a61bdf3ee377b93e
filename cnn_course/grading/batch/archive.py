"""Zip archives that strangers made: what is in them, told without trusting what they say of themselves.

Nothing is unpacked to the disk. Members are read one by one, and what comes out is counted.
"""

import os
import re
import stat
import struct
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from io import BufferedReader
from itertools import pairwise
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from cnn_course.grading.batch.folders import open_regular
from cnn_course.grading.batch.found import CODE, Found, Refused, TooLarge, kilobytes, shown

MEMBERS = 200  # files of one submission
TOTAL = 25_000_000  # bytes of them together, unpacked
PACKED = 100_000_000  # bytes of a student's archive, which may hold a trained network
DIRECTORY = 1_000_000  # bytes of its table of contents
AT_ONCE = 500_000  # bytes that are read of a member
HEADER = 30  # bytes before a member's name
UTF8_NAME, ENCRYPTED = 0x800, 0x1 | 0x40 | 0x2000  # flags of a member
DAMAGED = (
    BadZipFile, NotImplementedError, RuntimeError, zlib.error, struct.error, EOFError, ValueError, IndexError,
    OverflowError, OSError,
)  # fmt: skip


class _Frugal(BufferedReader):
    """A file of which no more is read at once than an honest archive asks for."""

    def read(self, size: int | None = -1) -> bytes:
        whole = size is None or size < 0
        data = super().read(DIRECTORY + 1 if whole else min(int(size or 0), DIRECTORY + 1))
        if len(data) > DIRECTORY:
            raise Refused("its table of contents is too long")
        return data


@contextmanager
def opened(place: Path, *, of_a_class: bool = False) -> Iterator[ZipFile]:
    """The archive at `place`; `Refused` if it cannot be read, or is a student's and too large."""
    name = shown(place.name)
    with (BufferedReader if of_a_class else _Frugal)(open_regular(place)) as file:
        size = os.fstat(file.fileno()).st_size
        if size > PACKED and not of_a_class:
            raise TooLarge(f"{name} has {kilobytes(size)}; at most {kilobytes(PACKED)} are taken")
        try:
            archive = ZipFile(file)
        except DAMAGED as problem:
            why = str(problem) if isinstance(problem, Refused) else "it is damaged, or cut off on its way"
            raise Refused(f"{name} is no zip archive that can be read: {why}") from None
        with archive:
            yield archive


def members(archive: ZipFile) -> Iterator[Found]:
    """What is in the archive; those that break a rule say so, and are not read."""
    infos = archive.infolist()
    times = Counter(map(_name, infos))
    overlapping = _overlapping(archive)
    for info in infos:
        name = _name(info)
        path = tuple(part for part in re.split(r"[/\\]", name) if part not in ("", ".", ".."))
        if not path:
            continue
        broken = _broken_rule(info, name) or (
            "is in it more than once" if times[name] > 1
            else "lies over another file of it" if info.header_offset in overlapping
            else ""
        )  # fmt: skip
        refused = f"{shown(name)} {broken}; such an archive is not opened" if broken else ""
        yield Found(path, partial(_read, archive, info), refused, name.endswith("/"))


def check_members(files: Sequence[Found]) -> None:
    """Raise `Refused` if what an archive holds of one submission breaks a rule, after reading all of it."""
    if len(files) > MEMBERS:
        raise Refused(f"there are {len(files):,} files in the archive; at most {MEMBERS} are taken")
    refused = next((found.refused for found in files if found.refused), "")
    if refused:
        raise Refused(refused)
    left = TOTAL
    for found in files:
        try:
            left -= 0 if found.is_folder else len(found.read(left))
        except TooLarge:
            raise TooLarge(
                f"the archive unpacks to more than {kilobytes(TOTAL)}, the most that is taken"
            ) from None


def _read(archive: ZipFile, info: ZipInfo, most: int) -> bytes:
    name = shown(_name(info))
    try:
        with archive.open(info) as file:
            pieces = [file.read(min(AT_ONCE, most + 1))]
            while pieces[-1] and (size := sum(map(len, pieces))) <= most:
                pieces.append(file.read(min(AT_ONCE, most + 1 - size)))
    except DAMAGED:
        raise Refused(f"{name} is damaged in its archive") from None
    data = b"".join(pieces)
    if len(data) > most:
        raise TooLarge(f"{name} has more than {kilobytes(most)}, which is the most that is taken")
    return data


def _broken_rule(info: ZipInfo, name: str) -> str:
    kind = stat.S_IFMT(info.external_attr >> 16)
    if name.startswith("/") or re.match("[A-Za-z]:", name):
        return "has the name of a place outside the archive"
    if ".." in re.split(r"[/\\]", name):
        return "has a name with .. in it"
    if "\\" in name:
        return "has a name with a backslash in it"
    if "\0" in info.orig_filename:
        return "has a name with a NUL byte in it"
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "is a link or a device"
    if info.flag_bits & ENCRYPTED:
        return "is encrypted"
    if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        return "is compressed in an unusual way"
    if name.rstrip("/").lower().endswith(CODE) and name.endswith("/"):
        return "is a folder, not a file"
    return ""


def _name(info: ZipInfo) -> str:
    """The name as it was meant: many programs write UTF-8 and do not say so."""
    name = info.orig_filename
    if not info.flag_bits & UTF8_NAME:
        try:
            return name.encode("cp437").decode("utf-8")
        except UnicodeError:
            pass
    return name


def _overlapping(archive: ZipFile) -> set[int]:
    """Where members begin that share bytes with the next one, or with the table of contents."""
    spans = sorted((info.header_offset, _least_size(info)) for info in archive.infolist())
    found = set()
    for (start, size), (following, _) in pairwise([*spans, (archive.start_dir, 0)]):
        if start + size > following:
            found |= {start, following}
    return found


def _least_size(info: ZipInfo) -> int:
    return HEADER + len(info.orig_filename) + info.compress_size
