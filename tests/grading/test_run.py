"""A test file run on a submission: outcomes in order, nothing from outside, nothing left behind."""

import os
import sys
import time

import pytest

from cnn_course.grading.in_process import in_process
from cnn_course.grading.outcome import Outcome, Status, tally
from cnn_course.grading.run import run_checks
from cnn_course.grading.wording import clean, sentence

HEAD = "import numpy as np\nimport pytest\nfrom cnn_course.grading import expect\n"
CHECKS = (
    HEAD
    + """
@pytest.mark.task("double")
@pytest.mark.points(2)
@pytest.mark.hint("Twice as much.")
@pytest.mark.parametrize("n", [3, -1])
def test_it_doubles(submission, n):
    expect.equal(submission.double(n), 2 * n, f"double({n})")


@pytest.mark.task("half")
def test_it_halves(submission, tmp_path):
    assert submission.half(4) == 2
"""
)


@pytest.fixture
def checks(tmp_path):
    """A function that writes a test file into a folder of its own and runs it on a namespace."""

    def run(text: str, namespace: dict, folder: str = "03_doubling", **options) -> list[Outcome]:
        path = tmp_path / folder / "test_public.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        return run_checks(path, in_process(namespace), **options)

    return run


def test_each_check_is_an_outcome_in_the_order_of_the_file(checks):
    def loud_double(x):
        print("\x1b[31mdoubling")
        return 2 * abs(x)

    outcomes = checks(CHECKS, {"double": loud_double, "half": lambda x: x / 0}, hidden=True)
    assert [(o.task, o.check, o.status, o.points, o.hint, o.hidden) for o in outcomes] == [
        ("double", "it doubles (3)", Status.PASSED, 2, "Twice as much.", True),
        ("double", "it doubles (-1)", Status.FAILED, 2, "Twice as much.", True),
        ("half", "it halves", Status.ERROR, 1, "", True),
    ]
    assert outcomes[1].message == "double(-1) gave 2, -2 was expected"
    assert [o.printed for o in outcomes] == ["doubling\n", "doubling\n", ""]
    assert [o.earned for o in outcomes] == [2, 0, 0]
    assert tally(outcomes)[Status.PASSED] == 1


def test_one_task_can_be_checked_alone(checks):
    assert [o.task for o in checks(CHECKS, {}, task="half")] == ["half"]
    assert [o.status for o in checks(CHECKS, {}, task="half")] == [Status.NOT_ATTEMPTED]
    assert checks(CHECKS, {}, task="nothing") == []


def test_an_assertion_without_words_shows_what_does_not_hold(checks):
    (outcome,) = checks(CHECKS, {"half": lambda x: x}, task="half")
    assert outcome.message == "this does not hold: assert submission.half(4) == 2"


def test_an_answer_that_a_check_stumbles_over_is_a_failure_with_a_guess(checks):
    text = HEAD + "def test_it(submission):\n    assert submission.f().shape == (1,)\n"
    (outcome,) = checks(text, {"f": lambda: None})
    assert outcome.status is Status.FAILED
    assert outcome.message.endswith("'NoneType' object has no attribute 'shape'; is a return missing?")


def test_two_exercises_and_an_edited_one_do_not_get_in_each_others_way(checks):
    def one_check(name: str) -> str:
        return f"def test_{name}(submission):\n    pass\n"

    assert checks(one_check("a"), {}, "01_first")[0].check == "a"
    assert checks(one_check("b"), {}, "02_second")[0].check == "b"
    assert checks(one_check("c"), {}, "01_first")[0].check == "c"


def test_nothing_around_a_check_has_a_say_and_nothing_is_left(checks, tmp_path, monkeypatch, capfd):
    (tmp_path / "conftest.py").write_text("raise RuntimeError('a conftest of somebody')")
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --nonsense\n")
    monkeypatch.setenv("PYTEST_ADDOPTS", "--nonsense")
    monkeypatch.setenv("PYTEST_PLUGINS", "no_such_plugin")
    monkeypatch.chdir(tmp_path)
    path, environment = list(sys.path), dict(os.environ)
    noisy = (
        HEAD
        + "import warnings\ndef test_it(submission):\n    warnings.warn('a', UserWarning)\n    print(1)\n"
    )
    assert checks(noisy, {})[0].status is Status.PASSED
    changed = {name for name in {*environment, *os.environ} if environment.get(name) != os.environ.get(name)}
    assert (sys.path, changed - {"PYTEST_CURRENT_TEST", "PYTEST_VERSION"}) == (path, set())
    assert not [m for m in sys.modules.values() if str(tmp_path) in str(getattr(m, "__file__", ""))]
    assert {file.name for file in (tmp_path / "03_doubling").iterdir()} == {"test_public.py"}
    assert capfd.readouterr().err == ""


def test_a_broken_test_file_is_the_authors_error(checks):
    with pytest.raises(RuntimeError, match="test_public.py could not be read: .*nonsense"):
        checks("import nonsense\n", {})
    with pytest.raises(RuntimeError, match="test_public.py could not be read"):
        checks(HEAD + "@pytest.mark.tusk('f')\ndef test_it(submission): pass\n", {})


def test_an_interrupt_ends_everything(checks):
    def interrupted():
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        checks(HEAD + "def test_it(submission):\n    submission.f()\n", {"f": interrupted})


def test_a_check_may_say_how_long_it_takes(checks):
    def endless():
        while True:
            pass

    text = HEAD + "@pytest.mark.seconds(0.2)\ndef test_it(submission):\n    submission.f()\n"
    assert checks(text, {"f": endless})[0].message.startswith("f took longer than 0.2 seconds")


def test_a_check_answers_in_a_quarter_of_a_second(checks):
    def seconds() -> float:
        began = time.perf_counter()
        checks(CHECKS, {"double": lambda x: 2 * x, "half": lambda x: x / 2})
        return time.perf_counter() - began

    assert min(seconds() for _ in range(5)) < 0.25


def test_text_of_students_drives_no_terminal_and_turns_no_writing():
    assert clean("a\x1b[2J\x1b]0;title\x07b\tc\nd\u202ee\x00\x9b") == "ab\tc\nde"
    assert clean("ü–✓ 日本") == "ü–✓ 日本"


def test_a_test_name_reads_as_a_sentence():
    assert sentence("test_the_kernel_is_flipped[3-same]") == "the kernel is flipped (3-same)"
    assert sentence("test_plain") == "plain"
