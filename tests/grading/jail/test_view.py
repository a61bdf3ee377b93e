"""Which files a box is shown: found on made-up installations of Python."""

import sys
from pathlib import Path

import pytest

from cnn_course.grading.jail import view as module
from cnn_course.grading.jail.bubblewrap import arguments
from cnn_course.grading.jail.limits import Limits
from cnn_course.grading.jail.view import View, is_open_to_all, is_readable_by_all, pieces, view


@pytest.fixture
def install(tmp_path, monkeypatch):
    """A function that makes an installation of Python: its folder, and the real one of its base."""

    def make(prefix: Path, base: Path) -> None:
        for home in (prefix, base):
            (home / "lib/python3.11/site-packages/numpy").mkdir(parents=True, exist_ok=True)
            (home / "bin").mkdir(exist_ok=True)
        program = base / "bin" / "python3.11"
        program.touch()
        link = prefix / "bin" / "python"
        if link != program and not link.exists():
            link.symlink_to(program)
        for name in ("prefix", "exec_prefix"):
            monkeypatch.setattr(sys, name, str(prefix))
        for name in ("base_prefix", "base_exec_prefix"):
            monkeypatch.setattr(sys, name, str(base))
        monkeypatch.setattr(sys, "executable", str(link))

    return make


def reachable(path: Path, seen: View) -> bool:
    """Whether the box has something at this path, as it is written."""
    at = [place for place in (*seen.shown, *seen.hidden) if place == path or place in path.parents]
    return bool(at) and max(at, key=lambda place: len(place.parts)) in seen.shown


def test_the_parts_of_python_and_of_the_system_are_shown(tmp_path, install):
    install(tmp_path / "venv", tmp_path / "python")
    seen = view()
    for path in ("venv/bin/python", "venv/lib/python3.11/site-packages/numpy", "python/bin/python3.11"):
        assert reachable(tmp_path / path, seen)
    assert reachable(Path("/usr/lib/x"), seen)
    for path in (
        tmp_path,
        tmp_path / "venv/secrets",
        Path.home(),
        Path("/usr/src/submissions"),
        Path("/etc"),
    ):
        assert not reachable(path, seen)


def test_links_on_the_way_to_python_are_followed_step_by_step(tmp_path, install):
    """As uv and pyenv do it: venv/bin/python -> versions/3.11/bin/python3.11, versions/3.11 -> 3.11.7."""
    real, alias = tmp_path / "versions" / "3.11.7", tmp_path / "versions" / "3.11"
    real.mkdir(parents=True)
    alias.symlink_to(real)
    install(tmp_path / "venv", alias)
    seen = view()
    for home in (real, alias):
        assert reachable(home / "bin" / "python3.11", seen)
        assert reachable(home / "lib" / "python3.11", seen)
    assert not reachable(tmp_path / "versions" / "3.12", seen)


@pytest.mark.parametrize("where", ["lib/python3.11/site-packages", "lib/python3/dist-packages"])
def test_a_course_that_is_installed_is_hidden(tmp_path, install, where):
    install(tmp_path / "venv", tmp_path / "python")
    course = tmp_path / "venv" / where / "cnn_course"
    (course / "models").mkdir(parents=True)
    seen = view()
    assert not reachable(course / "models" / "vgg.py", seen)
    assert reachable(tmp_path / "venv/lib/python3.11/site-packages/numpy", seen)


def test_a_course_is_hidden_under_every_name_of_its_folder(tmp_path, install):
    install(tmp_path / "venv", tmp_path / "python")
    course = tmp_path / "venv/lib/python3.11/site-packages/cnn_course"
    course.mkdir()
    (tmp_path / "venv/lib64").symlink_to("lib")
    seen = view()
    for lib in ("lib", "lib64"):
        assert not reachable(
            tmp_path / "venv" / lib / "python3.11/site-packages/cnn_course/__init__.py", seen
        )
        assert reachable(tmp_path / "venv" / lib / "python3.11/site-packages/numpy", seen)


