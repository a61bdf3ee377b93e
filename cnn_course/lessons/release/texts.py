"""All the text there is in a file: of archives their members, of notebooks and JSON every string in them."""

import base64
import binascii
import gzip
import io
import json
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, NamedTuple

NESTED = 8  # archives in archives, and lists in lists, that are looked into
BASE64 = 24  # letters from which on a string may be a picture in a notebook


class Text(NamedTuple):
    """A text and where it stands, such as "a.zip: notebooks/03_convolution.ipynb, cell 5 outputs"."""

    where: str
    text: str


def texts(where: str, content: bytes, depth: int = 0) -> Iterator[Text]:
    """The content as text, and whatever is packed or written as JSON in it."""
    yield Text(where, _decoded(content))
    if depth > NESTED:
        return
    for name, inside in _members(content):
        yield from texts(f"{where}: {name}", inside, depth + 1)
    for place, string in _strings(content):
        named = f"{where}, {place}" if place else where
        yield Text(named, string)
        unpacked = _from_base64(string)
        if unpacked:
            yield from texts(named, unpacked, depth + 1)


def _decoded(content: bytes) -> str:
    utf16 = content[:2] in (b"\xff\xfe", b"\xfe\xff")
    return content.decode("utf-16" if utf16 else "utf-8", errors="replace")


def _members(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Names and contents of what is packed in it; one that only looks like an archive has none."""
    for unpacked in (_unzipped, _untarred, _ungzipped):
        with suppress(zipfile.BadZipFile, tarfile.TarError, zlib.error, OSError, EOFError, RuntimeError):
            yield from unpacked(content)


def _unzipped(content: bytes) -> Iterator[tuple[str, bytes]]:
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield "comment", archive.comment
            for member in archive.infolist():
                yield member.filename, archive.read(member)


def _untarred(content: bytes) -> Iterator[tuple[str, bytes]]:
    if content[257:262] == b"ustar":
        with tarfile.open(fileobj=io.BytesIO(content)) as archive:
            for member in archive.getmembers():
                file = archive.extractfile(member)
                yield member.name, file.read() if file else b""


def _ungzipped(content: bytes) -> Iterator[tuple[str, bytes]]:
    if content[:2] == b"\x1f\x8b":
        yield "unpacked", gzip.decompress(content)


def _strings(content: bytes) -> Iterator[tuple[str, str]]:
    """Where they stand and what they say: all strings of a JSON text, line breaks as such; else nothing."""
    if content.lstrip()[:1] not in (b"{", b"["):
        return
    try:
        data = json.loads(content)
    except (ValueError, RecursionError):
        return
    cells = data.get("cells") if isinstance(data, dict) else None
    if not isinstance(cells, list):
        yield from (("", string) for string in _within(data))
        return
    for number, cell in enumerate(cells, start=1):
        for part, value in cell.items() if isinstance(cell, dict) else [("", cell)]:
            for string in _within(value):
                yield f"cell {number} {part}".rstrip(), string
    yield from (("metadata", string) for key in data if key != "cells" for string in _within(data[key]))


def _within(value: Any) -> Iterator[str]:
    """Every string of a JSON value, keys too; a list of nothing but strings is a text by lines."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list) and value and all(isinstance(line, str) for line in value):
        yield "".join(line if line.endswith("\n") else f"{line}\n" for line in value)
    elif isinstance(value, list):
        for part in value:
            yield from _within(part)
    elif isinstance(value, dict):
        yield "\n".join(value)
        for part in value.values():
            yield from _within(part)


def _from_base64(string: str) -> bytes:
    """What a string stands for if it is Base64, as pictures in notebooks are; else nothing."""
    if len(string) < BASE64:
        return b""
    try:
        return base64.b64decode("".join(string.split()), validate=True)
    except (binascii.Error, ValueError):
        return b""
