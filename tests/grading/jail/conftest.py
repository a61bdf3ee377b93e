"""Boxes for tests: a program given as text, run behind each kind of wall that must hold on Linux."""

import functools
import json
import os
import secrets
import select
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cnn_course.grading.jail import landlock, process
from cnn_course.grading.jail.cgroups import new_cgroup
from cnn_course.grading.jail.limits import Limits, MiB
from cnn_course.grading.jail.parts import put_parts
from cnn_course.grading.jail.process import Box, start

HEAD = """\
import sys
sys.path.insert(0, sys.argv[1])
from cnn_course.grading.jail.confine import confine
confine()
import ctypes, errno, json, mmap, os, signal, socket, subprocess, threading, time
libc = ctypes.CDLL(None, use_errno=True)

def say(value):
    os.write(1, json.dumps(value).encode() + b"\\n")

def attempt(function, *arguments):
    try:
        return function(*arguments) is not None and "it worked"
    except OSError as problem:
        return errno.errorcode.get(problem.errno, str(problem))

"""
SMALL = Limits(memory=256 * MiB, tasks=64, scratch=16 * MiB, file=8 * MiB)


@pytest.fixture(params=["bwrap", "bwrap+cgroup", "landlock"])
def level(request, monkeypatch) -> str:
    """A kind of walls; skipped where the kernel lacks it, which is never said of bubblewrap itself."""
    name, _, without = request.param.partition(" without ")
    if name == "landlock" and not landlock.version():
        pytest.skip("this kernel has no Landlock")
    if name == "bwrap+cgroup" and not _can_make_cgroups():
        pytest.skip("no cgroup can be made here")
    if without:
        monkeypatch.setattr(process, "new_cgroup", lambda limits: None)
    return name


@functools.cache
def _can_make_cgroups() -> bool:
    group = new_cgroup(Limits())
    if group is not None:
        group.end()
    return group is not None


class Running:
    """A box with a program that talks in lines of JSON. `token` stands in its command line."""

    def __init__(self, box: Box, token: str) -> None:
        self.box, self.token = box, token
        self.kill, self.ended = box.kill, box.ended
        self.heard = b""

    def hear(self, seconds: float = 20.0) -> Any:
        """The next thing that the program says."""
        deadline = time.monotonic() + seconds
        while b"\n" not in self.heard:
            left = deadline - time.monotonic()
            ready = left > 0 and select.select([self.box.channel_fds[0]], [], [], left)[0]
            piece = os.read(self.box.channel_fds[0], 65536) if ready else b""
            if not piece:
                self.ended(1.0)
                raise AssertionError(
                    f"it says nothing; ended: {self.ended()!r} {self.box.because}\n{self.box.log}"
                )
            self.heard += piece
        line, _, self.heard = self.heard.partition(b"\n")
        return json.loads(line)

    def tell(self, text: str = "") -> None:
        os.write(self.box.channel_fds[1], f"{text}\n".encode())

    def processes(self) -> list[int]:
        """Those whose command line has the token: the program, what it forked, what encloses it."""
        return _processes_with(self.token)


def _processes_with(token: str) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if token.encode() in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
        except OSError:
            pass
    return found


@pytest.fixture
def run(write_code, level) -> Iterator[Callable[..., Running]]:
    """A function that starts a program in a box behind the walls of this test."""
    running: list[Running] = []

    def begin(text: str, limits: Limits = SMALL, **options: Any) -> Running:
        token = f"box-{secrets.token_hex(6)}"
        command = [sys.executable, "-I", "/code/program.py", "/code", token]
        box = start(level, command, write_code(text), limits, **options)
        running.append(Running(box, token))
        return running[-1]

    yield begin
    for one in running:
        one.kill()


@pytest.fixture
def write_code(tmp_path) -> Callable[[str], Path]:
    """A function that makes a folder with the program and what it needs of this package."""

    def write(text: str) -> Path:
        code = tmp_path / f"code-{secrets.token_hex(4)}"
        put_parts(code)
        (code / "program.py").write_text(HEAD + text)
        return code

    return write


@pytest.fixture
def processes_with() -> Callable[[str], list[int]]:
    return _processes_with
