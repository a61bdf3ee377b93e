"""Memory and files of a box, by whatever way it takes them."""

import tempfile
from pathlib import Path

import pytest

from cnn_course.grading.jail import plain
from cnn_course.grading.jail.limits import Limits, MiB
from cnn_course.grading.jail.memory import Memory

WAYS = {
    "a list": "kept = [bytearray(b'x') * (8 << 20) for _ in range(512)]",
    "anonymous memory": """
area = mmap.mmap(-1, 4 << 30, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
for i in range(0, 4 << 30, 4096): area[i] = 1
""",
    "shared memory": """
area = mmap.mmap(-1, 4 << 30)
for i in range(0, 4 << 30, 4096): area[i] = 1
""",
    "a file without a name": """
file = os.memfd_create('x')
for _ in range(512): os.write(file, b'x' * (8 << 20))
""",
    "files in memory": """
for folder in (os.getcwd(), os.environ['TMPDIR'], '/dev/shm', '/tmp'):
    for i in range(1024):
        with open(f'{folder}/{i}', 'wb') as file:
            file.write(b'x' * (4 << 20))
""",
    "many processes": """
for _ in range(40):
    if os.fork() == 0:
        kept = bytearray(b'x') * (100 << 20)
        time.sleep(600)
time.sleep(600)
""",
    "orphans": """
for _ in range(25):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            kept = bytearray(b'x') * (100 << 20)
            time.sleep(600)
        os._exit(0)
time.sleep(600)
""",
}
REFUSED = ("MemoryError", "ENOMEM", "EPERM", "ENOSPC")


@pytest.mark.parametrize(
    "level", ["bwrap", "bwrap+cgroup", "landlock", "landlock without a cgroup"], indirect=True
)
@pytest.mark.parametrize("way", WAYS)
def test_four_gigabytes_are_not_to_be_had(run, way):
    one = run(
        f"""
try:
    exec({WAYS[way]!r})
except MemoryError:
    say('MemoryError')
except OSError as problem:
    say(errno.errorcode[problem.errno])
else:
    say('it has them')
os._exit(1)
"""
    )
    try:
        answer = one.hear(40.0)
    except AssertionError:
        answer = ""
    ended = one.ended(5.0)
    one.kill()
    assert ended == "memory" or answer in REFUSED or "in files" in one.box.because
    if way in ("shared memory", "many processes", "orphans"):
        assert ended == "memory"
        assert one.box.because == "it wanted more memory than it may have"
    assert one.processes() == []


@pytest.mark.parametrize("level", ["bwrap", "landlock without a cgroup"], indirect=True)
def test_what_processes_share_is_held_once(run, level):
    one = run(
        """
kept = bytearray(b'x') * (100 << 20)
for _ in range(8):
    if os.fork() == 0:
        time.sleep(600)
say('forked')
time.sleep(600)
"""
    )
    one.hear()
    assert one.ended(1.0) == "", "nine times 100 MB, but the same"
    assert one.box.memory() > 100 * MiB


@pytest.mark.parametrize("level", ["bwrap", "landlock without a cgroup"], indirect=True)
def test_the_memory_of_a_box_is_that_of_all_its_processes(run, level):
    one = run(
        """
say('bare')
sys.stdin.readline()
if os.fork() == 0:
    kept = bytearray(b'x') * (60 << 20)
    say('filled')
    time.sleep(600)
time.sleep(600)
"""
    )
    one.hear()
    bare = one.box.memory()
    assert bare < 40 * MiB
    one.tell()
    one.hear()
    assert 55 * MiB < one.box.memory() - bare < 75 * MiB


@pytest.mark.parametrize("level", ["bwrap"], indirect=True)
def test_files_in_memory_count(run, level):
    one = run("open('a', 'wb').write(b'x' * (8 << 20))\nsay('written')\ntime.sleep(600)")
    one.hear()
    pid = one.box._process.pid
    without, with_files = Memory(pid, 0, None).now(), Memory(pid, 0, None, ["/box"]).now()
    assert with_files - without == 8 * MiB


def test_a_file_has_a_largest_size(run):
    one = run(
        """
def sparse():
    with open('sparse', 'wb') as file:
        file.truncate(1 << 40)
def long():
    with open('long', 'wb') as file:
        for _ in range(100):
            file.write(b'x' * (1 << 20))
say([attempt(sparse), attempt(long)])
"""
    )
    assert one.hear() == ["EFBIG", "EFBIG"]


def test_a_full_disk_stays_in_the_box(run, level):
    one = run(
        """
def fill():
    for i in range(1000):
        with open(f'{i}', 'wb') as file:
            file.write(b'x' * (1 << 20))
        time.sleep(0.01)
say(attempt(fill))
"""
    )
    if level == "landlock":  # its scratch folder is on the disk; it is looked at once a second
        assert one.ended(20.0) == "crash"
        assert one.box.because == "it stored more than 16 MB in files"
    else:
        assert one.hear() == "ENOSPC"


def test_a_hostile_tree_of_files_is_gone_afterwards(run, monkeypatch):
    memory = "/dev/shm" if Path("/dev/shm").is_dir() else None
    with tempfile.TemporaryDirectory(dir=memory, prefix="test-of-boxes-") as room:
        Path(room).chmod(0o755)  # the box becomes another user
        monkeypatch.setattr(plain, "_room", lambda limits: room)
        make_a_hostile_tree(run)
        assert list(Path(room).iterdir()) == []


def make_a_hostile_tree(run):
    one = run(
        """
for _ in range(3000):
    os.mkdir('d')
    os.chdir('d')
os.mkdir('closed', 0)
os.symlink('/', 'link')
os.mkfifo('pipe')
say('made')
"""
    )
    assert one.hear() == "made"
    one.kill()


@pytest.mark.parametrize("level", ["landlock without a cgroup"], indirect=True)
def test_whoever_has_too_many_processes_is_stopped_where_nothing_else_counts_them(run, level):
    one = run(
        """
for _ in range(40):
    if os.fork() == 0:
        time.sleep(600)
time.sleep(600)
""",
        Limits(memory=1024 * MiB, tasks=20),
    )
    assert one.ended(10.0) == "crash"
    assert one.box.because == "it started more than 20 processes"
