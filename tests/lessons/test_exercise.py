"""`ex` in a notebook: checks, hints, predictions, solutions and progress, as a student meets them."""

import json
import re
import subprocess
import sys
from types import SimpleNamespace

import pytest

import cnn_course.lessons
from cnn_course.grading.outcome import Outcome, Status
from cnn_course.lessons import course
from cnn_course.lessons.exercise import Exercise
from cnn_course.lessons.report import Note, Report, SideBySide


@pytest.fixture
def names() -> dict:
    """What the student's notebook defines."""
    return {}


@pytest.fixture
def ex(little_course, names) -> Exercise:
    return Exercise(little_course / "exercises" / "03_doubling", names)


def write(names: dict, source: str) -> None:
    exec(source, names)


def test_an_untouched_task_is_one_line(ex, names):
    write(names, "def double(x):\n    raise NotImplementedError()\n")
    assert repr(ex.check("double")) == "double: not attempted; double is still to be written"
    assert "not attempted" in ex.check("double")._repr_html_()


def test_what_is_wrong_is_told_with_word_and_symbol_and_where_to_get_help(ex, names):
    write(names, "def double(x):\n    print('squaring')\n    return x * x\n")
    report = ex.check("double")
    assert not report.passed
    assert repr(report).splitlines() == [
        "double: visible checks 0 of 2; hidden checks also exist",
        "  ✗ failed  three is doubled",
        "            double(3) gave 9, 6 was expected; that is the square",
        "            printed: squaring",
        "  ! error   text is doubled",
        "            double raised TypeError: can't multiply sequence by non-int of type 'str', in line 3",
        '  A hint: ex.hint("double")',
    ]


def test_of_what_was_printed_the_first_line_is_shown_and_how_many_more_there_are():
    def told(printed: str) -> str:
        return repr(Report([Outcome("f", "one", Status.FAILED, "no", printed=printed)]))

    assert "printed: a ... and 1 more line\n" in told("a\nb\n")
    assert "printed: a ... and 2 more lines\n" in told("a\nb\nc")


def test_the_notebook_is_read_when_a_check_is_asked_for(ex, names):
    assert not ex.check("double").passed
    write(names, "def double(x): return 2 * x")
    assert ex.check("double").passed


def test_nothing_says_that_all_is_well_while_hidden_checks_exist(ex, names):
    write(names, "def double(x): return 2 * x\ndef build(units): return [units]\n")
    for text in (repr(ex.check("double")), repr(ex.check())):
        assert text.endswith("hidden checks also exist") or "hidden checks also exist\n" in text
        assert "all" not in text.lower().split()
        assert "secret" not in text
    assert "visible checks 3 of 3; hidden checks also exist" in repr(ex.check())
    assert "visible checks 3 of 3; hidden checks also exist" in ex.check()._repr_html_()


def test_of_several_tasks_those_that_pass_are_folded_and_all_come_in_the_exercises_order(ex, names):
    order, tests = ex.facts["tasks"], ex.folder / "test_public.py"
    blocks = tests.read_text().split("\n\n\n")
    tests.write_text("\n\n\n".join([blocks[0], blocks[3], *blocks[1:3]]))  # build first
    write(names, "def double(x): return 2 * x\ndef build(units): return None\n")
    report = ex.check()
    assert list(dict.fromkeys(outcome.task for outcome in report.outcomes)) == order
    lines = repr(report).splitlines()
    assert lines[:2] == ["✓ double: visible checks 2 of 2", "build: visible checks 0 of 1"]
    folded, shown = report._repr_html_().split("</details>")
    assert re.match("<details[^>]*><summary>✓ <b>double</b>", folded)
    assert "three is doubled" in folded
    assert "it is a list" in shown
    assert "<details" not in ex.check("double")._repr_html_()


def test_what_to_type_next_looks_like_code(ex, names):
    write(names, "def double(x): return 6")
    assert "A hint: <code>ex.hint(&quot;double&quot;)</code>" in ex.check("double")._repr_html_()
    assert "next" not in repr(Report([Outcome("f", "one", Status.PASSED)], solution=""))
    assert not repr(Report([Outcome("f", "one", Status.PASSED)], solution="")).endswith(":")


