"""Nothing that is not for students reaches them: canaries in a copy of the course, looked for in all bytes.

A canary is 128 random bits. One is planted in every solution, hidden check, expected value, mistake,
alternative and cell for instructors. The search here knows nothing of the one that `release` does.
"""

import io
import json
import random
import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from cnn_course.lessons.generate import products, write
from cnn_course.lessons.masters import find_masters
from cnn_course.lessons.release import github as github_target
from cnn_course.lessons.release import gradescope as gradescope_target
from cnn_course.lessons.release.github import github
from cnn_course.lessons.release.gradescope import gradescope
from cnn_course.lessons.release.master import Master, masters
from cnn_course.lessons.release.nbgrader import nbgrader, nbgrader_for_students
from cnn_course.lessons.release.plain import plain
from cnn_course.lessons.release.scan import Scan
from cnn_course.lessons.release.wheel import wheel

ROOT = Path(__file__).resolve().parents[3]
SOURCE = ("cnn_course", "exercises", "notebooks", "pyproject.toml", "hatch_build.py", "README.md", "LICENSE")
HIDDEN = """

# {0}
@pytest.mark.task("{task}")
@pytest.mark.points(1)
@pytest.mark.hint("{1}")
def test_{2}(submission):
    '''{3}'''
    assert submission.{task}("{4}") == {number}, "{5}"
"""
KNOWN = """

def way_{0}(x):
    # {1}
    first = "{2}"
    second = first + "{3}"
    return second
"""


NOT_SOURCE = shutil.ignore_patterns("__pycache__", "*.pyc")
RANDOM = random.Random(6)


class Planted(NamedTuple):
    """A course with canaries: its folder and masters, and every canary by what it was planted in."""

    course: Path
    masters: list[Master]
    canaries: dict[str, list[str]]


@pytest.fixture(scope="module")
def planted(tmp_path_factory) -> Planted:
    course, canaries = tmp_path_factory.mktemp("planted"), {}
    for name in SOURCE:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, course / name, ignore=NOT_SOURCE)
        else:
            shutil.copyfile(ROOT / name, course / name)
    for folder in find_masters(course):
        _plant(folder, canaries)
    found = masters(course)
    for master in found:
        write(products(master.lesson, course))
    return Planted(course, found, canaries)


@pytest.fixture(scope="module")
def scan(planted) -> Scan:
    return Scan(planted.masters)


@pytest.fixture(scope="module")
def built(planted) -> tuple[str, bytes]:
    """The wheel of the planted course."""
    pytest.importorskip("hatchling")
    return wheel(planted.course)


def _plant(folder: Path, canaries: dict[str, list[str]]) -> None:
    def new(what: str) -> str:
        canary = f"{RANDOM.getrandbits(128):032x}"
        canaries.setdefault(what, []).append(canary)
        return canary

    lesson = folder / "lesson.py"
    text = re.sub(
        r"^( *)(#+ BEGIN SOLUTION)$",
        lambda mark: f'{mark[0]}\n{mark[1]}canary = "{new("solution")}"  # {new("solution")}',
        lesson.read_text("utf-8"),
        flags=re.MULTILINE,
    )
    text += f'# {new("instructor")}\n\n# %% tags=["instructor"]\nprint("{new("instructor")}")\n'
    lesson.write_text(text, "utf-8")
    task = re.search(r'task="(\w+)"', text)[1]
    number = RANDOM.getrandbits(127) + 2**127
    canaries.setdefault("expected value", []).append(str(number))
    checks = HIDDEN.format(*(new("hidden check") for _ in range(6)), task=task, number=number)
    _append(folder / "test_hidden.py", checks)
    for name in ("mistakes.py", "alternatives.py"):
        _append(folder / name, KNOWN.format(*(new(name) for _ in range(4))))


def _append(path: Path, text: str) -> None:
    assert path.is_file()
    path.write_text(path.read_text("utf-8") + text, "utf-8")


