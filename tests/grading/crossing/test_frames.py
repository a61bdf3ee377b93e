"""Messages over pipes: whole, in order and in time, or `Broken`; whatever the other side does."""

import json
import math
import os
import re
import socket
import subprocess
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import numpy as np
import pytest

from cnn_course.grading.crossing.caps import CAPS, Caps
from cnn_course.grading.crossing.codec import encode
from cnn_course.grading.crossing.frames import CHUNK, MAGIC, START, Broken, Channel

SOON, LATER = 0.15, 20.0  # seconds


def within(seconds: float) -> float:
    return time.monotonic() + seconds


@pytest.fixture
def sides() -> Iterator[tuple[Channel, Channel]]:
    """Two channels that speak to each other."""
    (here_in, there_out), (there_in, here_out) = os.pipe(), os.pipe()
    here, there = Channel(here_in, here_out), Channel(there_in, there_out)
    yield here, there
    here.close()
    there.close()


@contextmanager
def meanwhile(work: Callable[[], object]) -> Iterator[None]:
    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        thread.join(LATER)
        assert not thread.is_alive()


@contextmanager
def reading(stream: bytes, *, hangs_up: bool = True) -> Iterator[Channel]:
    """A channel from which a stream, of no more than a pipe holds, can be read."""
    read_fd, write_fd = os.pipe()
    os.write(write_fd, stream)
    if hangs_up:
        os.close(write_fd)
    channel = Channel(read_fd, os.open(os.devnull, os.O_WRONLY))
    try:
        yield channel
    finally:
        channel.close()
        if not hangs_up:
            os.close(write_fd)


def framed(header: bytes) -> bytes:
    return START.pack(MAGIC, len(header)) + header


def test_messages_arrive_whole_and_in_order(sides):
    here, there = sides
    sent = [
        ({"id": 1, "op": "call", "arguments": ["a", None, {"i": "1"}], "seconds": 0.5}, []),
        ({"id": 2, "text": '\ud800 \u202e 🙂 \x00 " \\'}, [b"", b"\x00\xff", bytearray(b"abc"), b""]),
        ({}, [b"x"]),
    ]
    for message, blobs in sent:
        here.send(message, blobs, within(LATER))
    for message, blobs in sent:
        assert there.receive(within(LATER)) == (message, blobs)


def test_a_message_may_be_larger_than_the_pipe(sides):
    here, there = sides
    blobs = [os.urandom(5 * CHUNK + 1), b"", os.urandom(CHUNK)]
    with meanwhile(lambda: here.send({"text": "a" * 3 * CHUNK}, blobs, within(LATER))):
        assert there.receive(within(LATER)) == ({"text": "a" * 3 * CHUNK}, blobs)


def test_both_directions_may_be_one_socket():
    one, other = socket.socketpair()
    here, there = (Channel(end.fileno(), end.detach()) for end in (one, other))
    here.send({"id": 1}, [b"a"], within(LATER))
    assert there.receive(within(LATER)) == ({"id": 1}, [b"a"])
    there.send({"id": 1, "value": None}, [], within(LATER))
    assert here.receive(within(LATER)) == ({"id": 1, "value": None}, [])
    there.close()
    with pytest.raises(Broken) as caught:
        here.receive(within(LATER))
    assert caught.value.kind == "closed"
    here.close()


def test_who_has_no_deadline_waits(sides):
    here, there = sides

    def send():
        time.sleep(SOON)
        here.send({"id": 1}, [], math.inf)

    with meanwhile(send):
        assert there.receive(math.inf) == ({"id": 1}, [])


def test_text_full_of_commas_and_brackets_is_one_text(sides):
    here, there = sides
    source = '[,{"\\' * 500_000
    with meanwhile(lambda: here.send({"source": source}, [], within(LATER))):
        assert there.receive(within(LATER))[0] == {"source": source}


def test_one_who_says_nothing_is_waited_for_until_the_deadline(sides):
    here, _ = sides
    ended_in_time(lambda deadline: here.receive(deadline), "no message came in time")


def test_one_who_drips_is_waited_for_until_the_deadline():
    read_fd, write_fd = os.pipe()
    stop = threading.Event()

    def drip():
        for byte in framed(b'{"blobs": []}' + b" " * 1000):
            if stop.wait(SOON / 20):
                break
            os.write(write_fd, bytes([byte]))

    channel = Channel(read_fd, write_fd)
    with meanwhile(drip):
        ended_in_time(lambda deadline: channel.receive(deadline), "no message came in time")
        stop.set()
    channel.close()


def test_one_who_sends_without_a_pause_is_heard_until_the_deadline():
    """As much as may come is announced, and there is always a byte more to read."""
    read_fd, write_fd = os.pipe()
    size = 10**12

    def pour():
        with suppress(BrokenPipeError):
            os.write(write_fd, framed(f'{{"blobs": [{size}]}}'.encode()))
            while True:
                os.write(write_fd, b"a")

    channel = Channel(read_fd, os.open(os.devnull, os.O_WRONLY))
    with meanwhile(pour):
        ended_in_time(lambda deadline: channel.receive(deadline, Caps(blobs=size)), "no message came in time")
        channel.close()
    os.close(write_fd)


