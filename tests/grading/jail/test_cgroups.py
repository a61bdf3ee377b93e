"""Cgroups of both versions, found in made-up trees; the kernel's own are tried by the other tests."""

import os
import shutil
from pathlib import Path

import pytest

from cnn_course.grading.jail import cgroups
from cnn_course.grading.jail.cgroups import Cgroup, new_cgroup
from cnn_course.grading.jail.limits import Limits

LIMITS = Limits(memory=1000, tasks=7)


@pytest.fixture
def kernel(tmp_path, monkeypatch):
    """A function that says what the kernel tells of mounts and of this process's own groups."""

    def tell(mounts: str, own: str) -> None:
        (tmp_path / "mountinfo").write_text(mounts.replace("TOP", str(tmp_path)))
        (tmp_path / "own").write_text(own)
        monkeypatch.setattr(cgroups, "MOUNTS", tmp_path / "mountinfo")
        monkeypatch.setattr(cgroups, "OWN", tmp_path / "own")

    return tell


def test_version_2_takes_the_nearest_group_that_counts_memory(tmp_path, kernel):
    kernel("30 1 0:26 / TOP rw - cgroup2 cgroup2 rw\n", "0::/user/app/mine\n")
    (tmp_path / "user/app/mine").mkdir(parents=True)
    for place, enabled in (
        ("user/app/mine", ""),
        ("user/app", "cpu memory pids"),
        ("user", "memory"),
        ("", ""),
    ):
        (tmp_path / place / "cgroup.subtree_control").write_text(enabled)
        (tmp_path / place / "cgroup.procs").touch()
    assert cgroups._places() == dict.fromkeys(("memory", "pids"), tmp_path / "user/app")


def test_version_2_without_memory_is_no_use(tmp_path, kernel):
    kernel("30 1 0:26 / TOP rw - cgroup2 cgroup2 rw\n", "0::/\n")
    (tmp_path / "cgroup.subtree_control").write_text("cpu io")
    assert cgroups._places() == {}
    assert new_cgroup(LIMITS) is None


def test_version_1_takes_the_own_group_of_each_controller(tmp_path, kernel):
    kernel(
        "31 1 0:27 / TOP/memory rw - cgroup cgroup rw,memory\n"
        "32 1 0:28 / TOP/pids rw - cgroup cgroup rw,pids\n"
        "33 1 0:29 / TOP/unified rw - cgroup2 cgroup2 rw\n",
        "4:memory:/service/a\n8:pids:/\n0::/\n",
    )
    (tmp_path / "memory/service/a").mkdir(parents=True)
    (tmp_path / "pids").mkdir()
    assert cgroups._places() == {"memory": tmp_path / "memory/service/a", "pids": tmp_path / "pids"}


def test_a_container_sees_its_own_group_as_the_top(tmp_path, kernel):
    kernel("31 1 0:27 /docker/1 TOP/memory rw - cgroup cgroup rw,memory\n", "4:memory:/docker/1/in\n")
    (tmp_path / "memory/in").mkdir(parents=True)
    assert cgroups._places() == {"memory": tmp_path / "memory/in"}


def group_with(tmp_path: Path, **files: str) -> Cgroup:
    for name, text in files.items():
        (tmp_path / name.replace("__", ".")).write_text(text)
    return Cgroup({"memory": tmp_path, "pids": tmp_path})


def test_limits_are_written_in_the_words_of_each_version(tmp_path):
    one, two = tmp_path / "1", tmp_path / "2"
    one.mkdir()
    two.mkdir()
    group_with(two, memory__max="max").limit(LIMITS)
    group_with(one).limit(LIMITS)
    assert {path.name: path.read_text() for path in two.iterdir()} == {
        "memory.max": "1000",
        "memory.swap.max": "0",
        "memory.oom.group": "1",
        "pids.max": "7",
    }
    assert (one / "memory.limit_in_bytes").read_text() == "1000"


@pytest.mark.parametrize(
    ("file", "text", "ran_out"),
    [
        ("memory__events", "low 0\nhigh 0\nmax 12\noom 1\noom_kill 0\n", False),
        ("memory__events", "oom 1\noom_kill 1\noom_group_kill 1\n", True),
        ("memory__oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 0\n", False),
        ("memory__oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n", True),
    ],
)
def test_a_box_that_ran_out_of_memory_is_told_from_one_that_crashed(tmp_path, file, text, ran_out):
    assert group_with(tmp_path, **{file: text}).ran_out() is ran_out


def test_memory_is_read_in_both_versions(tmp_path):
    assert group_with(tmp_path, memory__usage_in_bytes="55\n").memory() == 55
    assert group_with(tmp_path, memory__current="66\n").memory() == 66


def test_groups_of_a_process_that_was_killed_are_swept_away(tmp_path):
    gone, here = tmp_path / "cnn-course-box-99999999-0", tmp_path / f"cnn-course-box-{os.getpid()}-0"
    gone.mkdir()
    here.mkdir()
    cgroups._sweep(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [here.name]
    shutil.rmtree(here)
