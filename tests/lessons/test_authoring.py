"""`dev check` finds each defect of an exercise, where it is and in words; a sound exercise has none."""

import json
import shutil

import pytest

from cnn_course.cli import main
from cnn_course.lessons.prove import prove
from cnn_course.lessons.prove_all import prove_all

WRONG_MEAN = "return math.fsum(values) / count"

DEFECTS = {
    "solution fails": (
        ("lesson.py", WRONG_MEAN, "return math.fsum(values)"),
        ("test_public.py", 'the solution: check "the mean of two" is failed: mean([1, 2]) gave 3'),
    ),
    "solution raises": (
        ("lesson.py", WRONG_MEAN, "return math.fsum(value)"),
        ("test_public.py", 'the solution: check "the mean of two" is error: mean raised NameError'),
    ),
    "solution fails a hidden check": (
        ("test_hidden.py", "-1, ", "-2, "),
        ("test_hidden.py", 'the solution: check "negative numbers have a largest" is failed'),
    ),
    "module fails": (
        ("lesson.py", "import math", "import maths"),
        ("lesson.py", "the module made from it can't be imported: ModuleNotFoundError"),
    ),
    "generated files are old": (
        ("lesson.py", "Two functions", "Some functions"),
        ("90_numbers.ipynb", "it is not what lesson.py makes: run cnn-course dev build 90_numbers"),
    ),
    "stub passes": (
        ("test_public.py", "def test_the_mean_of_two(submission):", """def test_the_mean_of_two():
    return


@pytest.mark.task('mean')
@pytest.mark.hint('Add.')
def test_it(submission):"""),
        ("test_public.py", 'the stub: check "the mean of two" is passed; it must say "not attempted"'),
    ),
    "check without a task": (
        ("test_public.py", '@pytest.mark.task("mean")\n', ""),
        ("test_public.py", 'check "the mean of two": it names none of the tasks mean, largest'),
    ),
    "check of an unknown task": (
        ("test_hidden.py", 'task("largest")', 'task("biggest")'),
        ("test_hidden.py", "'biggest' is none of the tasks mean, largest"),
    ),
    "check without a hint": (
        ("test_public.py", '@pytest.mark.hint("Compare.")\n', ""),
        ("test_public.py", 'check "the largest of three" has no hint'),
    ),
    "check without points": (
        ("test_hidden.py", "points(2)", "points(0)"),
        ("test_hidden.py", 'check "negative numbers have a largest" is worth 0 points'),
    ),
    "task without a check": (
        ("test_public.py", 'task("mean")', 'task("largest")'),
        ("test_public.py", "task mean has no check here"),
    ),
    "task without a check cell": (
        ("lesson.py", 'ex.check("mean")', "print(1)"),
        ("lesson.py", 'no cell checks task mean: ex.check("mean")'),
    ),
    "task without a mistake": (
        ("mistakes.py", '"mean"', '"largest"'),
        ("mistakes.py", "task mean has no known mistake here"),
    ),
    "check that imports Keras": (
        ("test_hidden.py", "import pytest", "import keras\nimport pytest"),
        ("test_hidden.py", "it imports keras; checks import numpy, pytest and cnn_course.grading"),
    ),
    "check that imports its neighbour": (
        ("test_public.py", "import pytest", "import pytest\nfrom .mistakes import only_adds"),
        ("test_public.py", "it imports .mistakes; checks import"),
    ),
    "checks that are no Python": (
        ("test_hidden.py", "import pytest", "import pytest as"),
        ("90_numbers", "SyntaxError"),
    ),
    "mistake that nobody catches": (
        ("mistakes.py", "return max(0, right(values))", "return right(values)"),
        ("mistakes.py", "begins_at_zero (task largest): no check catches it"),
    ),
    "mistake with another's message": (
        ("mistakes.py", 'says="that is the sum"', 'says="that is twice it"'),
        ("mistakes.py", "only_adds (task mean): no message says 'that is twice it'; it earns: mean([1, 2])"),
    ),
    "mistakes with one phrase": (
        ("mistakes.py", 'says="you began at 0"', 'says="is the last"'),
        ("mistakes.py", "begins_at_zero (task largest): takes_the_last says 'that is the last' too"),
    ),
    "mistakes with one name": (
        ("mistakes.py", "def begins_at_zero", "def takes_the_last"),
        ("mistakes.py", "2 functions are named takes_the_last: only the last would be tried"),
    ),
    "mistake in no task": (
        ("mistakes.py", 'mistake("mean"', 'mistake("men"'),
        ("mistakes.py", "only_adds (task men): there is no such task"),
    ),
    "mistakes that can't be read": (
        ("mistakes.py", "from solution import largest as right", "from solution import smallest"),
        ("mistakes.py:1", "ImportError: cannot import name 'smallest'"),
    ),
    "wrong alternative": (
        ("alternatives.py", "[-1]", "[0]"),
        ("alternatives.py", 'by_sorting (task largest): check "the largest of three" of test_public.py is'),
    ),
    "alternative in no task": (
        ("alternatives.py", '"largest"', '"biggest"'),
        ("alternatives.py", "by_sorting (task biggest): there is no such task"),
    ),
    "question without wrong answers": (
        ("questions.py", 'return 6 / 2, {6 * 2: "that is twice six"}', "return 6 / 2"),
        ("questions.py", "half_of_six must return (answer, {wrong answer: what led to it})"),
    ),
    "question whose answer is wrong": (
        ("questions.py", "6 * 2:", "3:"),
        ("questions.py", "half_of_six: 3.0 is the answer and a wrong one too"),
    ),
    "question that raises": (
        ("questions.py", "6 / 2,", "6 / 0,"),
        ("questions.py:6", "ZeroDivisionError"),
    ),
    "question that nobody asks": (
        ("questions.py", "def half_of_six", "def half_of_ten"),
        ("lesson.py", 'no cell asks the question half_of_ten: ex.predict("half_of_ten", ...)'),
    ),
    "question that is not there": (
        ("questions.py", "def half_of_six", "def half_of_ten"),
        ("lesson.py", 'ex.predict("half_of_six", ...): questions.py has no question of that name'),
    ),
    "solution in the text": (
        ("lesson.py", 'ex.check("largest")', 'ex.check("largest")\n\n'
         "best = values[0]\nfor value in values:\n    best = value if value > best else best"),
        ("90_numbers.ipynb", "it shows the solution of largest: best = values[0]"),
    ),
    "solution in a check": (
        ("test_public.py", "import pytest\n", """import pytest


def mean(values):
    count = len(values)
    return math.fsum(values) / count
"""),
        ("test_public.py", "it shows the solution of mean: count = len(values)"),
    ),
    "hidden check in the text": (
        ("lesson.py", "Two functions to write.", "See test_negative_numbers_have_a_largest."),
        ("90_numbers.ipynb", "it shows the hidden check test_negative_numbers_have_a_largest"),
    ),
    "hidden check among the visible": (
        ("test_public.py", '@pytest.mark.task("largest")', """def other(submission):
    expect.equal(submission.largest([-2,-1]), -1, "largest([-2, -1])",
        wrong=[(0, "you began at 0")])


@pytest.mark.task("largest")"""),
        ("test_public.py", "it shows the hidden check test_negative_numbers_have_a_largest: expect.equal("),
    ),
    "broken master": (
        ("lesson.py", "title: Numbers", ""),
        ("lesson.py", "its header has no title"),
    ),
}  # fmt: skip


