"""Files by permission: Landlock, by which a process of any user gives up all files but those on a list.

Linux has it since 5.13. What it does not cover (asking whether a file exists, changing its mode or its times)
is for `seccomp.py` to refuse.
"""

import ctypes
import errno
import os
import stat
import struct
import sys
from collections.abc import Iterable
from contextlib import suppress

CREATE, ADD_RULE, RESTRICT_SELF = 444, 445, 446  # system calls, the same on every machine
VERSION, PATH_BENEATH = 1, 1
EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, TRUNCATE, IOCTL_DEV = (1 << bit for bit in (0, 1, 2, 3, 14, 15))
OF_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV  # what a file that is no folder can have
CREATE_AND_REMOVE = sum(1 << bit for bit in range(4, 14)) & ~(1 << 6 | 1 << 11)  # but no devices
RIGHTS = {
    "list": READ_DIR,  # to see names, in it and below, and open none
    "read": EXECUTE | READ_FILE | READ_DIR,
    "change": READ_FILE | WRITE_FILE | IOCTL_DEV,  # a device such as /dev/null
    "own": EXECUTE | READ_FILE | READ_DIR | WRITE_FILE | TRUNCATE | CREATE_AND_REMOVE,
}
FILE_RIGHTS_OF = {1: 13, 2: 14, 3: 15, 4: 15}  # how many each version knows; later ones 16
TCP, SIGNALS_AND_SOCKETS = 0b11, 0b11


def version() -> int:
    """Of the kernel's Landlock: 0 if there is none, or it is switched off. From 6 on it stops signals."""
    with suppress(OSError):
        return _call(CREATE, None, 0, VERSION)
    return 0


def restrict(grants: Iterable[tuple[str, str]]) -> None:
    """Give up all files but those below these paths, for this process and all that it starts.

    A grant is (right, path), with the right a name in `RIGHTS`; a path that is missing grants nothing.
    The process must have given up new privileges. OSError where there is no Landlock.
    """
    known = version()
    files = (1 << FILE_RIGHTS_OF.get(known, 16)) - 1
    fields = struct.pack("QQQ", files, TCP, SIGNALS_AND_SOCKETS)[
        : 8 if known < 4 else 16 if known < 6 else 24
    ]
    rules = _call(CREATE, fields, len(fields), 0)
    try:
        for right, path in grants:
            with suppress(FileNotFoundError, PermissionError, NotADirectoryError):
                _grant(rules, path, RIGHTS[right] & files)
        _call(RESTRICT_SELF, rules, 0)
    finally:
        os.close(rules)


def _grant(rules: int, path: str, rights: int) -> None:
    where = os.open(path, os.O_PATH | os.O_CLOEXEC)
    try:
        if not stat.S_ISDIR(os.fstat(where).st_mode):
            rights &= OF_FILES
        if rights:
            _call(ADD_RULE, rules, PATH_BENEATH, struct.pack("=Qi", rights, where), 0)
    finally:
        os.close(where)


def _call(number: int, *arguments: int | bytes | None) -> int:
    if sys.platform != "linux":  # elsewhere these numbers mean other things
        raise OSError(errno.ENOSYS, "Landlock: a part of Linux")
    libc = ctypes.CDLL(None, use_errno=True)
    given = [ctypes.c_long(value) if isinstance(value, int) else value for value in arguments]
    if (result := libc.syscall(ctypes.c_long(number), *given)) < 0:
        raise OSError(ctypes.get_errno(), f"Landlock: {os.strerror(ctypes.get_errno())}")
    return int(result)
