"""What a program in a box cannot do, on every level that holds: tried from inside, looked at from outside."""

import os
import socket
import sys
from pathlib import Path

import pytest

import cnn_course
from cnn_course.grading.jail.orders import ENVIRONMENT, ORDERS

CANARY = "canary-5f3c9a"


@pytest.fixture
def canaries(tmp_path, monkeypatch) -> list[Path]:
    """Files that a grader has lying around: in its home, in its working folder, in the temporary folder."""
    places = []
    for name in ("home", "work", "submissions/neighbour"):
        folder = tmp_path / name
        folder.mkdir(parents=True)
        places.append(folder / "canary.txt")
        places[-1].write_text(CANARY)
        places[-1].chmod(0o666)
        folder.chmod(0o777)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path / "work")
    return places


def test_files_outside_cannot_be_read(run, canaries):
    one = run(
        f"""
for path in {list(map(str, canaries))!r}:
    say(attempt(open, path))
    say(attempt(os.listdir, os.path.dirname(path)))
    say(attempt(os.link, path, 'mine'))
say(attempt(os.listdir, '/home'))
say(attempt(open, '/etc/shadow'))
os.symlink({str(canaries[0])!r}, 'link')
say(attempt(open, 'link'))
"""
    )
    for _ in range(3 * len(canaries) + 3):
        assert one.hear() in ("ENOENT", "EACCES", "EPERM", "EXDEV")


def test_files_outside_cannot_be_written(run, canaries):
    before = [(path.stat().st_mode, path.stat().st_mtime_ns) for path in canaries]
    one = run(
        f"""
for path in {list(map(str, canaries))!r}:
    folder = os.path.dirname(path)
    for function, *arguments in (
        (open, path, 'w'), (open, folder + '/new', 'w'), (os.remove, path), (os.mkdir, folder + '/made'),
        (os.rename, path, folder + '/moved'), (os.truncate, path, 0), (os.chmod, path, 0), (os.utime, path),
        (os.chown, path, os.getuid(), -1), (os.symlink, '/', folder + '/link'),
    ):
        say(attempt(function, *arguments))
for place in ('/usr/lib/new', '/code/new', '/new', '/dev/new', sys.prefix + '/lib/new', sys.argv[1] + '/new'):
    say(attempt(open, place, 'w'))
"""
    )
    for _ in range(10 * len(canaries) + 6):
        assert one.hear() in ("ENOENT", "EACCES", "EPERM", "EROFS", "EXDEV")
    assert [(path.stat().st_mode, path.stat().st_mtime_ns) for path in canaries] == before
    assert [len(list(path.parent.iterdir())) for path in canaries] == [1, 1, 1]


def test_its_own_scratch_folders_can_be_used(run):
    one = run(
        """
import tempfile
with open('a.txt', 'w') as file:
    file.write('text')
os.makedirs('deep/er')
os.rename('a.txt', 'deep/er/b.txt')
with tempfile.TemporaryDirectory() as folder, open(folder + '/c', 'w') as file:
    file.write('more')
say([open('deep/er/b.txt').read(), os.path.samefile(os.environ['HOME'], os.getcwd())])
"""
    )
    assert one.hear() == ["text", True]


def test_the_course_cannot_be_seen(run):
    root = Path(cnn_course.__file__).parent
    files = [
        root / "models" / "vgg.py",
        root / "__init__.py",
        root.parent / "exercises",
        root.parent / "tests",
    ]
    one = run(
        f"""
for path in {list(map(str, files))!r}:
    say(attempt(os.listdir if os.path.isdir(path) else open, path))
sys.path[:0] = [{str(root.parent)!r}]
say(sorted(name for name in sys.modules if name.startswith('cnn_course')))
sys.path.remove(sys.argv[1])
for name in [name for name in sys.modules if name.startswith('cnn_course')]:
    del sys.modules[name]
try:
    import cnn_course.models
    say('imported')
except ImportError as problem:
    say('refused')
except PermissionError as problem:
    say('refused')
"""
    )
    for _ in files:
        assert one.hear() in ("ENOENT", "EACCES")
    one.hear()
    assert one.hear() == "refused"


def test_hidden_folders_are_hidden_and_shown_ones_shown(run, tmp_path):
    shown = tmp_path / "material"
    (shown / "answers").mkdir(parents=True)
    (shown / "data.txt").write_text("data")
    (shown / "key.txt").write_text(CANARY)
    (shown / "answers" / "solution.py").write_text(CANARY)
    one = run(
        f"""
say(open({str(shown / "data.txt")!r}).read())
try:
    say(open({str(shown / "key.txt")!r}).read())
except OSError:
    say('')
say(attempt(open, {str(shown / "answers" / "solution.py")!r}))
""",
        readonly=[shown],
        hidden=[shown / "answers", shown / "key.txt"],
    )
    assert [one.hear() for _ in range(2)] == ["data", ""]
    assert one.hear() in ("ENOENT", "EACCES")


