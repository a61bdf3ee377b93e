"""A box: a program that is shut in, with all that it starts, its memory, its log and its end."""

import os
import select
import signal
import subprocess
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from cnn_course.grading.jail.bubblewrap import Bubblewrap
from cnn_course.grading.jail.cgroups import new_cgroup
from cnn_course.grading.jail.container import PROGRAMS, Container
from cnn_course.grading.jail.limits import Limits, MiB
from cnn_course.grading.jail.piped import close_pipes
from cnn_course.grading.jail.plain import Plain
from cnn_course.grading.jail.view import view

LEVELS = ("bwrap+cgroup", "bwrap", "docker", "podman", "landlock", "none")  # the best first
LOOKS_EVERY = 0.1  # seconds
LOG_KEPT, LOG_MOST = 64 * 1024, 50 * MiB
NAMES = {number.value: number.name for number in signal.Signals}
AS_A_SIGNAL = 128  # exit statuses above


class Jail(Protocol):
    """What encloses a program; each level has its own."""

    process: subprocess.Popen[bytes]

    def memory(self) -> int: ...
    def trouble(self) -> tuple[str, str] | None: ...  # what it must be ended for: (verdict, in words)
    def end(self) -> None: ...  # returns when no process of it is left


def start(
    level: str,
    command: list[str],
    code: Path,
    limits: Limits | None = None,
    *,
    readonly: Iterable[Path] = (),
    hidden: Iterable[Path] = (),
) -> "Box":
    """Start a program in a new box; it calls `confine()` before anything else.

    `command` is run as it stands, with the folder `code` to be read at /code; its standard input and output
    are the channel. The box ends with the thread that calls this: call it from one that stays. `readonly`:
    what it sees besides Python; `hidden`: what it does not see, wherever that is.

    ValueError for an unknown level, RuntimeError if no box could be made.
    """
    if level not in LEVELS:
        raise ValueError(f"isolation level {level!r} is unknown; choose from: {', '.join(LEVELS)}")
    limits = limits or Limits()
    seen = view(readonly, hidden)
    group = new_cgroup(limits) if level in ("bwrap+cgroup", "landlock") else None
    if level == "bwrap+cgroup" and group is None:
        raise RuntimeError("no cgroup can be made here")
    try:
        if level in PROGRAMS:
            return Box(Container(level, command, code, limits))
        if level in ("landlock", "none"):
            return Box(Plain(command, code, limits, seen, group, walls=level == "landlock"))
        return Box(Bubblewrap(command, code, limits, seen, group))
    except BaseException:
        if group is not None:
            group.end()
        raise


class Box:
    """A running box. As a context it is killed at the end."""

    def __init__(self, jail: Jail) -> None:
        self._jail, self._process = jail, jail.process
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self.channel_fds = (self._process.stdout.fileno(), self._process.stdin.fileno())
        self._kept, self._printed = bytearray(), 0
        self._lock, self._over = threading.RLock(), threading.Event()
        self._verdict = self.because = ""
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    @property
    def log(self) -> str:
        """The first 64 kB of what the program and its children wrote to their standard streams."""
        return bytes(self._kept).decode("utf-8", "replace")

    def memory(self) -> int:
        """Bytes that all processes of the box hold together."""
        return self._jail.memory()

    def ended(self, within: float = 0.0) -> str:
        """What ended it: "memory", "crash" or "closed" (by itself with status 0, or by `kill`); `because`
        says it in words. "" while the program runs, after waiting `within` seconds for its end.
        """
        try:
            status = self._process.wait(within) if within else self._process.poll()
        except subprocess.TimeoutExpired:
            status = None
        with self._lock:
            if not self._verdict and status is not None:
                self._end(*self._judged(status))
            return self._verdict

    def kill(self) -> None:
        """End the box and all that is in it; they are gone when this returns. Can be called again."""
        with self._lock:
            self.ended()
            self._end("closed", "it was ended")
        self._watcher.join()
        close_pipes(self._process)

    def _end(self, verdict: str, because: str) -> None:
        """The first verdict counts."""
        with self._lock:
            if not self._verdict:
                self._jail.end()
                self._verdict, self.because = verdict, because
                self._over.set()

    def _judged(self, status: int) -> tuple[str, str]:
        if trouble := self._jail.trouble():
            return trouble
        if status == 0:
            return "closed", "it ended by itself"
        name = NAMES.get(-status if status < 0 else status - AS_A_SIGNAL)
        return "crash", f"it was ended by {name}" if name else f"it ended with status {status}"

    def _watch(self) -> None:
        """Read what is printed, look at memory ten times a second."""
        assert self._process.stderr is not None
        log = self._process.stderr.fileno()
        look, is_open = 0.0, True
        while self._process.poll() is None and not self._verdict:
            if is_open:
                is_open = not select.select([log], [], [], LOOKS_EVERY)[0] or self._drain(log)
            else:
                self._over.wait(LOOKS_EVERY)
            if time.monotonic() > look:
                look = time.monotonic() + LOOKS_EVERY
                self._look()
        os.set_blocking(log, False)
        while is_open and len(self._kept) < LOG_KEPT and self._drain(log):
            pass

    def _look(self) -> None:
        if self._printed > LOG_MOST:
            self._end("crash", f"it printed more than {LOG_MOST // MiB} MB")
        elif trouble := self._jail.trouble():
            self._end(*trouble)

    def _drain(self, log: int) -> bool:
        """Whether there may be more."""
        try:
            piece = os.read(log, 1 << 16)
        except BlockingIOError:
            return False
        self._printed += len(piece)
        self._kept += piece[: LOG_KEPT - len(self._kept)]
        return bool(piece)
