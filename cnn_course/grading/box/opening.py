"""A box with the program inside, and the channel to it."""

import select
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from cnn_course.grading.crossing.frames import Broken, Channel
from cnn_course.grading.jail.bubblewrap import CODE
from cnn_course.grading.jail.limits import Limits
from cnn_course.grading.jail.process import start

READY = {"id": 0, "value": "ready"}
A_MOMENT = 0.5  # seconds that a process may take to be gone, once its pipe is


class OpenBox:
    """A box that warms up: it imports `warm` and then says that it is ready. `code`: see `staging`."""

    def __init__(self, level: str, code: Path, limits: Limits, warm: Sequence[str]) -> None:
        self.limits = limits
        command = [sys.executable, "-I", f"{CODE}/start.py", CODE, *warm]
        self.box = start(level, command, code, limits)
        self.channel = Channel(*self.box.channel_fds)

    def wait(self) -> "OpenBox":
        """Return when it is ready. RuntimeError if it does not come up: no submission has a part in that."""
        try:
            message, _ = self.channel.receive(time.monotonic() + self.limits.load_seconds)
        except Broken as problem:
            message = {"problem": str(problem)}
        if message != READY:
            said = (self.log.strip().splitlines() or [str(message)])[-1]
            self.kill()
            raise RuntimeError(f"a box did not come up: {said}")
        return self

    def speaks(self) -> bool:
        """Whether something came that nobody has read: before a question, it is no answer."""
        return bool(select.select([self.box.channel_fds[0]], [], [], 0)[0])

    def ended(self, *, soon: bool = False) -> str:
        """ "" while it runs, else "memory", "crash" or "closed"; `soon`: its pipe is closed already."""
        return self.box.ended(A_MOMENT if soon else 0.0)

    def kill(self) -> None:
        self.box.kill()

    @property
    def log(self) -> str:
        return self.box.log
