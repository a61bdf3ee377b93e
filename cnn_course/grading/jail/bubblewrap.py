"""A box of namespaces, made by bubblewrap (`bwrap`): its own files, processes, network and user.

It sees what `view.py` lists, the code at /code, and scratch folders that live in memory and are gone with it.
"""

import functools
import os
import select
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cnn_course.grading.jail.cgroups import Cgroup
from cnn_course.grading.jail.keeper import is_running
from cnn_course.grading.jail.limits import Limits
from cnn_course.grading.jail.memory import TOO_MUCH_MEMORY, Memory
from cnn_course.grading.jail.orders import CODE, SCRATCH, environment, orders, unused_user
from cnn_course.grading.jail.piped import close_pipes, piped
from cnn_course.grading.jail.view import TOP, View, is_readable_by_all

IN_MEMORY = {SCRATCH: 1, "/tmp": 2, "/dev/shm": 2}  # folder: by what the scratch limit is divided
NOBODY = "65534"
PATIENCE = 10.0  # seconds
Words = tuple[str, ...]


class Bubblewrap:
    """A program in namespaces of its own. `group`: the cgroup that counts its memory, if there is one."""

    def __init__(
        self, command: list[str], code: Path, limits: Limits, view: View, group: Cgroup | None
    ) -> None:
        self.group = group
        self.first = 0  # the first process in the box; all others end with it
        can_be_other = is_readable_by_all([*view.shown, code, *code.rglob("*")])
        words = arguments(code, limits, view, features(), unused_user() if can_be_other else None)
        with _pipe() as (told, tell), _pipe() as (wait, go), _memory_file() as options:
            _write(options, [*words, "--info-fd", str(tell), "--block-fd", str(wait)])
            line = [_program(), "--args", str(options), "--", *command]
            # the first process of a box shows its environment to all: it has none
            # bwrap's own --die-with-parent comes a moment too late
            self.process = piped(line, env={}, keep=(options, tell, wait), mortal=True)
            self.used = Memory(self.process.pid, limits.memory, group, IN_MEMORY)
            os.close(tell)
            try:
                self.first = self._first(told)
                if group is not None:
                    group.add(self.first)
                os.write(go, b"!")
            except BaseException:
                self.end()
                close_pipes(self.process)
                raise

    def memory(self) -> int:
        return self.used.now()

    def trouble(self) -> tuple[str, str] | None:
        return TOO_MUCH_MEMORY if self.used.ran_out() else None

    def end(self) -> None:
        """End every process in the box; returns when they are gone."""
        if self.first and self.process.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.first, signal.SIGKILL)
        self.process.kill()
        self.process.wait(PATIENCE)
        deadline = time.monotonic() + PATIENCE
        while self.first and is_running(self.first) and time.monotonic() < deadline:
            time.sleep(0.001)
        if self.group is not None:
            self.group.end()

    def _first(self, told: int) -> int:
        """Its number, which bwrap tells as soon as there is such a process."""
        text = b""
        while b"\n}" not in text:
            ready, _, _ = select.select([told], [], [], PATIENCE)
            piece = os.read(told, 4096) if ready else b""
            if not piece:
                raise RuntimeError(f"bwrap could not make a box: {self._complaint()}")
            text += piece
        return int(text.split(b'"child-pid":')[1].split(b",")[0].split()[0])

    def _complaint(self) -> str:
        assert self.process.stderr is not None
        ready, _, _ = select.select([self.process.stderr], [], [], 0.5)
        text = os.read(self.process.stderr.fileno(), 4096).decode(errors="replace") if ready else ""
        return text.strip().removeprefix("bwrap: ") or "it did not say why"


def arguments(
    code: Path, limits: Limits, view: View, features: frozenset[str], user: int | None
) -> list[str]:
    """What bwrap is told. `user`: what root becomes in the box; any other user has a user namespace."""
    words: list[str] = ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts"]
    words += ["--unshare-cgroup-try", "--die-with-parent", "--new-session", "--hostname", "box"]
    words += ["--cap-drop", "ALL"]
    if user is None:
        words += ["--unshare-user", "--uid", NOBODY, "--gid", NOBODY]
        words += ["--disable-userns"] if "--disable-userns" in features else []
    else:
        words += [
            word for name in ("SETUID", "SETGID", "CHOWN", "SETPCAP") for word in ("--cap-add", f"CAP_{name}")
        ]
    for _, group in sorted(_places(code, limits, view, "--size" in features), key=lambda place: place[0]):
        words += group
    words += ["--chdir", SCRATCH, "--remount-ro", "/dev"]
    words += [word for path in view.hidden if path.is_dir() for word in ("--remount-ro", str(path))]
    words += ["--remount-ro", "/"]
    asked = orders(limits, user=user, folders=IN_MEMORY, alone=True)
    for name, value in environment(SCRATCH, "/tmp", asked).items():
        words += ["--setenv", name, value]
    return words


@functools.cache
def features() -> frozenset[str]:
    """The options that the bwrap of this machine knows."""
    text = subprocess.run(
        [_program(), "--help"], capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    return frozenset(word for word in (text.stdout + text.stderr).split() if word.startswith("--"))


def _places(code: Path, limits: Limits, view: View, sizes: bool) -> Iterator[tuple[int, Words]]:
    """Every place in the box with its depth: what is above has to be there first."""
    links = [path for path in TOP if path.is_symlink()]
    places: list[tuple[str, Words]] = [
        *((str(path), ("--ro-bind", str(path.resolve()), str(path))) for path in view.shown),
        *((str(path), _mask(path)) for path in view.hidden),
        *((str(path), ("--symlink", str(os.readlink(path)), str(path))) for path in links),  # noqa: PTH115
        (CODE, ("--ro-bind", str(code.resolve()), CODE)),
        ("/proc", ("--proc", "/proc")),
        ("/dev", ("--dev", "/dev")),
    ]
    for folder, part in IN_MEMORY.items():
        size = ("--size", str(limits.scratch // part)) if sizes else ()
        places.append((folder, (*size, "--tmpfs", folder)))
    ways = {str(folder) for path, _ in places for folder in Path(path).parents[:-1]} - {
        path for path, _ in places
    }
    places += [(path, ("--dir", path)) for path in ways if not _is_there(Path(path), view)]
    for path, words in places:
        yield len(Path(path).parts), words


def _is_there(folder: Path, view: View) -> bool:
    """Whether the folder comes with one that is shown. bwrap would make it for its own user alone."""
    nearest = next((above for above in folder.parents if above in {*view.shown, *view.hidden}), None)
    return nearest in view.shown


def _mask(path: Path) -> Words:
    return ("--tmpfs", str(path)) if path.is_dir() else ("--ro-bind", "/dev/null", str(path))


@contextmanager
def _pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    try:
        yield ends
    finally:
        _close(*ends)


@contextmanager
def _memory_file() -> Iterator[int]:
    """A file without a name, for words that are nobody's business: a command line is everybody's."""
    descriptor = os.memfd_create("box")
    try:
        yield descriptor
    finally:
        _close(descriptor)


def _write(descriptor: int, words: list[str]) -> None:
    os.write(descriptor, b"".join(os.fsencode(word) + b"\0" for word in words))
    os.lseek(descriptor, 0, os.SEEK_SET)


def _close(*descriptors: int) -> None:
    for descriptor in descriptors:
        with suppress(OSError):
            os.close(descriptor)


def _program() -> str:
    found = shutil.which("bwrap")
    if found is None:
        raise RuntimeError("bwrap is not installed; the package is called bubblewrap")
    return found
