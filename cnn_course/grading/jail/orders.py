"""What a box tells the program in it: the environment, and in one variable how far `confine` is to go."""

import json
import os
import platform
import re
import secrets
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from cnn_course.grading.jail.confine import ORDERS
from cnn_course.grading.jail.limits import Limits
from cnn_course.grading.jail.view import extra_packages

CODE, SCRATCH = "/code", "/box"  # where a program finds its code and may write
ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "USER": "student",
    "LOGNAME": "student",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "-1",
    "MPLBACKEND": "Agg",
}
PASSED_ON = ("KERAS_BACKEND",)
OPEN_FILES = 256
FIRST_USER, USERS = 0x70000000, 0x0FFE0000  # numbers that no system gives to anybody
ALL_USERS = ["0", "0", "4294967295"]


def environment(home: str, temporary: str, orders: dict[str, Any]) -> dict[str, str]:
    """All variables that the program sees."""
    passed = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    places = {"HOME": home, "TMPDIR": temporary, "KERAS_HOME": f"{home}/.keras"}
    return {**ENVIRONMENT, **passed, **places, ORDERS: json.dumps(orders)}


def orders(
    limits: Limits,
    *,
    user: int | None = None,
    folders: Iterable[str] = (),
    grants: Iterable[tuple[str, Path]] | None = None,
    alone: bool = False,
    strict: bool = True,
) -> dict[str, Any]:
    """What `confine` reads. `user`: become this one, who gets the `folders`; `grants`: ask Landlock for these
    paths alone; `alone`: no other processes are in sight; `strict`: fail where something cannot be done.
    """
    return {
        "packages": extra_packages(),
        "limits": _resources(limits, user is not None or (alone and _counts_by_namespace())),
        "user": None if user is None else {"number": user, "folders": list(folders)},
        "grants": None if grants is None else _grouped(grants),
        "alone": alone,
        "strict": strict,
    }


def unused_user() -> int | None:
    """A user that owns nothing, for a box that root starts; None where this process cannot become one."""
    with suppress(OSError):
        if os.geteuid() == 0 and Path("/proc/self/uid_map").read_text().split() == ALL_USERS:
            return FIRST_USER + secrets.randbelow(USERS)
    return None


def _resources(limits: Limits, own_count: bool) -> dict[str, int]:
    return {
        "DATA": limits.memory // 16 * 15,  # of one process: Python says MemoryError before the box is ended
        "FSIZE": limits.file,
        "NOFILE": OPEN_FILES,
        "CORE": 0,
        "CPU": int(2 * (limits.load_seconds + limits.total_seconds)),  # if nobody looks at the clock any more
        "NPROC": limits.tasks if own_count else 4 * limits.tasks + _tasks_of_this_user(),
    }


def _counts_by_namespace() -> bool:
    """Whether the kernel counts the tasks of a user in each namespace apart (Linux 5.14)."""
    return tuple(map(int, re.findall(r"\d+", platform.release())[:2])) >= (5, 14)


def _tasks_of_this_user() -> int:
    total = 0
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if process.stat().st_uid == os.getuid():
                total += len(os.listdir(process / "task"))  # noqa: PTH208
    return total


def _grouped(grants: Iterable[tuple[str, Path]]) -> list[tuple[str, str, list[str]]]:
    """By right and folder, because a variable holds no more than 128 kB."""
    groups: dict[tuple[str, str], list[str]] = {}
    for right, path in grants:
        groups.setdefault((right, str(path.parent)), []).append(path.name)
    return [(right, folder, names) for (right, folder), names in groups.items()]