def test_a_check_that_serves_several_tasks_is_named_without_the_task():
    outcomes = [
        Outcome("f", "zeros stay zeros (f)", Status.FAILED, "no", hint="Look."),
        Outcome("f", "b (g)", Status.PASSED),
    ]
    for text in (repr(Report(outcomes)), Report(outcomes)._repr_html_()):
        assert "zeros stay zeros" in text
        assert "(f)" not in text
        assert "b (g)" in text


def test_code_is_shown_as_it_was_written_without_breaks_in_words():
    html = SideBySide({"yours": "def f(): ..."})._repr_html_()
    assert "white-space:pre;" in html
    assert "word-break:normal" in html


def test_hidden_checks_are_run_where_this_copy_has_them(ex, names):
    write(names, "def double(x): return 2 * abs(x) if isinstance(x, int) else 2 * x")
    assert "visible checks 2 of 2; hidden checks 0 of 1" in repr(ex.check("double", hidden=True))
    (ex.folder / "test_hidden.py").unlink()
    with pytest.raises(ValueError, match="no hidden checks"):
        ex.check(hidden=True)


def test_the_same_message_is_said_once():
    broken = [Outcome("f", name, Status.ERROR, "f raised ValueError") for name in ("one", "two")]
    assert repr(Report(broken)).count("f raised ValueError") == 1
    assert Report(broken)._repr_html_().count("f raised ValueError") == 1


def test_html_of_students_is_shown_and_not_obeyed(ex, names):
    write(
        names, "def double(x):\n    print('<script>1</script>')\n    return '<img src=x onerror=alert(1)>'\n"
    )
    html = ex.check("double")._repr_html_()
    assert "<script" not in html
    assert "<img" not in html
    assert "&lt;img src=x onerror=alert(1)&gt;" in html


def test_html_tells_outcomes_by_words_and_leaves_the_colour_of_text_alone(ex, names):
    write(names, "def double(x): return 6")
    html = ex.check("double")._repr_html_()
    assert "✓ passed" in html
    assert "✗ failed" in html
    assert not re.search(r"(?<!-)color:|background", html.replace("border-color", ""))


def test_hints_fit_the_check_that_failed_and_go_on_to_the_next(ex, names):
    write(names, "def double(x): return 6")
    assert repr(ex.hint("double")) == "text is doubled: Text can be doubled too."
    write(names, "def double(x): return None")
    ex.check("double")
    hints = [repr(ex.hint("double")) for _ in range(3)]
    assert [hint.split(": ")[1] for hint in hints] == [
        "Twice three is six.", "Text can be doubled too.", "Twice three is six.",
    ]  # fmt: skip
    write(names, "def double(x): return 2 * x")
    ex.check("double")
    assert repr(ex.hint("double")) == "double passes every check that you can see; no hint is left."


@pytest.mark.parametrize(
    ("name", "answer", "said"),
    [
        ("parameters", 760, "✓ 760 is right."),
        ("parameters", 750, "✗ 750 is not it; you forgot the biases."),
        ("parameters", 761, "✗ 761 is not it. It is too large."),
        ("parameters", "many", "✗ 'many' is not it. A number is asked for."),
        ("parameters", ..., "How many parameters has a layer of 3x3 filters?"),
        ("loss", 2.3, "✓ 2.3 is right: 2.30259."),
        ("loss", 2.0, "✗ 2.0 is not it. It is too small."),
        ("loss", 10, "✗ 10 is not it; that is the number of classes."),
        ("shape", [28, 28, 6], "✓ [28, 28, 6] is right."),
        ("shape", (28, 28), "✗ (28, 28) is not it. 3 values are asked for."),
        ("shape", (28, 28, 7), "✗ (28, 28, 7) is not it."),
        ("shape", 28, "✗ 28 is not it. 3 values are asked for, in brackets."),
    ],
)
def test_predictions_are_judged_and_wrong_ones_decoded(ex, name, answer, said):
    note = ex.predict(name, answer)
    assert repr(note) == said
    assert note._repr_html_().count("border-left") == (said[0] in "✓✗")


def test_a_hint_that_several_checks_share_is_given_once(ex, names):
    tests = ex.folder / "test_public.py"
    tests.write_text(tests.read_text().replace("Text can be doubled too.", "Twice three is six."))
    write(names, "def double(x): return None")
    ex.check("double")
    assert len({repr(ex.hint("double")) for _ in range(3)}) == 1


