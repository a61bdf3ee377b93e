"""The filter for system calls of both architectures, run on a machine of our own with its instructions."""

import json
import struct
from pathlib import Path

import pytest

from cnn_course.grading.jail.seccomp import (
    ALLOW,
    ARCHITECTURES,
    KILL,
    MACHINES,
    MISSING,
    ON_ITSELF,
    REFUSE,
    REFUSED,
    REFUSED_AMONG_OTHERS,
    SOMETIMES,
    program,
)

NUMBERS = json.loads((Path(__file__).parents[2] / "facts" / "system_calls.json").read_text())
BOTH = pytest.mark.parametrize("machine", MACHINES)


def verdict(code: bytes, machine: str, number: int, *arguments: int) -> int:
    """What the kernel's virtual machine makes of a call: struct seccomp_data in, an answer out."""
    given = [value & (2**64 - 1) for value in (*arguments, *[0] * (6 - len(arguments)))]
    data = struct.pack("<IIQ6Q", number, ARCHITECTURES[machine], 0, *given)
    lines = list(struct.iter_unpack("<HBBI", code))
    at = accumulator = 0
    while True:
        operation, yes, no, constant = lines[at]
        at += 1
        match operation:
            case 0x20:  # BPF_LD | BPF_W | BPF_ABS
                (accumulator,) = struct.unpack_from("<I", data, constant)
            case 0x54:  # BPF_ALU | BPF_AND | BPF_K
                accumulator &= constant
            case 0x15:  # BPF_JMP | BPF_JEQ | BPF_K
                at += yes if accumulator == constant else no
            case 0x35:  # BPF_JGE
                at += yes if accumulator >= constant else no
            case 0x45:  # BPF_JSET
                at += yes if accumulator & constant else no
            case 0x06:  # BPF_RET | BPF_K
                return constant
            case _:
                raise AssertionError(f"{operation:#x} is no instruction that we use")


def number(name: str, machine: str) -> int:
    return NUMBERS[name][MACHINES.index(machine)]


@pytest.mark.parametrize("table", [REFUSED, REFUSED_AMONG_OTHERS, SOMETIMES])
def test_the_numbers_are_those_of_the_kernel(table):
    assert {name: list(numbers) for name, numbers in table.items()} == {name: NUMBERS[name] for name in table}


@BOTH
def test_every_call_of_the_list_is_refused_and_no_other(machine):
    alone, among_others = program(machine), program(machine, 77)
    refused = {number(name, machine) for name in REFUSED} - {None}
    besides = {number(name, machine) for name in REFUSED_AMONG_OTHERS} - {None}
    some = {number(name, machine) for name in SOMETIMES}
    for call in range(600):
        expected = REFUSE if call in refused else ALLOW
        if call not in some:
            assert verdict(alone, machine, call) == expected
            assert verdict(among_others, machine, call) == (REFUSE if call in besides else expected)


@BOTH
def test_what_python_and_tensorflow_need_is_allowed(machine):
    needed = ["read", "write", "openat", "mmap", "mprotect", "futex", "execve", "exit_group", "getrandom"]
    for name in needed:
        assert verdict(program(machine, 77), machine, number(name, machine), 77) == ALLOW


@BOTH
def test_calls_of_another_architecture_end_the_program(machine):
    other = next(name for name in MACHINES if name != machine)
    assert verdict(program(machine), other, number("read", other)) == KILL


def test_the_second_set_of_numbers_on_x86_64_does_not_exist():
    assert verdict(program("x86_64"), "x86_64", 0x40000000 + 101) == MISSING


@BOTH
@pytest.mark.parametrize(
    ("name", "arguments", "alone", "among_others"),
    [
        ("clone", (0x3D0F00,), ALLOW, ALLOW),  # a thread
        ("clone", (17,), ALLOW, ALLOW),  # fork
        ("clone", (0x10000000 | 17,), REFUSE, REFUSE),  # a user namespace
        ("clone", (0x40000000,), REFUSE, REFUSE),  # a network namespace
        ("clone3", (), MISSING, MISSING),
        ("ioctl", (0, 0x5412), REFUSE, REFUSE),  # TIOCSTI
        ("ioctl", (0, 0x5401), ALLOW, ALLOW),
        ("socketpair", (1, 1), ALLOW, ALLOW),
        ("socketpair", (1, 1 | 0x80000), ALLOW, ALLOW),  # SOCK_CLOEXEC
        ("socketpair", (1, 2), REFUSE, REFUSE),  # datagrams can go anywhere
        ("socketpair", (1, 2 | 0x800), REFUSE, REFUSE),
        ("kill", (77, 9), ALLOW, ALLOW),
        ("kill", (0, 15), ALLOW, ALLOW),
        ("kill", (1, 9), ALLOW, REFUSE),
        ("kill", (-1, 9), ALLOW, REFUSE),
        ("tgkill", (77, 80, 6), ALLOW, ALLOW),
        ("tgkill", (78, 78, 6), ALLOW, REFUSE),
        ("prlimit64", (0, 7), ALLOW, ALLOW),
        ("prlimit64", (1, 7), ALLOW, REFUSE),
        ("fcntl", (3, 8, 1), ALLOW, REFUSE),  # F_SETOWN
        ("fcntl", (3, 3, 0), ALLOW, ALLOW),
        ("fcntl", (3, 1024, 1), REFUSE, REFUSE),  # F_SETLEASE
        ("fcntl", (3, 1026, 1), REFUSE, REFUSE),  # F_NOTIFY
        ("setpriority", (0, 0, 5), ALLOW, ALLOW),
        ("setpriority", (0, 1, 5), ALLOW, REFUSE),
        ("setpriority", (2, 0, 5), ALLOW, REFUSE),  # all processes of the user
        ("sched_setaffinity", (1, 8, 0), ALLOW, REFUSE),
    ],
)
def test_some_calls_depend_on_their_arguments(machine, name, arguments, alone, among_others):
    call = number(name, machine)
    assert verdict(program(machine), machine, call, *arguments) == alone
    assert verdict(program(machine, 77), machine, call, *arguments) == among_others


@BOTH
def test_no_jump_leads_out_of_the_program(machine):
    for code in (program(machine), program(machine, 77)):
        lines = list(struct.iter_unpack("<HBBI", code))
        assert len(lines) < 4096  # the kernel's limit
        assert all(at + 1 + max(yes, no) < len(lines) for at, (_, yes, no, _) in enumerate(lines[:-1]))


def test_an_unknown_machine_is_refused():
    with pytest.raises(
        ValueError, match="the system calls of m68k are not known; choose from: x86_64, aarch64"
    ):
        program("m68k")


def test_all_rules_about_itself_are_about_a_process():
    assert set(ON_ITSELF) <= set(SOMETIMES)
