"""The system calls that no submission needs, refused by a filter in the kernel (x86_64 and aarch64).

The filter is a program for the kernel's small virtual machine, put together here from its three
instructions. Most calls below are ways around a limit (memory without a name, other processes' memory) or old
friends of whoever attacks a kernel. A refused call fails with EPERM, as if one lacked the right.
"""

import ctypes
import errno
import os
import platform
import struct
from itertools import chain

ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}  # AUDIT_ARCH_X86_64, AUDIT_ARCH_AARCH64
MACHINES = tuple(ARCHITECTURES)

# name: (number on x86_64, number on aarch64); None: it has no such call
REFUSED: dict[str, tuple[int | None, int | None]] = {
    # the memory and the files of other processes
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "kcmp": (312, 272),
    "pidfd_getfd": (438, 438),
    "pidfd_send_signal": (424, 424),
    "move_pages": (279, 239),
    "migrate_pages": (256, 238),
    # large, young or privileged parts of the kernel
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "keyctl": (250, 219),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "personality": (135, 92),
    "modify_ldt": (154, None),
    "lookup_dcookie": (212, 18),
    "fanotify_init": (300, 262),
    "inotify_init": (253, None),
    "inotify_init1": (294, 26),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "reboot": (169, 142),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "acct": (163, 89),
    "syslog": (103, 116),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "clock_adjtime": (305, 266),
    "adjtimex": (159, 171),
    "iopl": (172, None),
    "ioperm": (173, None),
    "vhangup": (153, 58),
    # another view of files and processes
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "move_mount": (429, 429),
    "open_tree": (428, 428),
    "open_tree_attr": (467, 467),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    # memory that no limit of a process counts
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "shmat": (30, 196),
    "shmctl": (31, 195),
    "msgget": (68, 186),
    "msgsnd": (69, 189),
    "msgrcv": (70, 188),
    "msgctl": (71, 187),
    "semget": (64, 190),
    "semop": (65, 193),
    "semtimedop": (220, 192),
    "semctl": (66, 191),
    "mq_open": (240, 180),
    "mq_unlink": (241, 181),
    # the network, and sockets that lead to a service of this machine
    "socket": (41, 198),
    "connect": (42, 203),
    "bind": (49, 200),
}

# Without a view of its own (no bubblewrap) a box shares a user with other processes and files: Landlock does
# not cover what these do to them.
REFUSED_AMONG_OTHERS: dict[str, tuple[int | None, int | None]] = {
    "truncate": (76, 45),
    "chmod": (90, None),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
    "chown": (92, None),
    "lchown": (94, None),
    "fchownat": (260, 54),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "setxattrat": (463, 463),
    "removexattr": (197, 14),
    "lremovexattr": (198, 15),
    "removexattrat": (466, 466),
    "file_setattr": (469, 469),
    "utime": (132, None),
    "utimes": (235, None),
    "futimesat": (261, None),
    "utimensat": (280, 88),
    "tkill": (200, 130),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
}
ON_ITSELF = {  # the first argument is a process: itself alone (0 means itself, too)
    "kill": (62, 129),
    "tgkill": (234, 131),
    "prlimit64": (302, 261),
    "sched_setaffinity": (203, 122),
    "sched_setscheduler": (144, 119),
    "sched_setparam": (142, 118),
    "sched_setattr": (314, 274),
}

LOAD, EQUAL, AT_LEAST, ANY_BIT, AND, ANSWER = 0x20, 0x15, 0x35, 0x45, 0x54, 0x06  # instructions
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16  # where they stand in struct seccomp_data
ALLOW, REFUSE, MISSING, KILL = 0x7FFF0000, 0x50000 | errno.EPERM, 0x50000 | errno.ENOSYS, 0x80000000
X32 = 0x40000000  # numbers from here on are a second set of calls on x86_64
NEW_NAMESPACES = 0x7E020080  # CLONE_NEWUSER, CLONE_NEWNS and their like
F_SETOWN, F_SETSIG, F_SETOWN_EX, F_SETLEASE, F_NOTIFY, TIOCSTI = 8, 10, 15, 1024, 1026, 0x5412
SOCK_STREAM, SOCK_SEQPACKET = 1, 5
SECCOMP, FILTER = 22, 2  # of prctl

Instruction = tuple[int, int, int, int]  # code, how far to jump if true, if false, constant


