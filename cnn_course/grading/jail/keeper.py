"""Keeps the processes of a box together where no namespace does, and ends them all.

    python -I -S keeper.py CONTROL SCRATCH COMMAND...

starts the command once a byte comes on the file descriptor CONTROL, and ends it, with all that it has
started, when CONTROL closes: because the box is over, or because whoever started it has died. When the
command ends by itself the rest is ended, too, and the exit status is the command's. Orphans fall to this
process (Linux), so that none gets away. A program of its own that imports the standard library alone.
"""

import ctypes
import os
import select
import signal
import sys
import time
from contextlib import suppress

PATIENCE = 10.0  # seconds
SUBREAPER = 36  # of prctl


def main(control: int, scratch: str, command: list[str]) -> int:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(SUBREAPER, 1)
    os.set_inheritable(control, False)
    told, tell = os.pipe()
    os.set_blocking(tell, False)
    signal.set_wakeup_fd(tell, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    if not os.read(control, 1):
        remove(scratch)
        return 0
    child = os.fork()
    if child == 0:
        _become(command)
    _let_go_of_streams()
    status = None
    while status is None and control not in select.select([control, told], [], [])[0]:
        os.read(told, 4096)
        status = reap(child)
    end_below(os.getpid())
    remove(scratch)
    return 0 if status is None else _as_a_shell_says(status)


def descendants(process: int) -> list[int]:
    """The processes below this one, nearest first; those that have ended and are not reaped, too."""
    below = None if _lists_children() else _everybody()
    found = [process]
    for parent in found:
        found += _children(parent) if below is None else below.get(parent, [])
    return found[1:]


def is_running(process: int) -> bool:
    """Whether there is such a process and it has not ended."""
    try:
        with open(f"/proc/{process}/stat") as file:  # noqa: PTH123
            return file.read().rpartition(")")[2].split()[0] not in "ZX"
    except ProcessLookupError:
        return False
    except FileNotFoundError:
        return sys.platform != "linux" and _exists(process)


def end_below(process: int) -> None:
    """End all that is below a process, which must be the one that orphans fall to. First everything is
    stopped, so that a fork bomb does not outrun us.
    """
    deadline = time.monotonic() + PATIENCE
    while (left := list(filter(is_running, descendants(process)))) and time.monotonic() < deadline:
        for number in (signal.SIGSTOP, signal.SIGKILL):
            for one in left:
                with suppress(ProcessLookupError, PermissionError):
                    os.kill(one, number)
        if process == os.getpid():
            reap()
        time.sleep(0.001)


def reap(child: int = 0) -> int | None:
    """Take note of all own children that have ended; the status of this one if it is among them."""
    found = None
    with suppress(ChildProcessError):
        while (ended := os.waitpid(-1, os.WNOHANG))[0]:
            found = ended[1] if ended[0] == child else found
    return found


def remove(folder: str) -> None:
    """By the system's own tools: they know folders nested by the thousand, and never follow a link."""
    with suppress(OSError):
        os.rmdir(folder)  # noqa: PTH106
    for words in (["rm", "-rf"], ["chmod", "-R", "u+rwX"], ["rm", "-rf"]):
        if not os.path.exists(folder):  # noqa: PTH110
            return
        import subprocess

        with suppress(OSError, subprocess.SubprocessError):
            subprocess.run([*words, "--", folder], capture_output=True, timeout=PATIENCE, check=False)


def _become(command: list[str]) -> None:
    try:
        os.setsid()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.execv(command[0], command)
    except OSError as problem:
        os.write(2, f"{command[0]} could not be started: {problem}\n".encode())
    finally:
        os._exit(127)


def _let_go_of_streams() -> None:
    """They are the command's: when it closes them, they are closed."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)


def _as_a_shell_says(status: int) -> int:
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


def _lists_children() -> bool:
    return os.path.exists(f"/proc/self/task/{os.getpid()}/children")  # noqa: PTH110


def _children(process: int) -> list[int]:
    found = []
    with suppress(OSError):
        for task in os.listdir(f"/proc/{process}/task"):  # noqa: PTH208
            with suppress(OSError), open(f"/proc/{process}/task/{task}/children") as file:  # noqa: PTH123
                found += [int(number) for number in file.read().split()]
    return found


def _everybody() -> dict[int, list[int]]:
    """All processes of the machine by their parents."""
    with os.popen("ps -A -o ppid= -o pid=") as lines:
        pairs = [tuple(map(int, line.split())) for line in lines]
    below: dict[int, list[int]] = {}
    for parent, process in pairs:
        below.setdefault(parent, []).append(process)
    return below


def _exists(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2], sys.argv[3:]))
