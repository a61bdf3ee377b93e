"""The loop of a grading: nothing lost, nothing doubled, nothing started that must not be."""

import errno
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from cnn_course.grading.batch.grade import ATTEMPTS, INTERRUPTIONS, judge_all
from cnn_course.grading.batch.job import WorkerDied
from cnn_course.grading.batch.journal import FILE, open_journal

NAMES = [f"student {number:02}" for number in range(12)]
SUPERVISOR = Path(__file__).with_name("made_up_grading.py")


def job(entry):
    return {"submission": entry.submission}


def wait_until(condition, seconds=20):
    give_up = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up, "it never came to that"
        time.sleep(0.005)


def test_every_submission_is_judged_once_and_told_once(journal, class_of, team_of, found, made_up):
    keys, judged, steps = class_of(*NAMES), Counter(), []

    def judge(name):
        judged[name] += 1
        return made_up(log=name)

    judge_all(journal, keys, job, team_of(3, judge), steps.append)
    assert judged == dict.fromkeys(NAMES, 1)
    assert found() == {name: ("done", 1, made_up(log=name)) for name in NAMES}
    assert sorted(step.entry.submission for step in steps) == NAMES
    judge_all(journal, keys, job, team_of(3, judge), steps.append)
    assert judged.total() == len(NAMES)


def test_only_what_is_asked_for_is_judged(journal, class_of, team_of, found, made_up):
    keys = class_of("ada")
    class_of("bob, who took his file back")
    judge_all(journal, keys, job, team_of(2, lambda _: made_up()))
    assert [state for state, _, _ in found().values()] == ["done", "queued"]


def test_no_more_is_under_way_than_workers_and_one_that_waits(journal, class_of, team_of, made_up):
    running, most = set(), []
    lock, three = threading.Lock(), threading.Event()

    def judge(name):
        with lock:
            running.add(name)
            most.append(len(running))
            if len(running) == 3:
                three.set()
        three.wait(10)
        with lock:
            running.discard(name)
        return made_up()

    started = []

    def make(entry):
        started.append(entry.submission)
        states = Counter(entry.state for entry in journal.entries())
        assert states["running"] <= 4
        return job(entry)

    judge_all(journal, class_of(*NAMES), make, team_of(3, judge))
    assert max(most) == 3
    assert started == NAMES


@pytest.mark.parametrize("limit", ["timeout", "memory"])
def test_a_limit_hit_beside_others_is_tried_again_alone_and_only_that_counts(
    journal, class_of, team_of, found, made_up, limit
):
    running, beside, steps = set(), {}, []

    def judge(name):
        running.add(name)
        time.sleep(0.02)
        beside[name] = set(running) - {name}
        running.discard(name)
        slow = name == NAMES[1] and beside[name]
        return made_up(0, limit) if slow else made_up(1)

    judge_all(journal, class_of(*NAMES[:5]), job, team_of(5, judge), steps.append)
    assert found()[NAMES[1]] == ("done", 2, made_up(1))
    assert not beside[NAMES[1]]
    assert [step.again for step in steps if step.again] == [f"{limit} beside others"]
    assert steps[-1].entry.submission == NAMES[1]


@pytest.mark.parametrize(("size", "limit"), [(1, "timeout"), (3, "crash")])
def test_a_limit_that_no_neighbour_can_have_caused_counts_at_once(
    journal, class_of, team_of, found, made_up, size, limit
):
    judge_all(journal, class_of(*NAMES), job, team_of(size, lambda _: made_up(0, limit)))
    assert set(map(str, found().values())) == {str(("done", 1, made_up(0, limit)))}


def test_a_limit_of_a_single_submission_counts_at_once(journal, class_of, team_of, found, made_up):
    judge_all(journal, class_of("ada"), job, team_of(4, lambda _: made_up(0, "timeout")))
    assert found()["ada"][1] == 1


