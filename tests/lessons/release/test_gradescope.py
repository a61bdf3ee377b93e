"""The autograder zip: Gradescope's layout, the same bytes every time, and programs that do what they say."""

import io
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from cnn_course.cli.flags import build_parser
from cnn_course.lessons.release import gradescope as target
from cnn_course.lessons.release.gradescope import gradescope
from cnn_course.lessons.release.master import masters

NAME = "90_numbers-autograder-FOR-INSTRUCTORS.zip"
GRADER = """\
#!{python}
import json, os, pathlib, sys
root = pathlib.Path(os.environ["AUTOGRADER_ROOT"])
(root / "asked.json").write_text(json.dumps(sys.argv[1:]))
out = pathlib.Path(sys.argv[sys.argv.index("--out") + 1])
(root / "seen.json").write_text(json.dumps(sorted(p.name for p in pathlib.Path(sys.argv[2]).rglob("*"))))
if {status} != 3:
    (out / "gradescope").mkdir(parents=True)
    (out / "gradescope" / "student.json").write_text('{{"score": 3}}')
sys.exit({status})
"""


@pytest.fixture
def files(folder, monkeypatch) -> dict[str, bytes]:
    """The release of the little course, with a wheel that costs no time."""
    monkeypatch.setattr(target, "wheel", lambda: ("cnn_course-1-py3-none-any.whl", b"wheel"))
    return gradescope(masters(folder.parents[1]))


def unpack(content: bytes, place: Path) -> None:
    """As Gradescope does it: with the rights that the zip says."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(place)
        for entry in archive.infolist():
            (place / entry.filename).chmod(entry.external_attr >> 16 & 0o777)


def test_the_zip_has_the_programs_at_its_root_and_what_they_need(files):
    with zipfile.ZipFile(io.BytesIO(files[NAME])) as archive:
        names = archive.namelist()
        rights = {entry.filename: oct(entry.external_attr >> 16) for entry in archive.infolist()}
        texts = [archive.read(name) for name in names]
    assert names == sorted(
        [
            "FOR_INSTRUCTORS.md",
            "cnn_course-1-py3-none-any.whl",
            *(
                f"exercises/90_numbers/{name}"
                for name in ("exercise.json", "exercise.py", "test_hidden.py", "test_public.py")
            ),
            "run_autograder",
            "setup.sh",
        ]
    )
    assert {name for name, right in rights.items() if right == "0o100755"} == {"run_autograder", "setup.sh"}
    assert not any(b"\r" in text for text in texts)


def test_whoever_opens_it_reads_that_it_holds_hidden_checks(files):
    assert "FOR-INSTRUCTORS" in NAME
    assert "holds the hidden checks" in files["README.md"].decode()
    assert "3.0 GB RAM" in files["README.md"].decode()


def test_the_same_course_makes_the_same_bytes(files, folder):
    assert gradescope(masters(folder.parents[1])) == files


@pytest.mark.parametrize("program", ["setup.sh", "run_autograder"])
def test_the_programs_are_bash(files, tmp_path, program):
    unpack(files[NAME], tmp_path / "autograder")
    path = tmp_path / "autograder" / program
    assert path.read_bytes().startswith(b"#!/usr/bin/env bash\n")
    subprocess.run(["bash", "-n", path], check=True)


@pytest.fixture
def graded(files, tmp_path):
    """A function that runs the autograder in a tree as Gradescope's; `status`: with which its grader ends."""

    def run(status: int) -> tuple[int, Path]:
        root = tmp_path / "autograder"
        unpack(files[NAME], root / "source")
        grader = root / "venv" / "bin" / "cnn-course"
        grader.parent.mkdir(parents=True)
        grader.write_text(GRADER.format(python=sys.executable, status=status))
        grader.chmod(0o755)
        (root / "submission").mkdir()
        (root / "submission" / "my answer.py").write_text("x = 1")
        (root / "results").mkdir()
        (root / "results" / "results.json").write_text("left from before")
        done = subprocess.run(
            [root / "source" / "run_autograder"],
            env={**os.environ, "AUTOGRADER_ROOT": str(root)},
            check=False,
        )
        return done.returncode, root

    return run


def test_the_submission_is_graded_and_its_results_are_where_gradescope_looks(graded):
    status, root = graded(0)
    assert status == 0
    assert json.loads((root / "results" / "results.json").read_text()) == {"score": 3}
    assert json.loads((root / "seen.json").read_text()) == ["my answer.py", "student"]


def test_what_is_asked_of_the_grader_is_what_it_understands(graded):
    _, root = graded(0)
    asked = build_parser().parse_args(json.loads((root / "asked.json").read_text()))
    assert asked.verb == "grade"
    assert Path(asked.exercise) == root / "source" / "exercises" / "90_numbers"
    assert not asked.no_sandbox_i_trust_this_code
    opened = (root / "source" / "FOR_INSTRUCTORS.md").read_text()
    assert 'unjailed="--no-sandbox-i-trust-this-code"' in opened


def test_a_grader_that_found_a_problem_of_its_own_still_hands_on_what_it_wrote(graded):
    status, root = graded(1)
    assert status == 0
    assert (root / "results" / "results.json").read_text() == '{"score": 3}'


def test_a_grader_that_refuses_leaves_no_results_rather_than_false_ones(graded):
    status, root = graded(3)
    assert status == 3
    assert not (root / "results" / "results.json").exists()


@pytest.mark.slow
def test_the_zip_grades_a_submission_in_a_box(files, folder, tmp_path):
    root = tmp_path / "autograder"
    unpack(files[NAME], root / "source")
    grader = root / "venv" / "bin" / "cnn-course"
    grader.parent.mkdir(parents=True)
    grader.write_text(f'#!/bin/sh\nexec {sys.executable} -m cnn_course "$@"\n')
    grader.chmod(0o755)
    (root / "submission").mkdir()
    shutil.copyfile(folder / "solution.py", root / "submission" / "exercise.py")
    done = subprocess.run(
        [root / "source" / "run_autograder"],
        env={**os.environ, "AUTOGRADER_ROOT": str(root)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    results = json.loads((root / "results" / "results.json").read_text())
    assert results["score"] == 4
    assert sum(test["max_score"] for test in results["tests"]) == 4