def test_a_solution_is_shown_once_the_task_passes(ex, names):
    write(names, "def double(x): return 2 * x")
    ex.check("double")
    shown = ex.solution("double")
    assert isinstance(shown, SideBySide)
    assert list(shown.sources) == ["yours", "ours", "by adding"]
    assert shown.sources["ours"] == "def double(x):\n    return 2 * x"
    assert shown.sources["by adding"] == "def by_adding(x):\n    return x + x"
    assert "return x + x" in repr(shown)
    assert "return x + x" in shown._repr_html_()


def test_a_solution_is_shown_to_whoever_asks_twice(ex):
    assert isinstance(ex.solution("double"), Note)
    assert 'ex.hint("build")' in repr(ex.solution("build"))
    assert isinstance(ex.solution("double"), SideBySide)


def test_a_copy_without_solutions_says_so(ex, monkeypatch):
    monkeypatch.setattr(course, "_of_the_package", lambda: ())
    (ex.folder / "solution.py").unlink()
    assert "no solutions" in repr(ex.solution("double"))


def test_progress_outlives_the_notebook(ex, names, little_course):
    write(names, "def double(x): return 6")
    ex.check("double")
    assert [tuple(row) for row in ex.progress().rows] == [
        ("double", "✗ fails", "1 of 2"),
        ("build", "– not attempted", ""),
    ]
    write(names, "def double(x): return 2 * x")
    ex.check()
    again = Exercise(ex.folder, {})
    assert again.progress().rows[0] == ("double", "✓ passes", "2 of 2")
    assert "Doubling" in repr(again)
    assert "✓ passes" in again._repr_html_()
    assert "visible checks" in again._repr_html_()
    assert "visible checks" in repr(again)
    assert json.loads((little_course / ".progress.json").read_text())["03_doubling"]["double"]["solved"]


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"03_doubling": 3}'])
def test_damaged_progress_begins_anew(ex, names, little_course, damage):
    (little_course / ".progress.json").write_text(damage)
    write(names, "def double(x): return 2 * x")
    assert ex.check("double").passed
    assert ex.progress().rows[0].state == "✓ passes"


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda ex: ex.check("dubble"), "no task 'dubble': did you mean double?"),
        (lambda ex: ex.hint("zzz"), "no task 'zzz': choose from double, build"),
        (lambda ex: ex.solution("biuld"), "no task 'biuld': did you mean build?"),
        (lambda ex: ex.predict("parameter", 3), "no question 'parameter': did you mean parameters?"),
        (lambda _: course.find("03_dubling"), "no exercise '03_dubling': did you mean 03_doubling?"),
        (lambda _: course.find("17"), "no exercise '17': choose from 03_doubling"),
    ],
)
def test_unknown_names_are_one_line_with_near_ones(ex, call, said):
    with pytest.raises(ValueError) as caught:
        call(ex)
    assert str(caught.value) == said
    assert caught.value._render_traceback_() == [said]  # what IPython shows of it


@pytest.mark.parametrize("name", ["03", "3", "doubling", "03_doubling"])
def test_an_exercise_is_found_by_number_or_name_from_any_folder_of_the_course(
    little_course, monkeypatch, name
):
    for folder in (little_course, little_course / "notebooks", little_course / "exercises" / "03_doubling"):
        monkeypatch.chdir(folder)
        assert course.find(name) == little_course / "exercises" / "03_doubling"


def test_exercises_are_found_by_the_environment_and_missing_ones_say_what_to_do(
    little_course, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CNN_COURSE_EXERCISES", str(little_course / "exercises"))
    assert course.find("3").name == "03_doubling"
    monkeypatch.setenv("CNN_COURSE_EXERCISES", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="no exercises found in .*cnn-course init DIR"):
        course.find("3")


def test_importing_the_course_imports_no_framework():
    code = "import cnn_course, sys; cnn_course.exercise; print({'keras', 'tensorflow'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_in_a_script_the_callers_names_are_looked_at(little_course, monkeypatch, capsys):
    line = SimpleNamespace(setup_line=lambda ex: f"{ex.name} on a made-up device")
    monkeypatch.setattr(cnn_course.lessons, "experiment", line, raising=False)
    names: dict = {}
    write(names, "from cnn_course import exercise\nex = exercise('03')")
    write(names, "def double(x): return 2 * x\nreport = ex.check('double')")
    assert names["report"].passed
    assert capsys.readouterr().out == "03_doubling on a made-up device\n"
