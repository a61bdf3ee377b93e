"""The hostile set of an exercise whose answers are networks: models that lie, are none, or fill the machine.

As in `test_hostile`, the first line of a submission says what it must get. One worker judges them one after
the other: what one does to the process that runs networks must not reach the next.
"""

import re
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import pytest

from cnn_course.grading.batch.exercise import read_exercise
from cnn_course.grading.batch.verdict import kept, row_of
from cnn_course.grading.batch.worker import Worker
from cnn_course.grading.jail.levels import choose
from cnn_course.grading.jail.limits import Limits

HERE = Path(__file__).parents[1]
CASES = sorted((HERE / "hostile_networks").glob("*.py"))
LABEL = re.compile(r"# expect: ([a-z_|]+); points: ([\d|]+)")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def judge(tmp_path_factory):
    """A function that gives the row of a submission."""
    exercise, level = read_exercise(HERE / "classroom" / "network"), choose().level

    def judged(case):
        job = {"submission": case.stem, "name": "exercise.py", "source": case.read_text(), "trained": None}
        job |= {"exercise": exercise.for_a_job, "limits": asdict(Limits()), "level": level, "seed": 0}
        return row_of(case.stem, "", case.name, kept(worker.result(job)), attempts=1, max_points=8)

    with closing(Worker(tmp_path_factory.mktemp("worker"))) as worker:
        yield judged


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_it_gets_the_verdict_and_the_points_in_its_first_line(judge, case):
    verdicts, points = LABEL.match(case.read_text()).groups()
    row = judge(case)
    assert row.verdict in verdicts.split("|"), row.reason
    assert f"{row.points:g}" in points.split("|"), [outcome.message for outcome in row.outcomes]
