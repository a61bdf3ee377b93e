"""What a program in a box does first of all: give up, for good, what a submission has no need of.

    from cnn_course.grading.jail.confine import confine

    confine()  # before Keras, and before anything of a student

How far depends on the box around it, which leaves its orders in the environment. This is the same program on
every level; it imports the standard library alone.
"""

import ctypes
import json
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from cnn_course.grading.jail import landlock, seccomp

ORDERS = "CNN_COURSE_BOX"  # the variable with the orders, written by orders.py
DUMPABLE, DROP_FROM_BOUNDS, NO_NEW_PRIVS = 4, 24, 38  # of prctl
CAPABILITIES = 64  # more than there are
CAPSET_VERSION = 0x20080522


def confine() -> None:
    """Obey the orders of the box. An exception means that this process is not shut in: let it end."""
    orders = json.loads(os.environ.pop(ORDERS))
    sys.path += orders["packages"]
    steps: list[tuple[Callable[..., None], Any]] = [
        *((_limit, limit) for limit in orders["limits"].items()),
        (_never_gain, range(CAPABILITIES)),
        (_become, orders["user"]),
        (_renounce, CAPSET_VERSION),
        (_see_only, orders["grants"]),
        (seccomp.refuse, orders["alone"]),
    ]
    for step, order in steps:
        with suppress(*() if orders["strict"] else (OSError, ValueError, AttributeError, ImportError)):
            if order is not None:
                step(order)


def _limit(limit: tuple[str, int]) -> None:
    """Both limits of a resource, so that none can be raised again."""
    import resource

    name, most = limit
    kind = getattr(resource, f"RLIMIT_{name}")
    _, highest = resource.getrlimit(kind)
    most = most if highest == resource.RLIM_INFINITY else min(most, highest)
    resource.setrlimit(kind, (most, most))


def _never_gain(capabilities: range) -> None:
    """Not by starting a program either. Only one who has them can give them up; the others have none."""
    for capability in capabilities:
        with suppress(OSError):
            _prctl(DROP_FROM_BOUNDS, capability)


def _become(order: dict[str, Any]) -> None:
    """Another user, who owns the scratch folders and nothing else."""
    user = order["number"]
    for folder in order["folders"]:
        os.chown(folder, user, user)
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    _prctl(DUMPABLE, 1)  # or its own entries in /proc belong to root


def _renounce(version: int) -> None:
    """Every capability, and what a program that is started could have more of."""
    header, none = (ctypes.c_uint32 * 2)(version, 0), (ctypes.c_uint32 * 6)()
    _checked(ctypes.CDLL(None, use_errno=True).capset(header, none))
    _prctl(NO_NEW_PRIVS, 1)


def _see_only(grants: list[tuple[str, str, list[str]]]) -> None:
    landlock.restrict(
        (right, f"{folder}/{name}" if name else folder) for right, folder, names in grants for name in names
    )


def _prctl(option: int, value: int) -> None:
    values = [ctypes.c_ulong(number) for number in (value, 0, 0, 0)]
    _checked(ctypes.CDLL(None, use_errno=True).prctl(option, *values))


def _checked(result: int) -> None:
    if result:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
