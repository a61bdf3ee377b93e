"""Student code in this process: whatever it does, a check ends soon, in silence, with a line that helps."""

import linecache
import sys
import threading
import time
from types import SimpleNamespace

import numpy as np
import pytest

from cnn_course.grading.in_process import in_process
from cnn_course.grading.quiet import MOST
from cnn_course.grading.submission import (
    BadAnswer,
    NotAttempted,
    OutOfTime,
    StudentError,
    begin_check,
    printed,
)


def student(source: str, scenarios=None, name="<cell of f>"):
    """The submission of a student who wrote this; a dedented cell of a notebook."""
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    namespace: dict = {}
    exec(compile(source, name, "exec"), namespace)
    return in_process(namespace, scenarios)


def message(kind: type[Exception], call, *args) -> str:
    with pytest.raises(kind) as caught:
        call(*args)
    return str(caught.value)


def test_an_error_names_the_innermost_line_of_the_student():
    submission = student(
        "import numpy as np\ndef g(x):\n    return np.linalg.inv(x)\n\ndef f(x):\n    return g(x)\n"
    )
    said = message(StudentError, submission.f, np.zeros((2, 2)))
    assert said == "f raised LinAlgError: Singular matrix, in line 3: return np.linalg.inv(x)"


def test_an_error_in_a_file_names_the_file(tmp_path):
    path = tmp_path / "exercise.py"
    path.write_text("def f(x):\n    return x[9]\n")
    said = message(StudentError, student(path.read_text(), name=str(path)).f, [1])
    assert said == "f raised IndexError: list index out of range, in exercise.py, line 2: return x[9]"


def test_an_error_without_source_is_told_all_the_same():
    namespace: dict = {}
    exec("def f(x):\n    return x[9]\n", namespace)
    assert message(StudentError, in_process(namespace).f, [1]).endswith("list index out of range, in line 2")


def test_an_error_whose_text_raises_is_told_by_its_name():
    said = message(
        StudentError, student("class E(Exception):\n  def __str__(self): 1 / 0\ndef f(): raise E").f
    )
    assert said.startswith("f raised E, in line 3")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("import sys; sys.exit(1)", "f calls exit(): a function returns its answer"),
        ("return f()", "f calls itself without end"),
        ("raise BaseException('odd')", "f raised BaseException: odd"),
        ("import pytest; pytest.skip('no')", "f raised Skipped: no"),
        ("return input('n? ')", "f calls input(), which waits for a keyboard"),
        ("import numpy as np; np.zeros(10**15)", "f raised MemoryError: Unable to allocate"),
    ],
)
def test_no_way_of_leaving_a_function_leaves_the_check(body, words):
    assert message(StudentError, student(f"def f():\n    {body}\n").f).startswith(words)


def test_input_and_the_standard_streams_are_as_before(capsys):
    import builtins

    before = (builtins.input, sys.stdin, sys.stdout, sys.stderr)
    message(StudentError, student("def f(): return input()").f)
    assert (builtins.input, sys.stdin, sys.stdout, sys.stderr) == before


def test_an_interrupt_passes_through():
    with pytest.raises(KeyboardInterrupt):
        student("def f(): raise KeyboardInterrupt").f()


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("def f(x):\n    # YOUR CODE HERE\n    raise NotImplementedError()", "f is still to be written"),
        (
            "def g(x):\n    raise NotImplementedError()\ndef f(x):\n    return g(x)",
            "f calls g, which is still to be written",
        ),
        ("", "f is not defined yet: run the cell that defines it"),
    ],
)
def test_a_stub_is_not_attempted(source, said):
    assert message(NotAttempted, student(source).f, 1) == said


@pytest.mark.parametrize(
    "body",
    [
        "raise NotImplementedError('groups')",
        "from abc import ABC; import numbers; numbers.Complex.__add__(1, 2)",
    ],
)
def test_another_not_implemented_error_is_an_error(body):
    assert message(StudentError, student(f"def f(x):\n    {body}\n").f, 1).startswith(
        "f raised NotImplementedError"
    )


def test_what_is_no_function_is_said():
    assert message(BadAnswer, student("f = 3").f) == "f is an int here; it should be a function"


@pytest.mark.parametrize(
    ("body", "argument"),
    [
        ("x += 1", "x"),
        ("x[0, 0] = float('nan')", "x"),
        ("ws.append(1)", "ws"),
        ("ws[0][:] = 0", "ws"),
        ("ws[0] = None", "ws"),
        ("d['a'] = [2]", "d"),
        ("x.resize(4, refcheck=False)", "x"),
    ],
)
def test_a_changed_argument_is_named(body, argument):
    submission = student(f"def f(x, ws, *, d):\n    {body}\n    return 1\n")
    said = message(BadAnswer, lambda: submission.f(np.ones((2, 2)), [np.ones(2)], d={"a": [1]}))
    assert said == f"f changed its argument {argument}; work on a copy"


def test_arguments_of_a_check_are_never_the_students_to_change():
    mine = [np.array([1.0, np.nan])]
    submission = student("def f(x):\n    return x[0]\ndef g(x):\n    x[0][0] = 5\n")
    submission.f(mine)  # NaN is NaN: nothing has changed
    message(BadAnswer, submission.g, mine)
    assert mine[0][0] == 1


