"""Streams that a hostile box might send, read as the answers of students' functions are.

    python benchmarks/grading_fuzz.py                          # 10,000 streams, ten seconds
    python benchmarks/grading_fuzz.py --streams 100000 --seed 7

A stream is noise, an honest answer with damaged bytes, an honest answer whose tree was damaged before it was
framed, or a bomb: little to send, much to hold. Each must end in values, in ValueError from `decode` or in
`Broken` from `Channel`. Measured are the time of the processor, the best of three where a stream seems slow,
and the most memory that Python holds meanwhile.
The exit status is 1 if anything else was raised, or one took 50 ms or 100 MB.
"""

import argparse
import os
import random
import sys
import threading
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cnn_course.grading.crossing.caps import CAPS
from cnn_course.grading.crossing.codec import decode, encode
from cnn_course.grading.crossing.frames import MAGIC, START, Broken, Channel, opening
from cnn_course.grading.values import Foreign, Network

MILLISECONDS, MEGABYTES = 50, 100
FITS = 1 << 16  # bytes that a pipe takes at once
PATIENCE = 20.0  # seconds; nothing here waits so long

NETWORK = Network(
    {"class_name": "Sequential", "config": {"layers": [{"class_name": "Dense", "config": {"units": 3}}]}},
    {"dense/kernel": (4, 3), "dense/bias": (3,)},
    frozenset(["dense/kernel"]),
    (None, 4),
    (None, 3),
    ask=print,
)
HONEST: list[Any] = [
    [None, True, 26, -(2**200), 0.1, float("nan"), -0.0, 2j, "text", "\ud800 \U0001f642"],
    {"loss": [0.5, 0.25], "acc": (1, 2, (3, [4])), (1, 2): {}, 3: {"deep": [[[[]]]]}},
    [np.arange(24, dtype="<f4").reshape(2, 3, 4), np.array(1.5), np.zeros((0, 3), "u1"), np.eye(2) == 1],
    (np.array([["a", "bcd"], ["", "\u00e4"]]), np.array("x"), np.array([1j, 2], "c8")),
    [NETWORK, Foreign("generator"), np.arange(5, dtype="i8")],
]
ODD: list[Any] = [
    *(
        None,
        True,
        0,
        -1,
        1.5,
        2**64,
        "",
        "text",
        "nan",
        "-nan",
        "9" * 79,
        "0x1p+9999",
        "\ud800",
        [],
        {},
        [[]],
    ),
    *({"i": "07"}, {"i": "1" * 100}, {"f": "1.5"}, {"f": "-inf"}, {"c": ["nan"]}, {"t": {}}, {"x": 5}),
    *({"d": [["a"]]}, {"d": [[[], 1]]}, {"d": [["a", 1], ["a", 2]]}, {"n": True, "claim": None}),
    *(
        {"n": 0, "claim": {"n": 0, "claim": None}},
        {"b": {"d": []}},
        {"s": "x", "shape": []},
        {"s": [], "shape": [1]},
    ),
    *({"a": 0, "dtype": "<f4", "shape": []}, {"a": 0, "dtype": "|O", "shape": [1]}, {"a": 9, "dtype": "<f8"}),
    *({"a": 0, "dtype": "|u1", "shape": [0, 10**18]}, {"a": 0, "dtype": "|b1", "shape": [-1]}),
]


@dataclass
class Seen:
    """What became of the streams."""

    ends: Counter[str] = field(default_factory=Counter)
    uncaught: list[str] = field(default_factory=list)
    milliseconds: float = 0.0
    megabytes: float = 0.0
    slowest: str = ""
    largest: str = ""


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--streams", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    began = time.perf_counter()
    seen = fuzz(args.streams, args.seed)
    print(f"{args.streams:,} streams in {time.perf_counter() - began:.0f} s: {dict(seen.ends.most_common())}")
    print(f"uncaught: {len(seen.uncaught)}", *seen.uncaught[:10], sep="\n  ")
    print(f"slowest: {seen.milliseconds:.1f} ms ({seen.slowest})")
    print(f"largest: {seen.megabytes:.1f} MB ({seen.largest})")
    return int(bool(seen.uncaught) or seen.milliseconds > MILLISECONDS or seen.megabytes > MEGABYTES)