def refuse(alone: bool) -> None:
    """Install the filter for this process, which must have given up new privileges, and all that it starts.

    It stays. OSError if the kernel will not. `alone`: whether no process and no file is in sight but its own.
    """
    code = program(platform.machine(), None if alone else os.getpid())
    lines = ctypes.create_string_buffer(code, len(code))
    libc = ctypes.CDLL(None, use_errno=True)
    header = struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(lines))
    if libc.prctl(SECCOMP, ctypes.c_ulong(FILTER), header, 0, 0):
        number = ctypes.get_errno()
        raise OSError(number, f"no filter for system calls: {os.strerror(number)}")


def program(machine: str, itself: int | None = None) -> bytes:
    """The filter for a machine; with the number of a process, one that keeps it to itself.

    ValueError for a machine whose calls are not known here.
    """
    if machine not in ARCHITECTURES:
        raise ValueError(f"the system calls of {machine} are not known; choose from: {', '.join(MACHINES)}")
    lines = [(LOAD, 0, 0, ARCHITECTURE), *_unless(EQUAL, ARCHITECTURES[machine], KILL), (LOAD, 0, 0, NUMBER)]
    if machine == "x86_64":
        lines += _if(AT_LEAST, X32, MISSING)
    for numbers in (REFUSED | (REFUSED_AMONG_OTHERS if itself else {})).values():
        if (number := numbers[MACHINES.index(machine)]) is not None:
            lines += _if(EQUAL, number, REFUSE)
    for name, rule in _rules(itself).items():
        number = SOMETIMES[name][MACHINES.index(machine)]
        lines += [(EQUAL, 0, len(rule) + 1, number), *rule, (ANSWER, 0, 0, ALLOW)]
    return b"".join(struct.pack("HBBI", *line) for line in [*lines, (ANSWER, 0, 0, ALLOW)])


SOMETIMES = ON_ITSELF | {
    "clone": (56, 220),
    "clone3": (435, 435),
    "ioctl": (16, 29),
    "socketpair": (53, 199),
    "fcntl": (72, 25),
    "setpriority": (141, 140),
    "ioprio_set": (251, 30),
}


def _rules(itself: int | None) -> dict[str, list[Instruction]]:
    """The calls that are refused for some of their arguments."""
    rules = {
        "clone": [_argument(0), *_if(ANY_BIT, NEW_NAMESPACES, REFUSE)],
        "clone3": [(ANSWER, 0, 0, MISSING)],  # its flags are out of sight; the C library then takes clone
        "ioctl": [_argument(1), *_if(EQUAL, TIOCSTI, REFUSE)],
        # a pair of datagram sockets could write to any service
        "socketpair": [_argument(1), (AND, 0, 0, 0xF), *_unless_in([SOCK_STREAM, SOCK_SEQPACKET])],
        # a lease on a file of this user's, such as one of Python's: whoever opens it waits for 45 seconds
        "fcntl": _unless_asked_for(F_SETLEASE, F_NOTIFY),
    }
    if itself:
        rules |= {name: [_argument(0), *_unless_in([0, itself])] for name in ON_ITSELF}
        one = [_argument(0), *_unless_in([0]), _argument(1), *_unless_in([0, itself])]
        another = [_argument(0), *_unless_in([1]), _argument(1), *_unless_in([0, itself])]
        rules |= {"setpriority": one, "ioprio_set": another}
        rules["fcntl"] += _unless_asked_for(F_SETOWN, F_SETSIG, F_SETOWN_EX)
    return rules


def _unless_asked_for(*commands: int) -> list[Instruction]:
    """The second argument is none of these."""
    return [_argument(1), *chain.from_iterable(_if(EQUAL, command, REFUSE) for command in commands)]


def _argument(index: int) -> Instruction:
    """Its lower half, which is all that the kernel looks at in the arguments above."""
    return (LOAD, 0, 0, ARGUMENTS + 8 * index)


def _if(test: int, value: int, answer: int) -> list[Instruction]:
    return [(test, 0, 1, value), (ANSWER, 0, 0, answer)]


def _unless(test: int, value: int, answer: int) -> list[Instruction]:
    return [(test, 1, 0, value), (ANSWER, 0, 0, answer)]


def _unless_in(values: list[int]) -> list[Instruction]:
    tests = [(EQUAL, len(values) - i, 0, value) for i, value in enumerate(values)]
    return [*tests, (ANSWER, 0, 0, REFUSE)]