def test_a_sound_exercise_has_no_defect(folder):
    assert prove(folder) == []


@pytest.mark.parametrize(("change", "expected"), DEFECTS.values(), ids=DEFECTS)
def test_each_defect_is_named_where_it_is(folder, edit, change, expected):
    edit(*change)
    where, words = expected
    found = prove(folder)
    assert any(defect.where == where and words in defect.what for defect in found), found


def test_no_public_checks_is_a_defect(folder):
    (folder / "test_public.py").unlink()
    assert [defect.where for defect in prove(folder)] == ["test_public.py"]


def test_an_exercise_may_do_without_hidden_checks_alternatives_and_questions(folder, edit):
    for name in ("test_hidden.py", "alternatives.py", "questions.py"):
        (folder / name).unlink()
    edit("lesson.py", 'ex.predict("half_of_six", ...)', "")
    edit(
        "mistakes.py",
        "begins_at_zero(values):\n    return max(0, right(values))",
        "begins_at_zero(v):\n    return 0",
    )
    edit("mistakes.py", 'says="you began at 0"', 'says="largest([1, 3, 2]) gave 0"')
    in_step = [defect for defect in prove(folder) if "dev build" not in defect.what]
    assert in_step == []


def test_a_defect_is_one_line_that_somebody_reads(folder, edit):
    edit("lesson.py", WRONG_MEAN, 'raise ValueError("first\\nsecond" + 1000 * " third")')
    edit("lesson.py", "    count = len(values)\n", "")
    for defect in prove(folder):
        assert "\n" not in defect.what
        assert len(defect.what) <= 600