def fuzz(streams: int, seed: int) -> Seen:
    """Read that many streams; the bombs come first."""
    seen = Seen()
    for kind, stream in made(streams, random.Random(seed)):
        try:
            ends, milliseconds, megabytes = measured(stream)
        except Exception as problem:
            seen.uncaught.append(f"{kind}: {problem!r}: {stream[:200]!r}")
            continue
        seen.ends.update(ends)
        if milliseconds > seen.milliseconds:
            seen.milliseconds, seen.slowest = milliseconds, kind
        if megabytes > seen.megabytes:
            seen.megabytes, seen.largest = megabytes, kind
    return seen


def measured(stream: bytes) -> tuple[list[str], float, float]:
    """How its messages ended, milliseconds, megabytes."""
    tracemalloc.start()  # which takes time itself
    try:
        ends, milliseconds = timed(stream)
        megabytes = tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()
    if milliseconds > MILLISECONDS / 5:
        milliseconds = min(timed(stream)[1] for _ in range(3))
    return ends, milliseconds, megabytes


def timed(stream: bytes) -> tuple[list[str], float]:
    """How its messages ended, and milliseconds of the processor."""
    with fed(stream) as channel:
        began = time.thread_time()
        ends = read(channel)
        return ends, 1000 * (time.thread_time() - began)


def read(channel: Channel) -> list[str]:
    """Read messages, and the values in them, until the stream ends or breaks."""
    ends = []
    while True:
        try:
            message, blobs = channel.receive(time.monotonic() + PATIENCE)
            decode(message.get("value"), blobs, network=lambda handle, claim: Foreign("network"))
            ends.append("value")
        except ValueError:
            ends.append("refused")
        except Broken as problem:
            return [*ends, problem.kind]


@contextmanager
def fed(stream: bytes) -> Iterator[Channel]:
    """A channel from which the stream can be read; what sends it then hangs up."""
    read_fd, write_fd = os.pipe()
    feeder = threading.Thread(target=feed, args=(write_fd, stream)) if len(stream) > FITS else None
    if feeder:
        feeder.start()
    else:
        feed(write_fd, stream)
    channel = Channel(read_fd, os.open(os.devnull, os.O_WRONLY))
    try:
        yield channel
    finally:
        channel.close()
        if feeder:
            feeder.join()


def feed(fd: int, stream: bytes) -> None:
    with suppress(BrokenPipeError), open(fd, "wb", buffering=0) as pipe:
        left = memoryview(stream)
        while left:
            left = left[pipe.write(left) :]


def made(streams: int, rng: random.Random) -> Iterator[tuple[str, bytes]]:
    """Kinds and streams."""
    bombs = list(BOMBS.items())
    for i in range(streams):
        if i < len(bombs):
            yield bombs[i][0], bombs[i][1]()
        else:
            kind = rng.choice([noise, damaged_bytes, damaged_tree, damaged_tree])
            yield kind.__name__, kind(rng)


def noise(rng: random.Random) -> bytes:
    """Random bytes, some behind a proper start."""
    start = rng.choice([b"", MAGIC, START.pack(MAGIC, rng.randrange(40)), START.pack(MAGIC, 2**32 - 1)])
    alphabet = rng.choice([bytes(range(256)), b'[]{},:"\\0123456789.eE-+ntfau', b'{}"'])
    return start + bytes(rng.choices(alphabet, k=rng.randrange(200)))


def damaged_bytes(rng: random.Random) -> bytes:
    """Honest answers in which bytes are changed, lost, doubled or mixed up."""
    stream = bytearray(b"".join(honest(rng) for _ in range(rng.randint(1, 2))))
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(stream) + 1)
        piece = stream[at : at + rng.randint(1, 20)]
        new = rng.choice([b"", bytes(rng.randbytes(len(piece))), piece * 2, piece[::-1], honest(rng)])
        stream[at : at + len(piece)] = new
    return bytes(stream)