def test_one_who_stops_reading_is_waited_for_until_the_deadline(sides):
    here, _ = sides
    ended_in_time(
        lambda deadline: here.send({}, [bytes(8 * CHUNK)], deadline), "the other side did not read in time"
    )


def test_after_the_deadline_nothing_is_read(sides):
    here, there = sides
    there.send({}, [], within(LATER))
    with pytest.raises(Broken, match="in time") as caught:
        here.receive(time.monotonic())
    assert caught.value.kind == "timeout"


def ended_in_time(work: Callable[[float], object], says: str) -> None:
    began = time.monotonic()
    with pytest.raises(Broken, match=f"^{says}$") as caught:
        work(began + SOON)
    assert caught.value.kind == "timeout"
    assert SOON <= time.monotonic() - began < SOON + 5


WHOLE = framed(b'{"id": 1, "blobs": [3]}') + b"abc"


@pytest.mark.parametrize("size", [0, 3, START.size, START.size + 5, len(WHOLE) - 3, len(WHOLE) - 1])
def test_a_message_that_is_cut_off_means_that_the_other_side_has_ended(size):
    with (
        reading(WHOLE[:size]) as channel,
        pytest.raises(Broken, match="^the other side has ended$") as caught,
    ):
        channel.receive(within(LATER))
    assert caught.value.kind == "closed"


def test_who_writes_to_one_who_is_gone_is_told(sides):
    here, there = sides
    there.close()
    with pytest.raises(Broken, match="^the other side is gone: Broken pipe$") as caught:
        here.send({}, [], within(LATER))
    assert caught.value.kind == "closed"


def test_a_channel_may_be_closed_twice_and_not_be_used(sides):
    here, _ = sides
    here.close()
    here.close()
    for use in (lambda: here.receive(within(LATER)), lambda: here.send({}, [], within(LATER))):
        with pytest.raises(Broken, match="^the channel is closed$") as caught:
            use()
        assert caught.value.kind == "closed"


def test_a_channel_that_broke_stays_broken():
    with reading(WHOLE[:-1] + b"\nnonsense" + WHOLE) as channel:
        assert channel.receive(within(LATER))[1] == [b"ab\n"]
        for _ in range(2):
            with pytest.raises(Broken, match="^what came is no message$") as caught:
                channel.receive(within(LATER))
            assert caught.value.kind == "garbage"
        with pytest.raises(Broken, match="^what came is no message$"):
            channel.send({}, [], within(LATER))


GARBAGE = {
    "another protocol": (b"HTTP/1.1 200 OK", "what came is no message"),
    "a print": (b"epoch 1: loss 0.5\n", "what came is no message"),
    "no JSON": (framed(b"nonsense"), "Expecting value"),
    "nothing": (framed(b""), "Expecting value"),
    "half of it": (framed(b'{"id": 1'), "Expecting ',' delimiter"),
    "more than one": (framed(b'{"blobs": []}{"blobs": []}'), "Extra data"),
    "a list": (framed(b"[]"), "it is no object"),
    "null": (framed(b"null"), "it is no object"),
    "UTF-8": (framed('{"ä": 1, "blobs": []}'.encode()), "can't decode byte 0xc3"),
    "UTF-16": (framed('{"blobs": []}'.encode("utf-16")), "can't decode byte 0xff"),
    "NaN": (framed(b'{"id": NaN, "blobs": []}'), "a number is not finite"),
    "minus infinity": (framed(b'{"id": -Infinity, "blobs": []}'), "a number is not finite"),
    "a number beyond all": (framed(b'{"id": 1e999, "blobs": []}'), "a number is not finite"),
    "a number of 5,000 digits": (framed(b'{"id": ' + b"9" * 5000 + b"}"), "a number has 5,000 digits"),
    "a name twice": (framed(b'{"id": 1, "id": 2, "blobs": []}'), "a name stands in an object twice"),
    "a name twice inside": (framed(b'{"v": [{"a": 1, "a": 1}], "blobs": []}'), "stands in an object twice"),
    "a line end in text": (framed(b'{"v": "\n", "blobs": []}'), "Invalid control character"),
    "great depth": (framed(b"[" * 30_000), "maximum recursion depth exceeded"),
    "no sizes": (framed(b'{"id": 1}'), "no list of lengths"),
    "sizes as text": (framed(b'{"blobs": ["1"]}'), "no list of lengths"),
    "sizes as floats": (framed(b'{"blobs": [1.0]}'), "no list of lengths"),
    "sizes that are true": (framed(b'{"blobs": [true]}'), "no list of lengths"),
    "sizes below zero": (framed(b'{"blobs": [2, -1]}'), "no list of lengths"),
    "one size": (framed(b'{"blobs": 1}'), "no list of lengths"),
    "4 GB": (framed(b'{"blobs": [4294967296]}'), "its arrays take 4,294,967,296 bytes; at most 67,108,864"),
    "4 GB in parts": (framed(b'{"blobs": [60000000, 60000000]}'), "its arrays take 120,000,000 bytes"),
    "too many arrays": (framed(b'{"blobs": [' + b"0," * 2000 + b"0]}"), "2,001 arrays; at most 2,000 may"),
    "a header of 4 GB": (START.pack(MAGIC, 2**32 - 1), "a message of 4,294,967,295 bytes came"),
    "a header that is just too long": (START.pack(MAGIC, CAPS.header + 1), "a message of 4,194,305 bytes"),
}