def test_prints_and_warnings_are_kept_and_seen_by_nobody(capfd):
    submission = student(
        "import sys, warnings, numpy as np\n"
        "def f(x):\n"
        "    print('here'); print('there', file=sys.stderr)\n"
        "    warnings.warn('old', DeprecationWarning)\n"
        "    return np.exp(x * 1000)\n"
    )
    begin_check(submission)
    submission.f(np.ones(2))
    assert printed(submission) == "here\nthere\nRuntimeWarning: overflow encountered in exp\n"
    begin_check(submission)
    assert printed(submission) == ""
    assert capfd.readouterr() == ("", "")


def test_what_a_notebook_would_show_is_kept_too(monkeypatch):
    shown: list[str] = []
    notebook = SimpleNamespace(display_pub=SimpleNamespace(publish=lambda data, **_: shown.append(data)))
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: notebook))
    submission = student(
        "import sys\ndef f():\n    shell = sys.modules['IPython'].get_ipython()\n"
        "    shell.display_pub.publish(data={'text/plain': 'a table', 'text/html': '<table>'}, metadata={})\n"
    )
    begin_check(submission)
    submission.f()
    assert printed(submission) == "a table\n"
    notebook.display_pub.publish(data="later")
    assert shown == ["later"]


def test_however_much_is_printed_a_little_is_kept():
    submission = student("def f():\n    for _ in range(1000): print('x' * 1000)\n")
    begin_check(submission)
    submission.f()
    assert len(printed(submission)) == MOST


LOOPS = {
    "a loop": "while True: pass",
    "a loop that catches exceptions": "while True:\n        try: x += 1\n        except Exception: pass",
    "two loops, one caught": "try:\n        while True: pass\n    except: pass\n    while True: pass",
    "sleep": "import time; time.sleep(100)",
}


@pytest.mark.parametrize("name", LOOPS)
def test_what_never_ends_is_stopped_and_not_tried_again(name):
    submission = student(f"def f(x):\n    {LOOPS[name]}\n")
    begin_check(submission, 0.2)
    began = time.monotonic()
    assert message(OutOfTime, submission.f, 1).startswith("f took longer than 0.2 seconds, in line ")
    assert message(OutOfTime, submission.f, 1).startswith("f was not run again")
    assert time.monotonic() - began < 5


def test_what_never_ends_is_stopped_in_another_thread_too():
    submission = student("def f(x):\n    while True: x += 1\n")
    begin_check(submission, 0.2)
    said: list[str] = []
    thread = threading.Thread(target=lambda: said.append(message(OutOfTime, submission.f, 1)))
    thread.start()
    thread.join(10)
    assert said
    assert said[0].startswith("f took longer than 0.2 seconds, in line 2")


def test_an_alarm_of_somebody_else_still_rings():
    import signal

    rung: list[float] = []
    handler = signal.signal(signal.SIGALRM, lambda *_: rung.append(time.monotonic()))
    before = signal.setitimer(signal.ITIMER_REAL, 0.4)  # that of pytest-timeout, as it may be
    began = time.monotonic()
    try:
        submission = student("def f():\n    while True: pass\n")
        begin_check(submission, 0.1)
        message(OutOfTime, submission.f)
        time.sleep(0.5)
    finally:
        signal.signal(signal.SIGALRM, handler)
        signal.setitimer(signal.ITIMER_REAL, *before)
    assert len(rung) == 1
    assert 0.3 < rung[0] - began < 0.7


def test_every_check_begins_with_the_same_random_numbers():
    submission = student("import random, numpy as np\ndef f(): return [random.random(), np.random.rand()]\n")
    rolls = []
    for _ in range(2):
        begin_check(submission)
        rolls.append((submission.f(), submission.f()))
    assert rolls[0] == rolls[1]
    assert rolls[0][0] != rolls[0][1]


def scenario_file(tmp_path, source: str) -> dict:
    path = tmp_path / "scenarios.py"
    path.write_text(source)
    names: dict = {}
    exec(compile(source, str(path), "exec"), names)
    return names


def test_a_scenario_runs_beside_the_students_code(tmp_path):
    scenarios = scenario_file(tmp_path, "def twice(student, x):\n    return student.f(student.f(x))\n")
    assert student("def f(x): return x * 3", scenarios).scenario("twice", 2) == 18
    assert message(NotAttempted, student("", scenarios).scenario, "twice", 2).startswith(
        "f is not defined yet"
    )
    stub = student("def f(x):\n    raise NotImplementedError()\n", scenarios)
    assert message(NotAttempted, stub.scenario, "twice", 2) == "f is still to be written"


def test_a_scenario_shows_the_students_line_and_not_the_authors(tmp_path):
    scenarios = scenario_file(tmp_path, "def size(student):\n    return len(student.f())\n")
    said = message(StudentError, student("def f():\n    return 1 / 0\n", scenarios).scenario, "size")
    assert said == "your code raised ZeroDivisionError: division by zero, in line 2: return 1 / 0"
    said = message(StudentError, student("def f(): pass", scenarios).scenario, "size")
    assert said == "your code raised TypeError: object of type 'NoneType' has no len()"


def test_an_assertion_of_a_scenario_reaches_the_student_as_it_is(tmp_path):
    scenarios = scenario_file(tmp_path, "def good(student):\n    assert student.f(), 'f() should be true'\n")
    assert (
        message(BadAnswer, student("def f(): return 0", scenarios).scenario, "good") == "f() should be true"
    )
    own = student("def f():\n    assert False, 'mine'\n", scenarios)
    assert message(StudentError, own.scenario, "good").startswith("your code raised AssertionError: mine")