def damaged_tree(rng: random.Random) -> bytes:
    """An honest answer of which parts are lost, doubled, exchanged or replaced, in a proper frame."""
    tree, blobs = encode(rng.choice(HONEST), lambda network: 0)
    message = {"id": 1, "value": tree}
    for _ in range(rng.randint(1, 3)):
        places = list(nodes(message)) or [(message, "value")]
        message.setdefault("value", None)
        holder, key = rng.choice(places)
        other, other_key = rng.choice(places)
        change = rng.randrange(6)
        if change == 0:
            del holder[key]
        elif change == 1 and isinstance(holder, list):
            holder.insert(key, deepcopy(holder[key]))
        elif change == 2:
            holder[key] = deepcopy(other[other_key])
        elif change == 3:
            holder[key] = nested(rng.randrange(50), holder[key])
        else:
            holder[key] = deepcopy(rng.choice(ODD))
    if blobs and rng.random() < 0.3:
        blobs[rng.randrange(len(blobs))] = rng.randbytes(rng.randrange(100))
    return framed(message, blobs[: rng.choice([None, None, None, -1])])


def honest(rng: random.Random) -> bytes:
    tree, blobs = encode(rng.choice(HONEST), lambda network: 0)
    return framed({"id": 1, "value": tree}, blobs)


def framed(message: dict[str, Any], blobs: list[bytes]) -> bytes:
    return opening(message, blobs) + b"".join(blobs)


