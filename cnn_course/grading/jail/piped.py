"""A process whose three standard streams are pipes to this one, and which no key pressed here reaches."""

import ctypes
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

DIES_WITH_PARENT = 1  # PR_SET_PDEATHSIG
LIBC = (
    ctypes.CDLL(None) if sys.platform == "linux" else None
)  # loaded here: between fork and exec, little is safe


def piped(
    words: list[str],
    *,
    env: dict[str, str] | None = None,
    cwd: Path | None = None,
    keep: tuple[int, ...] = (),
    mortal: bool = False,
) -> subprocess.Popen[bytes]:
    """Start a command. `keep`: file descriptors that it gets besides. `mortal`: it is killed when this thread
    ends, from its first moment on.
    """
    parent = os.getpid()
    return subprocess.Popen(
        words,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
        env=env,
        cwd=cwd,
        pass_fds=keep,
        start_new_session=True,
        preexec_fn=(lambda: _die_with(parent)) if mortal else None,
    )


def _die_with(parent: int) -> None:
    """From the first moment: a parent that was killed meanwhile sends no signal."""
    if LIBC is not None:
        LIBC.prctl(DIES_WITH_PARENT, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)


def close_pipes(process: subprocess.Popen[bytes]) -> None:
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            with suppress(OSError):
                stream.close()