@pytest.mark.parametrize(("stream", "says"), GARBAGE.values(), ids=GARBAGE)
def test_anything_but_a_message_is_garbage_at_once(stream, says):
    """Nobody hangs up here: what is wrong is seen before more is waited for."""
    began = time.monotonic()
    with (
        reading(stream, hangs_up=False) as channel,
        pytest.raises(Broken, match=re.escape(says)) as caught,
    ):
        channel.receive(within(LATER))
    assert caught.value.kind == "garbage"
    assert "\n" not in str(caught.value)
    assert time.monotonic() - began < LATER / 2


@pytest.mark.parametrize(
    ("value", "most"),
    [
        ({str(i): 1j for i in range(49)}, Caps(nodes=50, arrays=0)),
        ({str(i): np.ones([1] * 8) for i in range(3)}, Caps(nodes=4, arrays=3)),
    ],
)
def test_no_value_within_the_caps_has_too_many_parts(value, most, sides):
    here, there = sides
    tree, blobs = encode(value, most=most)
    here.send({"value": tree}, blobs, within(LATER), most)
    assert there.receive(within(LATER), most) == ({"value": tree}, blobs)


@pytest.mark.parametrize("item", ["[]", "{}", "0", '""', '{"i":"1"}', '"a,b[\\"{"'])
def test_a_header_of_too_many_parts_is_not_parsed(item, sides):
    here, there = sides
    header = f'{{"value": [{",".join([item] * 250_000)}], "blobs": []}}'.encode()

    def send():
        with suppress(BrokenPipeError):
            here._write(framed(header), within(LATER))

    with meanwhile(send), pytest.raises(Broken, match="it has too many parts"):
        there.receive(within(LATER))


def held_while(stream: bytes) -> int:
    """The most bytes that were held while a stream was read that breaks."""
    with reading(stream) as channel:
        tracemalloc.start()
        try:
            with pytest.raises(Broken):
                channel.receive(within(LATER))
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()


@pytest.mark.parametrize(
    "stream",
    [
        START.pack(MAGIC, 2**32 - 1),
        START.pack(MAGIC, CAPS.header),
        framed(b'{"blobs": [4294967296]}'),
        framed(b'{"blobs": [%d]}' % CAPS.blobs),
        framed(b'{"blobs": [%d]}' % CAPS.blobs) + b"abc",
    ],
)
def test_no_memory_is_taken_for_what_is_only_announced(stream):
    assert held_while(stream) < 500_000


def test_the_largest_message_is_held_once(sides):
    here, there = sides
    blob = bytes(CAPS.blobs)
    with meanwhile(lambda: here.send({}, [blob], within(LATER))):
        tracemalloc.start()
        try:
            _, blobs = there.receive(within(LATER))
            assert tracemalloc.get_traced_memory()[1] < 80e6
        finally:
            tracemalloc.stop()
    assert blobs == [blob]


@pytest.mark.parametrize(
    ("message", "blobs", "says"),
    [
        ({"text": "a" * 100}, [], "a message has 125 bytes; at most 100 may cross"),
        ({}, [b"123", b"45678"], "its arrays take 8 bytes; at most 7 may cross"),
        ({}, [b"", b"", b""], "it has 3 arrays; at most 2 may cross"),
        ({"id": math.nan}, [], "Out of range float values are not JSON compliant"),
    ],
)
def test_what_is_too_large_is_not_begun(sides, message, blobs, says):
    here, there = sides
    with pytest.raises(ValueError, match=f"^{says}"):
        here.send(message, blobs, within(LATER), Caps(header=100, blobs=7, arrays=2))
    here.send({"id": 2}, [], within(LATER))
    assert there.receive(within(LATER)) == ({"id": 2}, [])


def test_a_header_is_ascii_json_behind_its_length(sides):
    read_fd, write_fd = os.pipe()
    channel = Channel(os.open(os.devnull, os.O_RDONLY), write_fd)
    channel.send({"id": 7, "text": "ä"}, [b"\x01\x02", b"\x03"], within(LATER))
    stream = os.read(read_fd, CHUNK)
    length = int.from_bytes(stream[4:8], "big")
    assert stream[:4] == b"CNN1"
    assert json.loads(stream[8 : 8 + length].decode("ascii")) == {"id": 7, "text": "ä", "blobs": [2, 1]}
    assert stream[8 + length :] == b"\x01\x02\x03"
    channel.close()
    os.close(read_fd)


def test_who_only_carries_messages_needs_no_numpy():
    code = "import sys, cnn_course.grading.crossing.frames; sys.exit('numpy' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