def _seen(files: dict[str, bytes]) -> bytes:
    """All there is to see in files: bytes, and what is packed in them."""
    return b"\n".join(_unpacked(files.values()))


def _unpacked(contents) -> Iterator[bytes]:
    for content in contents:
        yield content
        if content[:2] == b"PK":
            archive = zipfile.ZipFile(io.BytesIO(content))
            yield from _unpacked([archive.read(name) for name in archive.namelist()])
            yield "\n".join(archive.namelist()).encode()


def _shown(files: dict[str, bytes], canaries: dict[str, list[str]]) -> set[str]:
    """What kinds of canaries are seen."""
    seen = _seen(files)
    return {kind for kind, some in canaries.items() if any(canary.encode() in seen for canary in some)}


def test_canaries_are_planted_in_every_exercise_and_kind(planted):
    count = {kind: len(some) for kind, some in planted.canaries.items()}
    assert set(count) == {
        "solution", "instructor", "hidden check", "expected value", "mistakes.py", "alternatives.py",
    }  # fmt: skip
    assert min(count.values()) >= len(planted.masters) >= 9
    course = {str(path): path.read_bytes() for path in planted.course.glob("exercises/*/*.py")}
    assert _shown(course, planted.canaries) == set(count)


def test_plain_folders_show_no_canary(planted, scan):
    files = plain(planted.masters)
    assert _shown(files, planted.canaries) == set()
    assert list(scan(files.items())) == []


def test_what_nbgrader_leaves_for_students_shows_no_canary(planted):
    assert _shown(nbgrader_for_students(planted.masters[:3]), planted.canaries) == set()
    assert _shown(nbgrader(planted.masters[:3]), planted.canaries) == {
        "solution",
        "hidden check",
        "expected value",
    }


def test_the_wheel_shows_no_canary(planted, built, scan):
    assert _shown(dict([built]), planted.canaries) == set()
    assert f"exercises/{planted.masters[0].name}/exercise.py".encode() in _seen(dict([built]))
    assert list(scan([built])) == []


def test_github_templates_show_no_canary(planted, built, monkeypatch):
    monkeypatch.setattr(github_target, "wheel", lambda: built)
    assert _shown(github(planted.masters[:3]), planted.canaries) == set()


def test_gradescope_zips_show_hidden_checks_and_nothing_else(planted, built, scan, monkeypatch):
    monkeypatch.setattr(gradescope_target, "wheel", lambda: built)
    files = gradescope(planted.masters[:2])
    assert _shown(files, planted.canaries) == {"hidden check", "expected value"}
    assert list(Scan(planted.masters, for_graders=True)(files.items())) == []
    assert "test_hidden.py" in next(scan(files.items())).where


def _stolen(planted: Planted) -> dict[str, str]:
    """What may get out of the last exercise, with its canaries, by kind."""
    master = planted.masters[-1]
    task = next(cell for cell in master.lesson.cells if cell.task)
    known = {
        name: (master.folder / name).read_text("utf-8").rpartition("def ")[2]
        for name in ("mistakes.py", "alternatives.py")
    }
    return known | {
        "solution": task.solutions[0],
        "hidden check": planted.canaries["hidden check"][-1],
        "expected value": planted.canaries["expected value"][-1],
        "instructor": master.lesson.cells[-1].source,
    }


def test_the_scan_finds_what_gets_out_into_the_metadata_of_a_notebook(planted, scan):
    files = plain(planted.masters[-1:])
    path = f"notebooks/{planted.masters[-1].name}.ipynb"
    for kind, text in _stolen(planted).items():
        assert any(canary in text for canary in planted.canaries[kind]), kind
        notebook = json.loads(files[path])
        notebook["cells"][4]["metadata"]["was"] = f"before\n\n{text}\n\nafter"
        found = list(scan({**files, path: json.dumps(notebook).encode()}.items()))
        assert {leak.where for leak in found} <= {path, f"{path}, cell 5 metadata"}, kind
        assert found, kind
