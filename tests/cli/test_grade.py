"""The command line for instructors: grade. Most of it with a worker that judges nothing, and so at once."""

import errno
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from cnn_course.cli import main
from cnn_course.grading.batch import job as jobs
from cnn_course.grading.batch import plan, team
from cnn_course.grading.batch.journal import FILE, Journal
from cnn_course.grading.jail import levels

WORKER = Path(__file__).parents[1] / "grading" / "batch" / "made_up_worker.py"
TESTS = """
import pytest

@pytest.mark.task("double")
def test_three_is_doubled(submission):
    pass
"""


@pytest.fixture
def grade(capsys, monkeypatch):
    """A function that grades CLASS by EXERCISE, here: (status, standard output, standard error)."""
    monkeypatch.setattr(jobs, "COMMAND", (sys.executable, "-P", str(WORKER)))
    monkeypatch.setattr(levels, "problem_with", lambda level: "")

    def run(*words: object) -> tuple[int, str, str]:
        try:
            status = main(["grade", "class", "--exercise", "./04_doubling", *map(str, words)])
        except SystemExit as stop:
            status = int(stop.code or 0)
        return status, *capsys.readouterr()

    return run


@pytest.fixture
def here(tmp_path, monkeypatch) -> Path:
    """The current folder: an exercise outside of the course, and a class that has handed in files."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "04_doubling").mkdir()
    (tmp_path / "04_doubling" / "test_public.py").write_text(TESTS)
    (tmp_path / "04_doubling" / "solution.py").write_text("# passed passed\n")
    (tmp_path / "class").mkdir()
    hand_in(ada="# passed passed", bob="# passed failed")
    return tmp_path


def hand_in(**files: str) -> None:
    for name, text in files.items():
        Path("class", f"{name}.py").write_text(f"{text}\ndef double(x):\n    return {name!r}\n")


def grades(out: str = "grades-04_doubling") -> dict[str, tuple[str, str]]:
    """{submission: (points, verdict)}, from the file."""
    lines = Path(out, "grades.csv").read_text().splitlines()[1:]
    return {fields[0]: (fields[1], fields[3]) for fields in (line.split(",") for line in lines)}


def states(out: str = "grades-04_doubling") -> Counter[str]:
    connection = sqlite3.connect(Path(out, FILE))
    try:
        return Counter(
            state for (state,) in connection.execute("SELECT state FROM job WHERE submission != ''")
        )
    except sqlite3.OperationalError:  # no table yet
        return Counter()
    finally:
        connection.close()


def test_a_class_is_graded_by_an_exercise_of_ones_own(here, grade):
    hand_in(eve="# failed failed", loop="# timeout passed", fat="# memory failed", crash="# crash passed")
    Path("class", "notes.pdf").write_bytes(b"%PDF")
    status, said, errors = grade("--workers", 2)
    assert (status, errors) == (0, "")
    assert grades() == {
        "ada": ("2", "full"), "bob": ("1", "partial"), "crash": ("1", "crash"), "eve": ("0", "zero"),
        "fat": ("0", "memory"), "loop": ("1", "timeout"), "notes.pdf": ("0", "rejected"),
    }  # fmt: skip
    assert "exercise    04_doubling" in said
    assert "isolation   " in said
    assert "pre-flight  solution.py earns all 2 points" in said
    assert "submissions 7: 6 to judge, 1 that cannot be read" in said
    assert "loop: timeout beside others; once more at the end, alone" in said
    assert "mean        0.7 of 2 points" in said
    out = Path("grades-04_doubling")
    assert {path.name for path in out.iterdir()} == {
        "grading.db", "grading.lock", "store", "grades.csv", "canvas.csv", "moodle.csv", "gradescope",
        "feedback", "class.html",
    }  # fmt: skip
    assert out.stat().st_mode & 0o077 == 0, "grades are nobody else's business"


def test_what_is_graded_is_not_graded_again_and_who_comes_late_is(here, grade):
    assert grade()[0] == 0
    status, _, error = grade()
    assert status == 2
    assert "grades-04_doubling holds 2 results already; --resume goes on there, --out names another" in error
    hand_in(late="# passed passed", bob="# passed passed")
    status, said, _ = grade("--resume")
    assert status == 0
    assert "submissions 3: 3 to judge, 1 of them judged before" in said
    assert grades() == {"ada": ("2", "full"), "bob": ("2", "full"), "late": ("2", "full")}


def test_a_changed_exercise_or_limit_grades_everybody_anew(here, grade):
    assert grade()[0] == 0
    said = grade("--resume", "--seconds", 100)[1]
    assert "not used    2 results of other files, limits or versions; they stay in the journal" in said
    assert "submissions 2: 2 to judge\n" in said
    assert len(grades()) == 2


def test_two_exercises_do_not_share_a_folder(here, grade):
    assert grade("--out", "out")[0] == 0
    Path("04_doubling").rename("05_doubling")
    status, _, error = grade("--out", "out", "--resume", "--exercise", "./05_doubling")
    assert status == 2
    assert "out holds a grading of 04_doubling; --out names another folder for 05_doubling" in error


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (("--out", "04_doubling"), 2, "04_doubling is not empty and holds no grading; name a new folder"),
        (("--out", "class/ada.py"), 2, "lies among the submissions, and would be taken for one"),
        (("--out", "04_doubling/solution.py"), 2, "solution.py is a file; --out takes a folder"),
        (("--workers", "0"), 2, "--workers is 0; at least one must work"),
        (("--workers", "2", "--dask", "tcp://x:1"), 2, "a Dask cluster has workers of its own"),
        (("--seconds", "0"), 2, "--seconds is 0; a submission takes a second at least"),
        (("--memory", "0.1"), 2, "--memory is 0.1; the framework alone needs 0.5 GB"),
        (("--exercise", "./nowhere"), 2, "nowhere is no folder; --exercise takes a number, a name or"),
        (("--exercise", "99"), 2, "no exercise '99': choose from"),
        (("--sandbox", "cellophane"), 2, "isolation level 'cellophane' is unknown; choose from: bwrap"),
        (("--sandbox", "none"), 3, "--sandbox none shuts nothing in"),
        (("--canvas-export", "class/ada.py"), 2, "anvas"),
    ],
)
def test_what_makes_no_sense_is_told_in_a_line_before_anything_is_done(here, grade, words, status, says):
    found, _, error = grade(*words)
    assert (found, error.count("\n")) == (status, 1)
    assert says in error
    assert not Path("grades-04_doubling").exists()
    assert {path.name for path in here.iterdir()} == {"04_doubling", "class"}


def test_submissions_that_are_not_there_are_told(here, grade):
    Path("class").rename("elsewhere")
    status, _, error = grade()
    assert (status, error) == (1, "cnn-course grade: class does not exist\n")


def test_an_exercise_whose_own_solution_fails_grades_nobody(here, grade):
    Path("04_doubling/solution.py").write_text("# passed failed\n")
    status, said, error = grade()
    assert status == 1
    assert error == (
        "cnn-course grade: 04_doubling: its own solution.py earns 1 of 2 points; nothing was graded\n"
        "    double: check 1:\n"
    )
    assert "submissions" not in said
    assert states() == {}
    Path("04_doubling/solution.py").write_text("# passed passed\n")
    assert grade()[0] == 0, "what was not graded need not be resumed"


@pytest.mark.parametrize(
    ("solution", "says"),
    [
        (
            "# timeout passed",
            "its own solution.py earns 1 of 1 points; nothing was graded\n    it took too long",
        ),
        ("# broken", "test_public.py could not be read: SyntaxError); nothing was graded"),
        ("# die", "the worker ended with status 3: MemoryError: there is none left); nothing was graded"),
    ],
)
def test_a_pre_flight_that_cannot_land_says_why(here, grade, solution, says):
    Path("04_doubling/solution.py").write_text(solution)
    status, _, error = grade()
    assert status == 1
    assert says in error


def test_a_pre_flight_that_failed_is_flown_again(here, grade, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(jobs, "COMMAND", (sys.executable, "-c", "raise SystemExit('no NumPy here')"))
        status, _, error = grade()
    assert status == 1
    assert "no NumPy here); nothing was graded" in error
    assert grade()[0] == 0


def test_a_pre_flight_can_be_left_out_and_there_may_be_none(here, grade):
    Path("04_doubling/solution.py").write_text("# failed failed\n")
    assert grade("--no-preflight")[0] == 0
    assert grades()["ada"] == ("2", "full")
    Path("04_doubling/solution.py").unlink()
    status, said, _ = grade("--out", "out")
    assert status == 0
    assert "pre-flight  none: the exercise has no solution.py to try first" in said


def test_a_submission_that_kills_the_worker_is_for_a_person_to_look_at_and_the_status_says_so(here, grade):
    hand_in(pill="# die")
    status, said, _ = grade("--workers", 2)
    assert status == 1
    assert grades() == {"ada": ("2", "full"), "bob": ("1", "partial"), "pill": ("", "grader_error")}
    assert "pill: no result: the worker ended with status 3" in said
    assert "mean        1.5 of 2 points" in said


def test_the_same_file_from_two_is_graded_twice_and_told(here, grade):
    for name in ("carl", "dora"):
        Path("class", f"{name}.py").write_text("# passed passed\n")
    status, said, _ = grade()
    assert status == 0
    assert "same file   carl, dora" in said
    assert len(grades()) == 4


def test_where_nothing_shuts_code_in_grading_is_refused_unless_one_says_so(here, grade, monkeypatch):
    monkeypatch.setattr(levels, "problem_with", lambda level: "" if level == "none" else "blocked")
    status, said, error = grade()
    assert status == 3
    assert error.startswith("cnn-course grade: No sandbox on this system: submitted code can read your files")
    assert "judge" not in said
    assert not Path("grades-04_doubling").exists()
    status, said, _ = grade("--no-sandbox-i-trust-this-code")
    assert status == 0
    assert "isolation   none: No sandbox on this system" in said
    lines = Path("grades-04_doubling/grades.csv").read_text().splitlines()
    assert [line.split(",")[5] for line in lines] == ["isolation", "none", "none"]


def test_json_is_all_that_is_printed(here, grade):
    hand_in(pill="# die")
    status, said, errors = grade("--json")
    facts = json.loads(said)
    assert status == 1
    assert facts["verdicts"] == {"full": 1, "partial": 1, "grader_error": 1}
    assert facts["mean"] == 1.5
    assert facts["submissions"][1] == {
        "submission": "bob", "points": 1.0, "max_points": 2.0, "verdict": "partial",
        "reason": "0 of 1 tasks pass; not double", "isolation": "bwrap+cgroup", "seconds": 0.1,
    }  # fmt: skip
    assert "submissions 3" in errors


def test_a_full_disk_has_a_status_of_its_own_and_what_is_graded_stays(here, grade, monkeypatch):
    finish = Journal.finish

    def full(journal, entry, result):
        if entry.submission == "bob":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        finish(journal, entry, result)

    with monkeypatch.context() as patched:
        patched.setattr(Journal, "finish", full)
        status, _, error = grade("--workers", 1)
    assert status == 4
    assert error.startswith("cnn-course grade: No space left on device: what is graded is kept in ")
    assert states() == {"done": 1, "queued": 1}
    assert grade("--resume")[0] == 0
    assert grades() == {"ada": ("2", "full"), "bob": ("1", "partial")}


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root mounts a small disk")
def test_on_a_disk_that_is_really_full_nothing_is_lost(here, grade):
    hand_in(**{f"student{number:02}": "# passed failed" for number in range(40)})
    disk = here / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", disk], check=False).returncode:
        pytest.skip("no mounts here")
    try:
        filler = disk / "filler"
        filler.write_bytes(b"x" * 3_450_000)
        status, _, error = grade("--out", disk / "out")
        assert (status, error.count("\n")) == (4, 1)
        done = states(disk / "out")["done"]
        assert 0 < done < 42
        filler.unlink()
        status, said, _ = grade("--out", disk / "out", "--resume")
        assert status == 0
        assert f"42 to judge, {done} of them judged before" in said
        assert len(grades(disk / "out")) == 42
    finally:
        subprocess.run(["umount", "-l", disk], check=True)


@pytest.fixture
def command(here):
    """A function that starts the command as a process of its own, with the worker that judges nothing."""
    code = (
        "import signal, sys; from cnn_course.grading.batch import job; from cnn_course.cli import main\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # ignored, where tests run with `&`
        f"job.COMMAND = (sys.executable, '-P', {str(WORKER)!r}); sys.exit(main(sys.argv[1:]))"
    )

    def start(*words: str) -> subprocess.Popen[str]:
        arguments = ["grade", "class", "--exercise", "./04_doubling", "--workers", "2", *words]
        return subprocess.Popen(
            [sys.executable, "-c", code, *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return start


def wait_for(condition, seconds=30):
    give_up = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up, "it never came to that"
        time.sleep(0.01)


def is_begun() -> bool:
    return Path("grades-04_doubling", FILE).is_file() and states()["done"] > 0


def test_an_interrupt_ends_it_with_130_and_it_can_be_resumed(command, grade):
    hand_in(**{f"slow{number}": "# slow passed passed" for number in range(8)}, zz="# hang")
    running = command()
    wait_for(is_begun)
    running.send_signal(signal.SIGINT)
    said, error = running.communicate(timeout=20)
    assert (running.returncode, error) == (130, "")
    assert "are judged; --resume goes on" in said
    assert states()["running"] == 0
    hand_in(zz="# passed failed")
    status, said, _ = grade("--resume")
    assert status == 0
    assert "resumed" not in said
    assert len(grades()) == 11


def test_a_second_grader_in_the_same_folder_is_told_to_wait(command, grade):
    hand_in(zz="# hang")
    running = command()
    wait_for(lambda: is_begun() and states() == {"done": 2, "running": 1})
    status, _, error = grade("--resume")
    running.kill()
    running.communicate()
    assert status == 1
    assert "another `cnn-course grade` is at work in" in error
    hand_in(zz="# passed passed")
    assert "1 under way when the grader was stopped; judged again" in grade("--resume")[1]


def test_whoever_grades_imports_neither_numpy_nor_pytest_nor_a_framework():
    code = (
        "import sys, cnn_course.cli.grade, cnn_course.cli.flags\n"
        "print(*{'numpy', 'pytest', 'keras', 'tensorflow', 'distributed'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "\n"


def test_limits_follow_from_the_time_of_a_submission():
    limits = plan.limits_of(seconds=10, memory=0.5)
    assert (limits.load_seconds, limits.call_seconds, limits.total_seconds) == (10, 2.5, 10)
    assert limits.memory == 2**29
    assert plan.limits_of() == plan.Limits()


def test_no_more_boxes_than_the_memory_holds(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    monkeypatch.setattr(os, "sysconf", lambda name: 4096 if name == "SC_PAGE_SIZE" else 2**20)  # 4 GiB
    assert [team.usual_size(n * 2**30) for n in (0.25, 1, 2, 8)] == [8, 4, 2, 1]


def test_two_classes_do_not_share_a_folder(here, grade):
    """`grades.csv` would hold the second class alone."""
    assert grade("--out", "out")[0] == 0
    rows = grades(Path("out"))
    shutil.copytree("class", "other")
    words = ["other", "--exercise", "./04_doubling", "--out", "out", "--resume"]
    assert main(["grade", *words]) == 2
    assert grades(Path("out")) == rows


def test_an_export_that_does_not_exist_is_told_before_anything_is_done(here, grade):
    status, _, error = grade("--canvas-export", "nothere.csv")
    assert status == 1
    assert "nothere.csv does not exist; it is the file that the platform exported" in error
    assert not Path("grades-04_doubling").exists()
