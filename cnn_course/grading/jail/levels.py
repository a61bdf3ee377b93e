"""Which walls work on this machine: found out by trying a box of each kind, not by the name of the system."""

import os
import select
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfile

from cnn_course.grading.jail import probe
from cnn_course.grading.jail.parts import put_parts
from cnn_course.grading.jail.process import LEVELS, start
from cnn_course.grading.scratch import Scratch

LADDER = ("bwrap+cgroup", "bwrap", "landlock")  # tried in this order; the others on request alone
SECONDS = 20.0
NO_WALLS = (
    "No sandbox on this system: submitted code can read your files, use the network and change results. "
    "Use Linux with bubblewrap, or Docker."
)
WATCHED = "its memory is looked at ten times a second, because no cgroup can be made here"
NOTES = {
    "bwrap+cgroup": "",
    "bwrap": f"Each submission runs in a box of its own (bubblewrap); {WATCHED}.",
    "docker": "Each submission runs in a container of its own (Docker).",
    "podman": "Each submission runs in a container of its own (podman).",
    "landlock": "Each submission runs behind Landlock and seccomp, because bubblewrap does not work here: "
    "it reaches neither files nor the network, but it shares this machine's processes and your user.",
    "none": NO_WALLS,
}


class NoIsolation(RuntimeError):
    """No box that holds can be made here; the message is for who wants to grade."""


@dataclass(frozen=True)
class Choice:
    """A level that works here. `note`: what an instructor should know of it in one line, "" for the best;
    `missing`: why each better one does not work.
    """

    level: str
    note: str
    missing: dict[str, str]


def choose(wanted: str | None = None) -> Choice:
    """The best level that works here, or the one that is wanted. "none" is chosen on request alone.

    ValueError for a level that does not exist; NoIsolation if the wanted one does not work here, or none
    does.
    """
    if wanted is not None and wanted not in LEVELS:
        raise ValueError(f"isolation level {wanted!r} is unknown; choose from: {', '.join(LEVELS)}")
    missing: dict[str, str] = {}
    for level in LADDER if wanted is None else (wanted,):
        problem = problem_with(level)
        if not problem:
            return Choice(level, NOTES[level], missing)
        missing[level] = problem
    why = "; ".join(f"{level}: {problem}" for level, problem in missing.items())
    raise NoIsolation(
        f"{NO_WALLS} ({why})" if wanted is None else f"isolation level {wanted} does not work here: {problem}"
    )


def problem_with(level: str) -> str:
    """Why boxes of this level do not work here, in one line; "" if they do."""
    with Scratch() as scratch, _listener() as port:
        code, canary = scratch.path / "code", scratch.path / "canary"
        put_parts(code)
        copyfile(probe.__file__, code / "probe.py")
        canary.write_text("A box must not read this.")
        scratch.path.chmod(0o755)
        words = ["/code", str(canary), str(port)]
        try:
            answer = _answer(level, [sys.executable, "-I", "/code/probe.py", *words], code)
        except (OSError, RuntimeError, ValueError) as problem:
            return _line(str(problem))
    holds = answer == "ready" or (level == "none" and answer.startswith("open: "))
    return "" if holds else answer


def _answer(level: str, command: list[str], code: Path) -> str:
    """What the probe says; what its box says if it does not."""
    with start(level, command, code) as box:
        ready, _, _ = select.select([box.channel_fds[0]], [], [], SECONDS)
        answer = os.read(box.channel_fds[0], 200).decode(errors="replace") if ready else ""
        return answer or _line(box.log if box.ended(within=1.0) else f"no answer in {SECONDS:g} seconds")


@contextmanager
def _listener() -> Iterator[int]:
    """A port of this machine at which somebody listens."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def _line(text: str) -> str:
    """The last line, in which Python names an exception; but not docker's advice to read its manual."""
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("Run '")]
    return lines[-1].strip()[:200] if lines else "it ended without a word"