def test_no_variable_of_the_grader_reaches_a_box(run, monkeypatch):
    monkeypatch.setenv("GRADER_TOKEN", CANARY)
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    one = run(
        """
found, entries = b'', [1, os.getppid(), 'self', 'thread-self']
if attempt(os.listdir, '/proc') == 'it worked':
    entries += os.listdir('/proc')
for entry in entries:
    try:
        found += open(f'/proc/{entry}/environ', 'rb').read() + open(f'/proc/{entry}/cmdline', 'rb').read()
    except OSError:
        pass
say([dict(os.environ), found.decode()])
"""
    )
    variables, found = one.hear()
    allowed = {*ENVIRONMENT, "HOME", "TMPDIR", "KERAS_HOME", "KERAS_BACKEND", "PWD", "LC_CTYPE"}
    assert set(variables) <= allowed
    assert variables["KERAS_BACKEND"] == "jax"
    assert CANARY not in found
    assert CANARY not in str(variables)
    assert ORDERS not in variables


def test_processes_in_sight_cannot_be_looked_into(run, level):
    one = run(
        f"""
for process in ({os.getpid()}, os.getppid(), 1):
    for file in ('environ', 'mem', 'maps', 'cwd/.'):
        say(attempt(open, f'/proc/{{process}}/{{file}}'))
"""
    )
    answers = [one.hear() for _ in range(12)]
    if level == "landlock":  # elsewhere these are numbers of its own processes, or of none
        assert set(answers) <= {"ENOENT", "EACCES", "EPERM"}


def test_the_network_cannot_be_reached(run):
    with (
        socket.create_server(("127.0.0.1", 0)) as tcp,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as abstract,
    ):
        udp.bind(("127.0.0.1", 0))
        abstract.bind(f"\0{CANARY}")
        tcp.setblocking(False)
        udp.setblocking(False)
        abstract.setblocking(False)
        one = run(
            f"""
def connect(family, kind, address):
    with socket.socket(family, kind) as one:
        one.settimeout(1)
        one.connect(address)
        one.send(b'out')
        return True
say(attempt(connect, socket.AF_INET, socket.SOCK_STREAM, ('127.0.0.1', {tcp.getsockname()[1]})))
say(attempt(connect, socket.AF_INET, socket.SOCK_DGRAM, ('127.0.0.1', {udp.getsockname()[1]})))
say(attempt(connect, socket.AF_INET6, socket.SOCK_STREAM, ('::1', {tcp.getsockname()[1]})))
say(attempt(connect, socket.AF_UNIX, socket.SOCK_DGRAM, '\\0{CANARY}'))
say(attempt(socket.socketpair, socket.AF_UNIX, socket.SOCK_DGRAM))
say(attempt(socket.socket, socket.AF_NETLINK, socket.SOCK_RAW))
say(attempt(socket.socket, socket.AF_PACKET, socket.SOCK_RAW))
say(attempt(socket.socketpair))
"""
        )
        assert [one.hear() for _ in range(8)] == ["EPERM"] * 7 + ["it worked"]
        for listening in (tcp.accept, lambda: udp.recv(10), lambda: abstract.recv(10)):
            with pytest.raises(BlockingIOError):
                listening()


@pytest.mark.parametrize("level", ["bwrap"], indirect=True)
def test_bubblewrap_gives_namespaces_of_their_own(run, level):
    """The second wall behind the filter: were a socket to be had, there would be nobody to reach."""
    kinds = ("net", "pid", "ipc", "uts", "mnt")
    inside = run(f"say([os.readlink(f'/proc/self/ns/{{kind}}') for kind in {kinds!r}])").hear()
    outside = [Path(f"/proc/self/ns/{kind}").readlink() for kind in kinds]
    assert not {str(link) for link in outside} & set(inside)


@pytest.mark.parametrize("level", ["bwrap"], indirect=True)
def test_bubblewrap_shows_a_list_of_files_and_no_more(run, level):
    top, etc = run("say([os.listdir('/'), os.listdir('/etc')])").hear()
    assert set(top) - {Path(sys.prefix).parts[1], Path(sys.base_prefix).parts[1]} <= {
        *("bin", "box", "code", "dev", "etc", "lib", "lib32", "lib64", "proc", "tmp", "usr", "nix", "gnu")
    }
    assert {"passwd", "shadow", "ssh", "hostname"}.isdisjoint(etc)