def nodes(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Every place below a tree as what holds it and its key there."""
    for key in list(tree) if isinstance(tree, dict) else range(len(tree)) if isinstance(tree, list) else ():
        yield tree, key
        yield from nodes(tree[key])


def nested(depth: int, tree: Any) -> Any:
    for _ in range(depth):
        tree = [tree]
    return tree


def header(text: str) -> bytes:
    """A frame of that header, filled up with spaces or cut to what may come."""
    return START.pack(MAGIC, len(text)) + text.encode("ascii")


def valued(text: str, blobs: str = "[]", after: bytes = b"") -> bytes:
    return header('{"value": ' + text + ', "blobs": ' + blobs + "}") + after


def many(item: str, room: int = CAPS.header - 100) -> str:
    """A JSON list of as many of an item as go into a header."""
    return "[" + ",".join([item] * (room // (len(item) + 1))) + "]"


def keyed(keys: list[str]) -> bytes:
    return valued('{"d": [' + ",".join(f"[{key}, null]" for key in keys) + "]}")


# Each is little to send for what a careless reader would hold or do.
BOMBS: dict[str, Callable[[], bytes]] = {
    "4 GB announced in the header": lambda: START.pack(MAGIC, 2**32 - 1),
    "the largest header announced": lambda: START.pack(MAGIC, CAPS.header),
    "4 GB of arrays announced": lambda: valued("null", "[4294967296]"),
    "many arrays announced": lambda: valued("null", "[" + "1000000," * 5000 + "1]"),
    "the most bytes of arrays announced": lambda: valued("null", f"[{CAPS.blobs}]"),
    "arrays of no bytes": lambda: valued("null", "[" + "0," * 199_000 + "0]"),
    "arrays of a negative size": lambda: valued("null", "[-1]"),
    "empty lists": lambda: valued(many("[]")),
    "lists in lists": lambda: valued(many("[[]]")),
    "empty objects": lambda: valued(many("{}")),
    "small objects": lambda: valued(many('{"i":"1"}')),
    "different names": lambda: valued("{" + ",".join(f'"{i:x}":1' for i in range(350_000)) + "}"),
    "small texts": lambda: valued(many('"ab"')),
    "as many small objects as may come": lambda: valued(many('{"i":"7"}', 66_000 * 10)),
    "as many empty lists as may come": lambda: valued(many("[]", 99_000 * 3)),
    "as many values as may come": lambda: valued(many('{"f":"0x1.8p+1"}', 19_999 * 17)),
    "commas and quotes": lambda: valued(many('","')),
    "one text": lambda: valued('"' + "a" * (CAPS.header - 100) + '"'),
    "one text of line ends": lambda: valued('"' + "\\n" * (CAPS.header // 2 - 50) + '"'),
    "one text of code points": lambda: valued('"' + "\\u00e4" * (CAPS.header // 6 - 50) + '"'),
    "backslashes and commas": lambda: valued('"' + '\\\\,\\",' * (CAPS.header // 6 - 50) + '"'),
    "spaces": lambda: valued(" " * (CAPS.header - 100) + "null"),
    "deep lists": lambda: valued("[" * 190_000 + "]" * 190_000),
    "deep objects": lambda: valued('{"t":' * 190_000 + "1" + "}" * 190_000),
    "deep lists that never end": lambda: header("[" * 190_000),
    "deeper than may be": lambda: valued("[" * 34 + "]" * 34),
    "a number of many digits": lambda: valued("9" * (CAPS.header - 100)),
    "numbers of 4,000 digits": lambda: valued(many("9" * 4000)),
    "an int of many digits": lambda: valued('{"i": "' + "9" * 90_000 + '"}'),
    "a float of many digits": lambda: valued('{"f": "0x' + "9" * 90_000 + 'p+0"}'),
    "bare floats": lambda: valued(many("1e5")),
    "NaN": lambda: valued("NaN"),
    "1e999": lambda: valued("1e999"),
    "a name twice": lambda: valued('{"i": "1", "i": "2"}'),
    "no object": lambda: header("[]"),
    "an empty header": lambda: header(""),
    "bytes beyond ASCII": lambda: START.pack(MAGIC, 9) + '{"ä": 1}'.encode(),
    "another alphabet": lambda: START.pack(MAGIC, 8) + '{"":'.encode("utf-16-le"),
    "ints that hash alike": lambda: keyed([f'{{"i":"{k * (2**61 - 1)}"}}' for k in range(9900)]),
    "ints that begin their search alike": lambda: keyed([f'{{"i":"{k << 44}"}}' for k in range(9900)]),
    "complex numbers that hash alike": lambda: keyed(
        [f'{{"c":["{float(2**52 - 1000003 * k).hex()}","{float(k).hex()}"]}}' for k in range(9900)]
    ),
    "texts of unlike lengths": lambda: valued(
        '{"s": ["' + "a" * 100_000 + '"' + ',""' * 9_000 + '], "shape": [9001]}'
    ),
    "an empty array that is wide": lambda: valued(
        '{"a": 0, "dtype": "<f8", "shape": [0, 4000000000000]}', "[0]"
    ),
    "an array of many axes": lambda: valued(
        '{"a": 0, "dtype": "<f8", "shape": [' + "1," * 9_000 + "1]}", "[8]", bytes(8)
    ),
    "texts of many axes": lambda: valued('{"s": [], "shape": [' + "0," * 9_000 + "0]}"),
    "the same bytes in many arrays": lambda: valued(
        many('{"a":0,"dtype":"|u1","shape":[9000]}', 400_000), "[9000]", bytes(9000)
    ),
    "bools that are none": lambda: valued('{"a": 0, "dtype": "|b1", "shape": [2]}', "[2]", b"\x01\x02"),
    "a large array": lambda: valued(
        f'{{"a": 0, "dtype": "|b1", "shape": [{CAPS.blobs // 4}]}}',
        f"[{CAPS.blobs // 4}]",
        bytes(CAPS.blobs // 4),
    ),
    "many arrays": lambda: valued(
        "[" + ",".join(f'{{"a":{i},"dtype":"<f8","shape":[100]}}' for i in range(CAPS.arrays)) + "]",
        many("800", CAPS.arrays * 4),
        bytes(800 * CAPS.arrays),
    ),
}


if __name__ == "__main__":
    sys.exit(main())