def test_a_limit_that_is_hit_again_alone_stays(journal, class_of, team_of, found, made_up):
    judge_all(journal, class_of(*NAMES), job, team_of(4, lambda _: made_up(0, "timeout")))
    assert {(state, attempts) for state, attempts, _ in found().values()} == {("done", 2)}


def test_a_submission_that_kills_its_worker_twice_is_the_graders_error_and_nobody_elses(
    journal, class_of, team_of, found, made_up
):
    def judge(name):
        if name == NAMES[0]:
            raise WorkerDied("the worker ended with status -11")
        return made_up()

    steps = []
    judge_all(journal, class_of(*NAMES), job, team_of(3, judge), steps.append)
    state, attempts, result = found()[NAMES[0]]
    assert (state, attempts) == ("done", ATTEMPTS)
    assert result["error"] == "no result in 2 attempts; the last: the worker ended with status -11"
    assert all(found()[name] == ("done", 1, made_up()) for name in NAMES[1:])
    assert [(s.entry.submission, s.again) for s in steps if s.again] == [
        (NAMES[0], "no result: the worker ended with status -11")
    ]


def test_a_result_that_is_none_is_the_graders_error_too(journal, class_of, team_of, found):
    judge_all(journal, class_of("ada"), job, team_of(1, lambda _: {"outcomes": 7}))
    state, attempts, result = found()["ada"]
    assert (state, attempts) == ("done", 2)
    assert "no result in 2 attempts" in result["error"]


def test_a_worker_that_dies_once_costs_nobody_anything(journal, class_of, team_of, found, made_up):
    died = set()

    def judge(name):
        if name not in died:
            died.add(name)
            raise WorkerDied("killed by somebody")
        return made_up()

    judge_all(journal, class_of(*NAMES), job, team_of(3, judge))
    assert {str(entry) for entry in found().values()} == {str(("done", 2, made_up()))}


def test_a_submission_during_which_the_grader_was_stopped_again_and_again_is_not_started(
    journal, class_of, team_of, found, made_up
):
    keys = class_of("ada", "bob")
    for _ in range(INTERRUPTIONS):
        journal.start(next(journal.entries()))
        journal.interrupted()
    judged = []

    def judge(name):
        judged.append(name)
        return made_up()

    judge_all(journal, keys, job, team_of(1, judge))
    assert judged == ["bob"]
    assert found()["ada"][2] == {"error": "the grader was stopped 100 times while it judged this"}


def test_those_that_may_have_stopped_the_grader_come_last(journal, class_of, team_of, made_up):
    keys, order = class_of(*NAMES[:4]), []
    journal.start(next(journal.entries()))
    journal.interrupted()

    def judge(name):
        order.append(name)
        return made_up()

    judge_all(journal, keys, job, team_of(1, judge))
    assert order == [*NAMES[1:4], NAMES[0]]


def test_order_and_number_of_workers_change_no_result(tmp_path, team_of, made_up):
    def judge(name):
        time.sleep(random.random() / 200)
        return made_up(int(name[-1]) % 2, log=name)

    found = []
    for number, (size, names) in enumerate([(1, NAMES), (4, NAMES[::-1]), (3, random.sample(NAMES, 12))]):
        folder = tmp_path / str(number)
        folder.mkdir()
        with open_journal(folder, "", "") as journal:
            for name in names:
                journal.add(name, "")
            judge_all(journal, {(name, "") for name in names}, job, team_of(size, judge))
            found.append({entry.submission: entry.result for entry in journal.entries("done")})
    assert found[0] == found[1] == found[2]
    assert len(found[0]) == len(NAMES)


def test_a_long_text_of_a_student_is_cut_before_it_is_kept(journal, class_of, team_of, found, made_up):
    loud = made_up(log="l" * 10**6)
    loud["outcomes"][0] |= {"printed": "p" * 10**6, "message": "m" * 10**6}
    loud["problems"] = ["q" * 10**6] * 1000
    judge_all(journal, class_of("ada"), job, team_of(1, lambda _: loud))
    assert len(json.dumps(found()["ada"][2])) < 10_000


