"""Read CIFAR's archives in memory: members by their expected names, nothing else, nothing onto the disk."""

import hashlib
import io
import tarfile
import zlib
from collections.abc import Sequence
from pathlib import Path

from cnn_course.data.official import Layout

LARGEST_MEMBER = 400_000_000  # bytes; CIFAR's largest file has 155 million


def read_members(
    path: Path, layout: Layout, names: Sequence[str], *, official_only: bool
) -> tuple[dict[str, bytes], bool]:
    """The content of the files `names` in an archive, and whether the archive is the published one.

    RuntimeError if the archive is damaged, lacks a file, or (`official_only`) is not the published one.
    """
    packed = path.read_bytes()
    official = hexdigest(packed, layout.archive_hash) == layout.archive_hash
    if official_only and not official:
        raise RuntimeError(f"{path} is {damage(len(packed), layout)}")
    try:
        found = _extract(packed, {f"{layout.folder}/{name}": name for name in names})
    except (tarfile.TarError, EOFError, OSError, zlib.error):
        raise RuntimeError(f"{path} is {damage(len(packed), layout)}") from None
    lacking = [name for name in names if name not in found]
    if lacking:
        raise RuntimeError(f"{path} has no {layout.folder}/{lacking[0]}")
    return found, official


def hexdigest(content: bytes, like: str) -> str:
    """SHA-256 or MD5 of `content`: whichever is as long as `like`. (MD5 finds accidents, not attacks.)"""
    if len(like) == 64:
        return hashlib.sha256(content).hexdigest()
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def damage(count: int, layout: Layout) -> str:
    """What to say about an archive of `count` bytes that is not the published one."""
    whole = layout.archive_bytes
    if count == whole:
        return "damaged: it has the right size but not the published checksum"
    return f"incomplete or damaged: {count / 1e6:.1f} of {whole / 1e6:.1f} MB"


def _extract(packed: bytes, wanted: dict[str, str]) -> dict[str, bytes]:
    """The regular members called as the keys of `wanted`; links and everything else are passed over."""
    found = {}
    with tarfile.open(fileobj=io.BytesIO(packed), mode="r:gz") as archive:
        for member in archive:
            name = wanted.get(member.name.removeprefix("./"))
            fits = member.isreg() and member.size <= LARGEST_MEMBER
            file = archive.extractfile(member) if name and fits else None
            if name and file:
                found[name] = file.read()
    return found


def top_folder(path: Path) -> str:
    """The name that the first member of an archive starts with, or "" if it cannot be read."""
    try:
        with tarfile.open(path, mode="r:gz") as archive:
            first = archive.next()
    except (tarfile.TarError, EOFError, OSError, zlib.error):
        return ""
    return "" if first is None else first.name.removeprefix("./").partition("/")[0]