def test_several_exercises_are_proved_each_in_its_own_process(folder, edit):
    other = folder.with_name("91_other")
    shutil.copytree(folder, other)
    edit("lesson.py", "import math", "import math, os; os._exit(3)")
    proofs = {proof.exercise: proof.defects for proof in prove_all([folder, other], jobs=2)}
    assert set(proofs) == {"90_numbers", "91_other"}
    assert [defect.what for defect in proofs["90_numbers"]] == [
        "the process that checks it ended with 3: it said nothing"
    ]
    made_for_the_first = {"91_other.ipynb", "exercise.py", "exercise.json"}
    assert {defect.where for defect in proofs["91_other"]} == made_for_the_first


def test_the_command_line_names_what_fails_and_where(folder, edit, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    edit("alternatives.py", "[-1]", "[0]")
    assert main(["dev", "check", "numbers"]) == 1
    out = capsys.readouterr().out
    assert "    alternatives.py: by_sorting (task largest): check" in out
    assert "0 of 1 exercises keep their promises" in out


def test_a_sound_exercise_ends_the_command_with_status_0(folder, monkeypatch, capsys):
    monkeypatch.chdir(folder.parents[1])
    assert main(["dev", "check", "90", "--json"]) == 0
    (proof,) = json.loads(capsys.readouterr().out)
    assert (proof["exercise"], proof["defects"]) == ("90_numbers", [])


def test_build_writes_what_is_stale_and_check_only_says_so(folder, edit, monkeypatch, capsys):
    monkeypatch.chdir(folder.parents[1])
    edit("lesson.py", '"""The mean of the values."""', '"""Their mean."""')
    assert main(["dev", "build", "--check"]) == 1
    assert "90_numbers.ipynb, exercise.py, solution.py out of step" in capsys.readouterr().out
    assert main(["dev", "build"]) == 0
    assert "Their mean." in (folder / "exercise.py").read_text("utf-8")
    assert main(["dev", "build", "--check"]) == 0
    assert "in step" in capsys.readouterr().out


def test_a_broken_master_stops_its_own_build_only(folder, edit, monkeypatch, capsys):
    other = folder.with_name("91_other")
    shutil.copytree(folder, other)
    monkeypatch.chdir(folder.parents[1])
    edit("lesson.py", "title: Numbers", "")
    assert main(["dev", "build"]) == 1
    out = capsys.readouterr().out
    assert "90_numbers/lesson.py: its header has no title" in out
    assert "91_other.ipynb" in out


def test_an_unknown_exercise_is_wrong_usage(folder, monkeypatch, capsys):
    monkeypatch.chdir(folder.parents[1])
    assert main(["dev", "check", "91"]) == 2
    assert "no exercise '91'" in capsys.readouterr().err


def test_a_new_exercise_keeps_every_promise(folder, monkeypatch, capsys):
    course = folder.parents[1]
    monkeypatch.chdir(course)
    assert main(["dev", "new", "91_edge_maps"]) == 0
    assert "exercises/91_edge_maps/lesson.py" in capsys.readouterr().out
    (proof,) = prove_all([course / "exercises" / "91_edge_maps"])
    assert proof.defects == []
    assert "# # Edge maps" in (course / "exercises" / "91_edge_maps" / "lesson.py").read_text("utf-8")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("edges", "named by two digits and a topic, such as 24_attention"),
        ("../24_up", "named by two digits and a topic"),
        ("90_other", "number 90 is taken by 90_numbers"),
    ],
)
def test_a_bad_name_for_a_new_exercise_is_told(folder, monkeypatch, capsys, name, said):
    monkeypatch.chdir(folder.parents[1])
    assert main(["dev", "new", name]) == 2
    assert said in capsys.readouterr().err