@pytest.mark.parametrize("level", ["bwrap"], indirect=True)
def test_bubblewrap_mounts_everything_read_only_but_scratch_and_devices(run, level):
    mounts = [line.split() for line in run("say(open('/proc/mounts').read())").hear().splitlines()]
    writable = {place for _, place, _, options, *_ in mounts if options.split(",")[0] == "rw"}
    devices = {
        f"/dev/{name}" for name in ("null", "zero", "full", "random", "urandom", "tty", "pts", "console")
    }
    assert writable - devices == {"/proc", "/box", "/tmp", "/dev/shm"}


def test_signals_do_not_leave_a_box(run):
    one = run(
        f"""
for process in ({os.getpid()}, os.getppid(), 1):
    say(attempt(os.kill, process, signal.SIGUSR1))
"""
    )
    # number 1 in a box of namespaces is its own, and ignores what it has not asked for
    assert {one.hear() for _ in range(3)} <= {"ESRCH", "EPERM", None, False}


REFUSED = {
    "ptrace": "libc.ptrace(0, 0, 0, 0)",
    "a user namespace": "libc.unshare(0x10000000)",
    "a mount namespace": "libc.unshare(0x20000)",
    "a process with a namespace": "libc.syscall(clone, 0x10000011, 0, 0, 0, 0)",
    "mount": "libc.mount(b'none', b'/tmp', b'tmpfs', 0, None)",
    "memfd_create": "libc.memfd_create(b'x', 0)",
    "process_vm_readv": "libc.process_vm_readv(1, None, 0, None, 0, 0)",
    "shared memory": "libc.shmget(0, 4096, 0o1600)",
    "io_uring": "libc.syscall(425, 1, None)",
    "keys": "libc.syscall(keyctl, 0, -3, 0)",
    "chroot": "libc.chroot(b'.')",
    "setuid": "libc.setuid(0) or -1",
    "a capability": "libc.prctl(47, 2, 0, 0, 0)",
}


@pytest.mark.parametrize("way", REFUSED)
def test_ways_around_the_walls_are_refused(run, way):
    numbers = "clone, keyctl = (56, 250) if os.uname().machine == 'x86_64' else (220, 219)\n"
    answer, number = run(f"{numbers}say([{REFUSED[way]}, ctypes.get_errno()])").hear()
    assert answer == -1
    assert number != 38, "it would work on a kernel that has it"


def test_a_call_of_another_architecture_ends_the_program(run):
    one = run(
        """
if os.uname().machine != 'x86_64':
    os.abort()
code = mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
code.write(bytes.fromhex('b814000000cd80c3'))  # getpid by the calls of 32-bit programs
address = ctypes.addressof(ctypes.c_char.from_buffer(code))
say('calling')
say(ctypes.CFUNCTYPE(ctypes.c_int)(address)())
"""
    )
    assert one.ended(5.0) == "crash"
    assert one.box.because in ("it was ended by SIGSYS", "it was ended by SIGSEGV", "it was ended by SIGABRT")


def test_limits_cannot_be_raised_again(run):
    one = run(
        """
import resource
for name in ('DATA', 'FSIZE', 'NOFILE', 'CORE', 'CPU', 'NPROC'):
    kind = getattr(resource, f'RLIMIT_{name}')
    try:
        resource.setrlimit(kind, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        say('raised')
    except (OSError, ValueError):
        say(resource.getrlimit(kind)[0])
"""
    )
    limits = [one.hear() for _ in range(6)]
    assert "raised" not in limits
    assert 128 * 2**20 < limits[0] < 256 * 2**20  # one process has less than the box
    assert limits[1:4] == [8 * 2**20, 256, 0]


def test_no_new_privileges_are_to_be_had(run):
    status = dict(
        line.split(":", 1) for line in run("say(open('/proc/self/status').read())").hear().splitlines()
    )
    assert status["NoNewPrivs"].strip() == "1"
    assert status["Seccomp"].strip() == "2"
    sets = [
        "CapEff",
        "CapPrm",
        "CapAmb",
        *["CapBnd"] * (os.geteuid() == 0),
    ]  # others could never use the last
    assert {int(status[name], 16) for name in sets} == {0}


def test_python_and_its_packages_are_there(run):
    one = run(
        """
import numpy, sqlite3, ssl, zoneinfo
say([sys.prefix, sys.executable, numpy.__file__, os.path.exists(sys.executable)])
"""
    )
    prefix, executable, file, exists = one.hear()
    assert (prefix, executable, exists) == (sys.prefix, sys.executable, True)
    assert file.startswith(sys.prefix)


def test_programs_can_start_others_and_threads(run):
    one = run(
        """
import multiprocessing, asyncio
done = []
thread = threading.Thread(target=done.append, args=(1,))
thread.start(); thread.join()
say(done)
say(subprocess.run(['/usr/bin/env', 'printf', 'ok'], capture_output=True, text=True).stdout)
say(asyncio.run(asyncio.sleep(0, 'slept')))
"""
    )
    assert [one.hear() for _ in range(3)] == [[1], "ok", "slept"]
