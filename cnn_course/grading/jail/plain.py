"""A box without namespaces: a process with a keeper, and what `confine` makes it give up. At level "landlock"
that is all files but a list, the network, and signals to others; at level "none" whatever this system can do.
"""

import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from cnn_course.grading.jail.cgroups import Cgroup
from cnn_course.grading.jail.keeper import descendants, end_below, remove
from cnn_course.grading.jail.limits import Limits, MiB
from cnn_course.grading.jail.memory import TOO_MUCH_MEMORY, Memory
from cnn_course.grading.jail.orders import CODE, environment, orders, unused_user
from cnn_course.grading.jail.piped import close_pipes, piped
from cnn_course.grading.jail.view import View, is_open_to_all, pieces

KEEPER = Path(__file__).with_name("keeper.py")
DEVICES = ("null", "zero", "full", "random", "urandom")
KERNEL = (  # what programs ask the kernel about themselves and this machine
    *("/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/version", "/proc/filesystems"),
    *("/proc/loadavg", "/proc/sys/vm/overcommit_memory", "/sys/devices/system/cpu"),
)
PATIENCE = 15.0  # seconds
LOOKS_AT_FILES_EVERY, LONGEST_LOOK = 0.3, 3.0
IN_MEMORY = "/dev/shm"


class Plain:
    """A program with a keeper and a scratch folder. `walls`: let Landlock show it no more than the view."""

    def __init__(
        self,
        command: list[str],
        code: Path,
        limits: Limits,
        view: View,
        group: Cgroup | None,
        *,
        walls: bool,
    ) -> None:
        self.limits, self.group = limits, group
        self.next_look = 0.0
        self.scratch = Path(tempfile.mkdtemp(prefix="cnn-course-box-", dir=_room(limits)))
        wait, self.control = os.pipe()
        try:
            line = [sys.executable, "-I", "-S", str(KEEPER), str(wait), str(self.scratch)]
            variables = _environment(code, limits, view, self.scratch, walls)
            words = [*line, *_outside(command, code)]
            self.process = piped(words, env=variables, cwd=self.scratch, keep=(wait,))
        except BaseException:
            os.close(self.control)
            remove(str(self.scratch))
            raise
        finally:
            os.close(wait)
        self.used = Memory(self.process.pid, limits.memory, group)
        try:
            if group is not None:
                group.add(self.process.pid)
            os.write(self.control, b"!")
        except BaseException:
            self.end()
            close_pipes(self.process)
            raise

    def memory(self) -> int:
        return self.used.now()

    def trouble(self) -> tuple[str, str] | None:
        if self.used.ran_out():
            return TOO_MUCH_MEMORY
        if self.group is None and len(descendants(self.process.pid)) > self.limits.tasks:
            return "crash", f"it started more than {self.limits.tasks} processes"
        if time.monotonic() > self.next_look:
            self.next_look = time.monotonic() + LOOKS_AT_FILES_EVERY
            if _size(self.scratch) > self.limits.scratch:
                return "crash", f"it stored more than {self.limits.scratch // MiB} MB in files"
        return None

    def end(self) -> None:
        """End every process of the box, and remove what it stored; returns when they are gone."""
        if self.group is not None:
            self.group.end()
        if self.control >= 0:
            os.close(self.control)
            self.control = -1
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:  # a submission without walls may stop its keeper
            end_below(self.process.pid)
            self.process.kill()
            self.process.wait(PATIENCE)
        remove(str(self.scratch))


def _room(limits: Limits) -> str | None:
    """Where to put a scratch folder: in memory, where removing it takes no time, if there is room enough."""
    with suppress(OSError):
        room = os.statvfs(IN_MEMORY)
        if os.access(IN_MEMORY, os.W_OK) and room.f_bavail * room.f_frsize > 4 * limits.scratch:
            return IN_MEMORY
    return None  # the usual folder for temporary files


def _outside(command: list[str], code: Path) -> list[str]:
    """The command with the real folder for /code."""
    real = str(code.resolve())
    return [
        real + word[len(CODE) :] if word == CODE or word.startswith(f"{CODE}/") else word for word in command
    ]


def _environment(code: Path, limits: Limits, view: View, scratch: Path, walls: bool) -> dict[str, str]:
    user = unused_user()
    if user is not None and not is_open_to_all([code, scratch.parent, *view.shown]):
        user = None  # root alone can read this Python: then it is root, without its powers
    grants = _grants(code, view, scratch) if walls else None
    asked = orders(limits, user=user, folders=[str(scratch)], grants=grants, strict=walls)
    return environment(str(scratch), str(scratch), asked)


def _grants(code: Path, view: View, scratch: Path) -> Iterator[tuple[str, Path]]:
    yield from pieces(view)
    yield "read", code.resolve()
    yield "own", scratch
    yield from (("change", Path("/dev", name)) for name in DEVICES)
    yield from (("read", Path(path)) for path in KERNEL)


def _size(folder: Path) -> float:
    """Bytes on the disk, as the system's own tool says: it knows folders nested by the thousand. A tree that
    takes it seconds is without measure.
    """
    words = ["du", "-sk", "--", str(folder)]
    try:
        told = subprocess.run(words, capture_output=True, timeout=LONGEST_LOOK, check=False)
        return int(told.stdout.split()[0]) * 1024
    except subprocess.TimeoutExpired:
        return math.inf
    except (OSError, ValueError, IndexError):  # there is no such tool, or no such folder any more
        return 0.0
