"""The command line of a container. No container is started: that needs a daemon, which tests do not have."""

import sys
from pathlib import Path

import pytest

from cnn_course.grading.jail.container import _bytes, arguments, dockerfile
from cnn_course.grading.jail.limits import Limits, MiB

LIMITS = Limits(memory=512 * MiB, tasks=50, scratch=100 * MiB)


@pytest.fixture
def words(tmp_path) -> list[str]:
    command = [sys.executable, "-I", "/code/start.py", "/code"]
    return arguments("podman", "box-1", command, tmp_path, LIMITS)


def after(words: list[str], option: str) -> str:
    return words[words.index(option) + 1]


def test_a_container_has_no_network_and_cannot_write(words):
    assert words[:2] == ["podman", "run"]
    assert after(words, "--network") == "none"
    assert after(words, "--cap-drop") == "ALL"
    assert after(words, "--security-opt") == "no-new-privileges"
    assert after(words, "--user") == "65534:65534"
    assert "--read-only" in words
    assert after(words, "--pull") == "never"


def test_a_container_has_the_limits_of_a_box(words):
    assert after(words, "--memory") == after(words, "--memory-swap") == str(512 * MiB)
    assert after(words, "--pids-limit") == "50"
    assert after(words, "--shm-size") == str(50 * MiB)
    assert [word for word in words if word.startswith("--tmpfs")] == [
        f"--tmpfs=/box:rw,nosuid,nodev,mode=1777,size={100 * MiB}",
        f"--tmpfs=/tmp:rw,nosuid,nodev,mode=1777,size={50 * MiB}",
    ]


def test_a_container_sees_the_code_and_runs_its_own_python(words, tmp_path):
    assert [word for word in words if word.startswith("--volume")] == [f"--volume={tmp_path}:/code:ro"]
    assert words[-5:] == ["cnn-course-box", "python3", "-I", "/code/start.py", "/code"]


def test_the_image_has_the_versions_of_this_environment():
    import numpy

    lines = dockerfile().splitlines()
    assert lines[0] == f"FROM python:{sys.version_info.major}.{sys.version_info.minor}-slim"
    assert f"numpy=={numpy.__version__}" in lines[1]


@pytest.mark.parametrize(
    ("told", "bytes_"),
    [("1.5MiB ", 1_572_864), ("2GiB", 2**31), ("12kB", 12_000), ("7B", 7), ("", 0), ("?", 0)],
)
def test_sizes_are_read_as_docker_writes_them(told, bytes_):
    assert _bytes(told) == bytes_


def test_a_missing_program_is_said_in_one_line(monkeypatch, tmp_path):
    from cnn_course.grading.jail.process import start

    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RuntimeError, match="^docker is not installed$"):
        start("docker", [sys.executable], Path("/code"))