def test_python_may_live_in_the_folder_of_the_course(tmp_path, install, monkeypatch):
    course = tmp_path / "course"
    install(course / ".venv", tmp_path / "python")
    (course / "exercises").mkdir()
    (course / "pyproject.toml").touch()
    monkeypatch.setattr(module, "PACKAGE", course / "cnn_course")
    seen = view(readonly=[tmp_path])  # even if all of it were shown
    assert reachable(course / ".venv/lib/python3.11/site-packages/numpy", seen)
    for path in ("exercises", "cnn_course/models", "pyproject.toml"):
        assert not reachable(course / path, seen)


def test_what_is_hidden_may_hold_what_is_shown_and_the_other_way_round(tmp_path):
    for name in ("a/b/c/d", "a/x"):
        (tmp_path / name).mkdir(parents=True)
    seen = view(
        readonly=[tmp_path / "a", tmp_path / "a/b/c"], hidden=[tmp_path / "a/b", tmp_path / "a/b/c/d"]
    )
    expected = {"a/x": True, "a/b/y": False, "a/b/c/y": True, "a/b/c/d/y": False}
    assert {name: reachable(tmp_path / name, seen) for name in expected} == expected


def test_the_pieces_to_grant_leave_out_what_is_hidden(tmp_path):
    packages = tmp_path / "lib" / "site-packages"
    for name in ("numpy", "keras", "cnn_course"):
        (packages / name).mkdir(parents=True)
    (packages / "six.py").touch()
    (tmp_path / "lib" / "os.py").touch()
    (packages / "alias").symlink_to(packages / "cnn_course")
    found = set(pieces(View((tmp_path / "lib",), (packages / "cnn_course",))))
    assert found == {
        ("list", packages),
        ("read", packages / "numpy"),
        ("read", packages / "keras"),
        ("read", packages / "six.py"),
        ("read", tmp_path / "lib" / "os.py"),
    }


def test_what_only_its_owner_can_read_is_told_from_what_all_can(tmp_path):
    file = tmp_path / "closed" / "file"
    file.parent.mkdir(mode=0o700)
    file.touch(0o644)
    assert is_readable_by_all([file])
    assert not is_open_to_all([file])
    assert is_open_to_all([Path("/usr/bin")])


def words_for(code: Path, seen: View, features: set[str], user: int | None) -> list[str]:
    return arguments(code, Limits(), seen, frozenset(features), user)


ALL = {"--size", "--disable-userns"}


def test_folders_come_before_what_is_in_them(tmp_path):
    (tmp_path / "a/b/c").mkdir(parents=True)
    seen = View((tmp_path / "a", tmp_path / "a/b/c"), (tmp_path / "a/b",))
    words = words_for(tmp_path, seen, ALL, None)
    order = [words.index(str(tmp_path / name)) for name in ("a", "a/b", "a/b/c")]
    assert order == sorted(order)
    assert words[order[1] - 1] == "--tmpfs"
    assert words.index("/tmp") < order[0]
    assert words.count("--remount-ro") == 3  # /, /dev and what is hidden


def test_bubblewrap_without_sizes_is_asked_for_none(tmp_path):
    words = words_for(tmp_path, View((), ()), set(), None)
    assert "--size" not in words
    assert "--disable-userns" not in words
    assert set(words_for(tmp_path, View((), ()), ALL, None)) >= ALL


def test_root_becomes_another_user_and_others_get_a_namespace_of_users(tmp_path):
    as_root = words_for(tmp_path, View((), ()), ALL, 1_900_000_000)
    as_other = words_for(tmp_path, View((), ()), ALL, None)
    assert "--unshare-user" in as_other
    assert "--unshare-user" not in as_root
    assert "CAP_SETUID" in as_root
    assert "CAP_SETUID" not in as_other
