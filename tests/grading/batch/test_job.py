"""Worker processes: reused, replaced, killed, and never left behind."""

import os
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cnn_course.grading.batch import job as jobs
from cnn_course.grading.batch.job import WorkerDied, end_workers, grade_job
from cnn_course.grading.scratch import clear_up

WORKER = Path(__file__).with_name("made_up_worker.py")


@pytest.fixture(autouse=True)
def made_up_workers(monkeypatch):
    monkeypatch.setattr(jobs, "COMMAND", (sys.executable, "-P", str(WORKER)))
    yield
    end_workers()


def job(source: str = "", seconds: float = 300.0):
    return {"source": source, "limits": {"total_seconds": seconds}}


def is_alive(pid: int) -> bool:
    """Whether there is such a process, other than as an entry that nobody has cleared."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] != "Z"
    except ProcessLookupError:
        return False
    except FileNotFoundError:  # gone just now, or there is no /proc here
        return not Path("/proc/self").exists()


def test_a_thread_keeps_its_worker_and_has_it_alone():
    first, second = grade_job(job()), grade_job(job())
    assert first["pid"] == second["pid"]
    assert second["number"] == 2
    with ThreadPoolExecutor(1) as other:
        assert other.submit(grade_job, job()).result()["pid"] != first["pid"]
        end_workers()


def test_a_worker_that_has_done_its_share_is_replaced(monkeypatch):
    monkeypatch.setattr(jobs, "SHARE", 2)
    pids = [grade_job(job())["pid"] for _ in range(5)]
    assert [pids.index(pid) for pid in pids] == [0, 0, 2, 2, 4]
    assert not is_alive(pids[0])


def test_a_worker_that_dies_says_so_with_its_last_words_and_has_a_successor():
    with pytest.raises(WorkerDied, match="ended with status 3: MemoryError: there is none left"):
        grade_job(job("die"))
    assert grade_job(job())["number"] == 1


def test_a_worker_that_somebody_killed_in_between_costs_no_attempt():
    pid = grade_job(job())["pid"]
    os.kill(pid, 9)
    jobs._of_thread.worker.process.wait()
    assert grade_job(job())["pid"] != pid


def test_a_worker_that_hangs_is_killed_in_time(monkeypatch):
    monkeypatch.setattr(jobs, "EXTRA_SECONDS", 0.2)
    pid, began = grade_job(job())["pid"], time.monotonic()
    with pytest.raises(WorkerDied, match="took more than 0.5 seconds"):
        grade_job(job("hang", seconds=0.3))
    assert time.monotonic() - began < 5
    assert not is_alive(pid)


def test_what_is_no_result_ends_the_worker():
    with pytest.raises(WorkerDied):
        grade_job(job("rubbish"))
    assert grade_job(job())["number"] == 1


def test_a_broken_exercise_is_told_and_the_worker_stays():
    pid = grade_job(job())["pid"]
    with pytest.raises(WorkerDied, match="test_public.py could not be read"):
        grade_job(job("broken"))
    assert grade_job(job())["pid"] == pid


def test_long_jobs_and_results_pass_through():
    assert len(grade_job(job("large") | {"exercise": "x" * 10**6})["log"]) == 10**6


def test_a_worker_that_does_not_start_says_why(monkeypatch):
    monkeypatch.setattr(jobs, "COMMAND", (sys.executable, "-c", "raise SystemExit('no NumPy here')"))
    with pytest.raises(WorkerDied, match="status 1: no NumPy here"):
        grade_job(job())


def test_workers_end_by_themselves_and_nothing_of_them_stays():
    about = grade_job(job())
    began = time.monotonic()
    end_workers()
    assert time.monotonic() - began < jobs.END_SECONDS
    assert not is_alive(about["pid"])
    assert not Path(about["folder"]).exists()


def test_scratch_files_of_a_grader_that_was_killed_are_removed_and_no_others(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    alive = Path(grade_job(job())["folder"])
    code = (
        "import os, sys; from cnn_course.grading.batch import job\n"
        f"job.COMMAND = (sys.executable, '-P', {str(WORKER)!r}); job.Worker(); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code], env={**os.environ, "TMPDIR": str(tmp_path)}, check=False)
    assert len([path for path in tmp_path.iterdir() if path.is_dir()]) == 2
    clear_up()
    assert set(tmp_path.iterdir()) == {alive, alive.with_suffix(".lock")}
    end_workers()
    assert list(tmp_path.iterdir()) == []


def test_a_worker_can_be_ended_in_the_middle_of_a_job():
    pid = grade_job(job())["pid"]
    with ThreadPoolExecutor(1) as other:
        hanging = other.submit(grade_job, job("hang"))
        while len(jobs._all) < 2 or not any(worker.jobs for worker in jobs._all if worker.process.pid != pid):
            time.sleep(0.01)
        end_workers(now=True)
        with pytest.raises(WorkerDied):
            hanging.result(timeout=10)
    assert jobs._all == set()
    assert threading.active_count() < 10


def test_no_file_beside_the_submissions_is_taken_for_a_module(tmp_path, monkeypatch):
    (tmp_path / "json.py").write_text("raise SystemExit('a student was here')")
    monkeypatch.chdir(tmp_path)
    about = grade_job(job())
    assert str(tmp_path) not in about["path"]
    assert about["folder"] not in about["path"]


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone ends a process with its parent")
def test_a_worker_that_is_still_starting_ends_with_its_parent():
    code = (
        "import os, subprocess, sys; from cnn_course.grading.batch import job\n"
        "words = [*job.COMMAND, str(os.getpid())]\n"
        "child = subprocess.Popen(words, stdin=int(sys.argv[1]), stdout=subprocess.DEVNULL)\n"
        "print(child.pid, flush=True); os.kill(os.getpid(), 9)"
    )
    reading, writing = os.pipe()  # whose end it never sees
    words = [sys.executable, "-c", code, str(reading)]
    done = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=False, pass_fds=[reading])
    give_up = time.monotonic() + 20
    while is_alive(int(done.stdout)) and time.monotonic() < give_up:
        time.sleep(0.01)
    for end in (reading, writing):
        os.close(end)
    assert time.monotonic() < give_up


def test_a_worker_whose_parent_is_gone_does_not_begin():
    words = [sys.executable, "-m", "cnn_course.grading.batch.launch", "0"]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout.read() == b""
        assert process.wait(10) == 0
