"""The hostile set, graded as a class: 160 submissions, each with what it must get in its first line.

    # expect: crash|zero; points: 0

Honest ones (right_, part_, broken_) stand among those that forge answers, look for secrets and use up the
machine.
"""

import os
import re
import shutil
import socket
import tempfile
from contextlib import closing, suppress
from pathlib import Path
from types import SimpleNamespace
from uuid import uuid4

import pytest

from cnn_course.grading.batch.exercise import read_exercise
from cnn_course.grading.batch.grade import judge_all
from cnn_course.grading.batch.intake import intake
from cnn_course.grading.batch.place import STORE, claimed
from cnn_course.grading.batch.plan import SEED, Plan
from cnn_course.grading.batch.rows import key_of, rows_of
from cnn_course.grading.batch.team import local
from cnn_course.grading.jail.levels import choose
from cnn_course.grading.jail.limits import Limits
from cnn_course.grading.reports import write_all

HERE = Path(__file__).parents[1]
CASES = sorted((HERE / "hostile").glob("*.py"))
LABEL = re.compile(r"# expect: ([a-z_|]+); points: ([\d|]+)")
LIMITS = Limits(load_seconds=6, call_seconds=2, total_seconds=16, memory=512 * 2**20, tasks=64)
FORGED = Path("/tmp/forged")  # what forge_pickle_bomb writes if somebody unpickles its answer

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """All cases, graded two at a time; secrets lie wherever a submission may look for them."""
    place, canary = tmp_path_factory.mktemp("class"), f"CANARY{uuid4().hex}"
    exercise = place / "small"
    shutil.copytree(HERE / "classroom" / "small", exercise)
    for name in ("test_hidden.py", "solution.py", "mistakes.py"):
        (exercise / name).write_text(f"{(exercise / name).read_text()}\n# {canary}\n")
    handed = place / "handed in"
    shutil.copytree(HERE / "hostile", handed, ignore=shutil.ignore_patterns("__pycache__"))
    (handed / "a_neighbour.py").write_text(f"# {canary}\n")
    before, os.environ["CNN_COURSE_SECRET"] = files_in(place), canary
    usual, tempfile.tempdir = tempfile.tempdir, str(tmp_path_factory.mktemp("scratch"))
    try:
        with listening() as door:
            rows, level = grade(exercise, handed, place / "out")
            knocked = somebody_knocks(door)
    finally:
        del os.environ["CNN_COURSE_SECRET"]
        scratch, tempfile.tempdir = Path(tempfile.tempdir), usual
    changed = {path for path, text in files_in(place).items() if before.get(path) != text}
    return SimpleNamespace(
        rows={row.submission: row for row in rows},
        level=level, canary=canary, out=place / "out", knocked=knocked,
        scratch=scratch,
        changed={path for path in changed if not path.is_relative_to(place / "out")},
    )  # fmt: skip


def grade(folder, handed, out):
    exercise, level = read_exercise(folder), choose().level
    plan = Plan(exercise, LIMITS, level)
    taken = intake(handed, exercise.facts, out / STORE) if out.mkdir() is None else []
    uploads = {key_of(upload): upload for upload in taken}
    shutil.rmtree(out / STORE)
    with (
        closing(local(2)) as team,
        claimed(out, exercise.name, plan.version, "test", resume=False) as journal,
    ):
        for key in uploads:
            journal.add(*key, SEED)
        judge_all(
            journal,
            uploads,
            lambda entry: plan.job(entry.submission, "exercise.py", uploads[entry.key].text),
            team,
        )
        rows = rows_of(taken, journal)
    write_all(rows, exercise.facts, out)
    return rows, level


def listening():
    """A door of this machine that steal_network_abstract_socket knocks at."""
    door = socket.socket(socket.AF_UNIX)
    door.bind("\0cnn-course-canary")
    door.listen()
    door.setblocking(False)
    return door


def somebody_knocks(door):
    try:
        door.accept()
    except BlockingIOError:
        return False
    return True


def files_in(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_there_are_more_than_a_hundred_cases():
    assert len(CASES) >= 150


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_it_gets_the_verdict_and_the_points_in_its_first_line(graded, case):
    verdicts, points = LABEL.match(case.read_text()).groups()
    row = graded.rows[case.stem]
    assert row.verdict in verdicts.split("|"), row.reason
    assert f"{row.points:g}" in points.split("|"), [outcome.message for outcome in row.outcomes]


def test_no_secret_is_in_anything_that_came_of_it(graded):
    told = [repr(row) for row in graded.rows.values()]
    told += [
        path.read_text() for path in graded.out.rglob("*") if path.suffix in (".html", ".md", ".csv", ".json")
    ]
    assert len(told) > 3 * len(CASES)
    assert not [text for text in told if graded.canary in text]
    assert not [text for text in told if "LEAK /" in text]


def test_no_page_shows_the_inputs_of_hidden_checks(graded):
    pages = [path.read_text() for path in (graded.out / "feedback").glob("steal_inputs_by_limit.*")]
    pages += [path.read_text() for path in (graded.out / "gradescope").glob("steal_inputs_by_limit.*")]
    assert len(pages) == 3
    assert not [page for page in pages if "LEAK-INPUT" in page]
    pages = [path.read_text() for path in (graded.out / "feedback").glob("steal_inputs.*")]
    assert len(pages) == 2
    assert all("LEAK-INPUT (7, 3)" in page for page in pages)  # of a visible check
    assert not [page for page in pages if "224, 11" in page]


def test_nothing_is_written_outside_of_the_boxes(graded):
    assert not FORGED.exists()
    assert not graded.changed


def test_no_socket_of_this_machine_is_reached(graded):
    assert not graded.knocked


def test_nothing_survives(graded):
    """A process of a box has the box's code mounted, which lies in the scratch folder of this grading."""
    mounts = []
    for path in Path("/proc").glob("[0-9]*/mountinfo"):
        with suppress(OSError):  # it has ended meanwhile
            mounts.append(path.read_text())
    assert len(mounts) > 1
    assert not [text for text in mounts if graded.scratch.name in text]
    assert not list(graded.scratch.iterdir())


def test_every_row_names_its_isolation(graded):
    assert {row.isolation for row in graded.rows.values()} == {graded.level}