def test_a_full_disk_ends_the_loop_and_keeps_what_there_is(
    journal, class_of, team_of, found, made_up, monkeypatch
):
    finish = journal.finish

    def full(entry, result):
        if sum(state == "done" for state, _, _ in found().values()) == 3:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        finish(entry, result)

    keys = class_of(*NAMES)
    monkeypatch.setattr(journal, "finish", full)
    with pytest.raises(OSError, match="No space left"):
        judge_all(journal, keys, job, team_of(2, lambda _: made_up()))
    assert Counter(state for state, _, _ in found().values()) == {"done": 3, "queued": 9}
    monkeypatch.setattr(journal, "finish", finish)
    judge_all(journal, keys, job, team_of(2, lambda _: made_up()))
    assert {str(entry) for entry in found().values()} == {str(("done", 1, made_up()))}


def test_the_disk_of_a_worker_may_be_full_too(journal, class_of, team_of, found):
    def judge(_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/tmp/x")

    with pytest.raises(OSError, match="No space left"):
        judge_all(journal, class_of("ada"), job, team_of(1, judge))
    assert found()["ada"] == ("queued", 0, None)


class Supervisor:
    """A grading of made-up results in a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, SUPERVISOR, folder], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def done(self) -> int:
        return len(self.rows("done"))

    def rows(self, state: str) -> list[tuple]:
        if not (self.folder / FILE).is_file():
            return []
        connection = sqlite3.connect(self.folder / FILE)
        try:
            return connection.execute("SELECT * FROM job WHERE state = ?", (state,)).fetchall()
        except sqlite3.OperationalError:  # no table yet
            return []
        finally:
            connection.close()

    def finish(self) -> int:
        self.output, self.errors = self.process.communicate(timeout=60)
        return self.process.returncode


def test_twenty_kills_lose_nothing_double_nothing_and_change_nothing(tmp_path):
    unbroken, killed = tmp_path / "unbroken", tmp_path / "killed"
    assert Supervisor(unbroken).finish() == 0
    moments, kills = random.Random(0), 0
    done: set[str] = set()
    while kills < 20:
        supervisor = Supervisor(killed)
        target = supervisor.done() + moments.randrange(4)
        wait_until(lambda: supervisor.done() >= target or supervisor.process.poll() is not None)  # noqa: B023
        if supervisor.process.poll() is not None:
            break
        supervisor.process.send_signal(signal.SIGKILL)
        supervisor.finish()
        kills += 1
        now = {row[0] for row in supervisor.rows("done")}
        assert done <= now, "a result is lost"
        done = now
    last = Supervisor(killed)
    assert last.finish() == 0
    assert kills == 20
    assert (killed / "grades.csv").read_bytes() == (unbroken / "grades.csv").read_bytes()
    judged = (killed / "judged.txt").read_text().split("\n")[:-1]
    twice = [name for name, count in Counter(judged).items() if count > 1]
    assert len(twice) <= 20 * 4, "only what was under way is done again"


def test_an_interrupt_stops_at_once_and_the_rest_is_done_later(tmp_path):
    supervisor = Supervisor(tmp_path / "out")
    wait_until(lambda: supervisor.done() >= 5)
    supervisor.process.send_signal(signal.SIGINT)
    assert supervisor.finish() == 130
    assert supervisor.rows("running") == []
    assert 5 <= supervisor.done() < 60
    assert Supervisor(tmp_path / "out").finish() == 0
    assert supervisor.done() == 60
    attempts = {row[0]: row[5] for row in supervisor.rows("done")}
    again = {f"student {number}" for number in ("03", "23", "43")}  # for their limit
    assert attempts == {name: 2 if name in again else 1 for name in attempts}
