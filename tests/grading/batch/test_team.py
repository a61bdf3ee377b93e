"""A class judged by a Dask cluster: other machines, the same points."""

import json
import sys
from functools import partial
from pathlib import Path

import pytest

from cnn_course.grading.batch.isolation import isolation
from cnn_course.grading.batch.team import Team, cluster
from cnn_course.grading.jail.levels import Choice, NoIsolation

SMALL = Path(__file__).parents[1] / "classroom" / "small"
HOSTILE = Path(__file__).parents[1] / "hostile"


class Places(Team):
    """A team on machines where such levels work."""

    def __init__(self, *levels: str) -> None:
        self.levels = levels

    def each_place(self, function):
        assert isinstance(function, partial), "it has to cross to other machines"
        return [Choice(level, "", {}) for level in self.levels]


def test_one_level_holds_for_a_whole_class():
    assert isolation(Places("bwrap", "bwrap")).level == "bwrap"
    with pytest.raises(NoIsolation, match=r"machines of the cluster differ .*\(bwrap, landlock\); --sandbox"):
        isolation(Places("landlock", "bwrap"))


def test_without_dask_it_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(RuntimeError, match="--dask needs Dask: pip install"):
        cluster("tcp://127.0.0.1:1")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # Dask's own
def test_a_cluster_gives_the_same_grades_as_this_machine(tmp_path, monkeypatch):
    distributed = pytest.importorskip("distributed")
    from cnn_course.cli import main

    monkeypatch.chdir(tmp_path)
    Path("class").mkdir()
    for case in (
        "right_plain",
        "right_lists",
        "part_raises",
        "part_nan",
        "broken_syntax",
        "hog_kills_itself",
    ):
        (Path("class") / f"{case}.py").write_text((HOSTILE / f"{case}.py").read_text())
    words = ["grade", "class", "--exercise", str(SMALL), "--json"]
    settings = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
    with distributed.LocalCluster(**settings) as machines:
        assert main([*words, "--out", "far", "--dask", machines.scheduler_address]) == 0
    assert main([*words, "--out", "near", "--workers", "2"]) == 0
    near, far = (Path(out, "grades.csv").read_text().splitlines() for out in ("near", "far"))
    assert [line.rpartition(",")[0] for line in near] == [line.rpartition(",")[0] for line in far]
    assert len(near) == 7


def test_jobs_are_plain_data():
    from cnn_course.grading.batch.exercise import read_exercise
    from cnn_course.grading.batch.plan import Plan, limits_of

    job = Plan(read_exercise(SMALL), limits_of(), "bwrap").job("ada", "exercise.py", "x = 1\n", "AAAA")
    assert json.loads(json.dumps(job)) == job
    assert set(job) == {"submission", "name", "source", "trained", "exercise", "limits", "level", "seed"}
    assert set(job["exercise"]["files"]) == {
        "test_public.py", "test_hidden.py", "exercise.json", "exercise.py",
    }  # fmt: skip
