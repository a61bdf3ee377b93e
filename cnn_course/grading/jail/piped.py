"""A process whose three standard streams are pipes to this one, and which no key pressed here reaches."""

import subprocess
from contextlib import suppress
from pathlib import Path


def piped(
    words: list[str],
    *,
    env: dict[str, str] | None = None,
    cwd: Path | None = None,
    keep: tuple[int, ...] = (),
) -> subprocess.Popen[bytes]:
    """Start a command. `keep`: file descriptors that it gets besides."""
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
    )


def close_pipes(process: subprocess.Popen[bytes]) -> None:
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            with suppress(OSError):
                stream.close()
