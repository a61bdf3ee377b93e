"""Messages over a pair of pipes: b"CNN1", the length of the header (4 bytes), the header (JSON), the blobs.

The header is a JSON object in ASCII with the sizes of the blobs under "blobs".
"""

import json
import math
import os
import select
import struct
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Literal

from cnn_course.grading.crossing.caps import CAPS, Caps

MAGIC = b"CNN1"
START = struct.Struct(">4sI")
CHUNK = 1 << 16
LONGEST = 3600.0  # seconds that one `poll` waits
DIGITS = 20  # of a number in the header: int() takes its time with long ones
PIECES = 6  # commas and opening brackets that one value takes to write: in a dict, ["a", {"c": [re, im]}],
ARRAY_PIECES = 40  # and more than an array takes, with the size of its blob

Kind = Literal["timeout", "closed", "garbage"]
Blob = bytes | bytearray


class Broken(Exception):
    """The other side sent no proper message in time; `kind` is "timeout", "closed" or "garbage"."""

    def __init__(self, reason: str, kind: Kind) -> None:
        super().__init__(reason)
        self.kind = kind


class Channel:
    """Two file descriptors, one to read from and one to write to; they may be the same socket.

    Once it is broken it stays so, because nobody knows any more where a message begins.
    """

    def __init__(self, read_fd: int, write_fd: int) -> None:
        self._read_fd, self._write_fd = read_fd, write_fd
        self._broken: Broken | None = None
        os.set_blocking(read_fd, False)  # one who steals from the pipe after `poll` must not make us wait
        os.set_blocking(write_fd, False)

    def send(
        self, message: dict[str, Any], blobs: Sequence[Blob], deadline: float, most: Caps = CAPS
    ) -> None:
        """Write a message up to `deadline` on time.monotonic()'s clock.

        Broken if the other side does not read it in time or is gone. ValueError, and nothing is sent, if it
        is larger than `most`.
        """
        self._write(opening(message, blobs, most), deadline)
        for blob in blobs:
            self._write(blob, deadline)

    def receive(self, deadline: float, most: Caps = CAPS) -> tuple[dict[str, Any], list[bytearray]]:
        """The next message and its blobs; Broken if it does not come by `deadline` or is none."""
        magic, length = START.unpack(self._read(START.size, deadline))
        if magic != MAGIC:
            raise self._now_broken("what came is no message", "garbage")
        if length > most.header:
            raise self._now_broken(
                f"a message of {length:,} bytes came; at most {most.header:,} may", "garbage"
            )
        try:
            message = _message(self._read(length, deadline), most)
            sizes = _sizes(message.pop("blobs", None), most)
        except (ValueError, RecursionError) as problem:
            raise self._now_broken(f"a message cannot be read: {problem}", "garbage") from None
        return message, [self._read(size, deadline) for size in sizes]

    def close(self) -> None:
        for fd in {self._read_fd, self._write_fd}:
            with suppress(OSError):
                os.close(fd)
        self._broken = self._broken or Broken("the channel is closed", "closed")

    def _read(self, size: int, deadline: float) -> bytearray:
        """Memory grows with what has come, not with what was announced."""
        data = bytearray()
        while len(data) < size:
            data += self._try(select.POLLIN, deadline, os.read, self._read_fd, min(size - len(data), CHUNK))
        return data

    def _write(self, data: Blob, deadline: float) -> None:
        left = memoryview(data)
        while left:
            left = left[self._try(select.POLLOUT, deadline, os.write, self._write_fd, left) :]

    def _try(self, event: int, deadline: float, do: Callable[..., Any], fd: int, what: Any) -> Any:
        """Do it once, as soon as the other side lets us; what comes of it is never empty or 0."""
        if self._broken:
            raise Broken(str(self._broken), self._broken.kind)
        while (seconds := deadline - time.monotonic()) > 0:
            try:
                if done := do(fd, what):
                    return done
                raise self._now_broken("the other side has ended", "closed")
            except BlockingIOError:
                _wait(fd, event, min(seconds, LONGEST))
            except OSError as problem:
                raise self._now_broken(f"the other side is gone: {problem.strerror}", "closed") from None
        late = "no message came in time" if event == select.POLLIN else "the other side did not read in time"
        raise self._now_broken(late, "timeout")

    def _now_broken(self, reason: str, kind: Kind) -> Broken:
        self._broken = Broken(reason, kind)
        return self._broken


def _wait(fd: int, event: int, seconds: float) -> None:
    poll = select.poll()
    poll.register(fd, event)
    poll.poll(math.ceil(1000 * seconds))


def opening(message: dict[str, Any], blobs: Sequence[Blob], most: Caps = CAPS) -> bytes:
    """The bytes of a message before those of its blobs; ValueError if it is larger than `most`."""
    sizes = _sizes([len(blob) for blob in blobs], most)
    header = json.dumps({**message, "blobs": sizes}, allow_nan=False).encode("ascii")
    if len(header) > most.header:
        raise ValueError(f"a message has {len(header):,} bytes; at most {most.header:,} may cross")
    return START.pack(MAGIC, len(header)) + header


def in_file(data: bytes, most: Caps = CAPS) -> tuple[dict[str, Any], list[bytes]]:
    """The one message that a file holds, and its blobs; ValueError if there is anything else in it."""
    magic, length = START.unpack_from(data) if len(data) >= START.size else (b"", 0)
    if magic != MAGIC or length > min(most.header, len(data) - START.size):
        raise ValueError("it does not begin as it should")
    end = START.size + length
    try:
        message = _message(bytearray(data[START.size : end]), most)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    blobs = []
    for size in _sizes(message.pop("blobs", None), most):
        blobs.append(data[end : end + size])
        end += size
    if end != len(data):
        raise ValueError(f"it has {len(data):,} bytes; {end:,} were expected")
    return message, blobs


def _message(header: bytearray, most: Caps) -> dict[str, Any]:
    text = header.decode("ascii")
    pieces = PIECES * most.nodes + ARRAY_PIECES * most.arrays
    if _pieces(text, pieces) > pieces:
        raise ValueError("it has too many parts")
    message = JSON.decode(text)
    if type(message) is not dict:
        raise ValueError("it is no object")
    return message


def _pieces(text: str, many: int) -> int:
    """How many commas and brackets it has; exactly those outside of its texts if there are `many` in all."""
    count = sum(map(text.count, ",[{"))
    if count <= many:
        return count
    plain = text.replace("\\\\", "").replace('\\"', "")
    if plain.count('"') > 2 * many:
        return count
    return sum(map("".join(plain.split('"')[::2]).count, ",[{"))


def _sizes(sizes: Any, most: Caps) -> list[int]:
    if type(sizes) is not list or any(type(size) is not int or size < 0 for size in sizes):
        raise ValueError("the sizes of its arrays are no list of lengths")
    if len(sizes) > most.arrays:
        raise ValueError(f"it has {len(sizes):,} arrays; at most {most.arrays:,} may cross")
    if sum(sizes) > most.blobs:
        raise ValueError(f"its arrays take {sum(sizes):,} bytes; at most {most.blobs:,} may cross")
    return sizes


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise ValueError("a name stands in an object twice")
    return made


def _int(digits: str) -> int:
    if len(digits) > DIGITS:
        raise ValueError(f"a number has {len(digits):,} digits")
    return int(digits)


def _finite(text: str) -> float:
    if not math.isfinite(number := float(text)):
        raise ValueError("a number is not finite")
    return number


JSON = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_int, parse_float=_finite, parse_constant=_finite
)
