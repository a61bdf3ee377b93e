"""The command line for students: init, list, check, hint, reset, submit."""

import json
import os
from pathlib import Path

import pytest

from cnn_course.cli import main
from cnn_course.cli.check import watch
from cnn_course.lessons import course

RIGHT = "def double(x):\n    return 2 * x\n\n\ndef build(units):\n    return [units]\n"
EXERCISE = Path("exercises/03_doubling/exercise.py")
NOTEBOOK = Path("notebooks/03_doubling.ipynb")


@pytest.fixture
def cli(capsys):
    """A function that runs a command: (status, standard output, standard error)."""

    def run(*words: str) -> tuple[int, str, str]:
        try:
            status = main([str(word) for word in words])
        except SystemExit as stop:
            status = int(stop.code or 0)
        return status, *capsys.readouterr()

    return run


@pytest.fixture
def copy(little_course, tmp_path, monkeypatch, cli) -> Path:
    """A student's working copy of the little course; the current folder."""
    monkeypatch.setattr(course, "_of_the_package", lambda: (little_course / "exercises",))
    monkeypatch.chdir(tmp_path)
    assert cli("init", "mine")[0] == 0
    monkeypatch.chdir(tmp_path / "mine")
    return tmp_path / "mine"


def save(path: Path, text: str, seconds_later: int = 10) -> None:
    """Write a file as if it had been saved a little after all the others."""
    path.write_text(text)
    when = max(file.stat().st_mtime for file in (EXERCISE, NOTEBOOK) if file.is_file()) + seconds_later
    os.utime(path, (when, when))


def test_init_gives_what_students_get_and_nothing_else(copy):
    files = {str(path.relative_to(copy)) for path in copy.rglob("*") if path.is_file()}
    assert files == {
        "README.md",
        "notebooks/03_doubling.ipynb",
        *(
            f"exercises/03_doubling/{name}"
            for name in ("exercise.json", "exercise.py", "questions.py", "test_public.py")
        ),
    }
    assert "03_doubling: Doubling" in (copy / "README.md").read_text()
    everything = "".join(path.read_text() for path in copy.rglob("*") if path.is_file())
    assert "return 2 * x" not in everything
    assert "secret" not in everything


def test_init_overwrites_nothing(copy, cli):
    status, out, err = cli("init", copy)
    assert (status, out) == (1, "")
    assert err.count("\n") == 1
    assert "is not empty; name a new folder" in err


def test_init_says_when_there_is_nothing_to_copy(little_course, tmp_path, monkeypatch, cli):
    monkeypatch.setattr(course, "_of_the_package", lambda: (tmp_path / "none",))
    status, _, err = cli("init", tmp_path / "mine")
    assert (status, "holds no exercises" in err) == (1, True)


def test_list_shows_how_far_one_is(copy, cli):
    assert "0 of 2 tasks" in cli("list")[1]
    save(EXERCISE, RIGHT.replace("[units]", "None"))
    cli("check", "3")
    assert "1 of 2 tasks" in cli("list")[1]
    (row,) = json.loads(cli("list", "--json")[1])
    assert row == {"exercise": "03_doubling", "title": "Doubling", "passing": "1 of 2 tasks"}


def test_check_looks_at_the_file_that_was_saved_last(copy, cli):
    status, out, err = cli("check", "03")
    assert (status, err) == (1, "")
    assert out.startswith(f"{EXERCISE}\n\ndouble: not attempted")
    notebook = json.loads(NOTEBOOK.read_text())
    notebook["cells"][1]["source"] = ["def double(x):\n", "    return x + x\n"]
    save(NOTEBOOK, json.dumps(notebook))
    status, out, _ = cli("check", "03", "double")
    assert (status, out.startswith(f"{NOTEBOOK}\n\ndouble: visible checks 2 of 2; hidden")) == (0, True)
    assert cli("check", "03", "double", "--file", EXERCISE)[0] == 1


def test_check_ends_with_0_only_if_everything_passes(copy, cli):
    save(EXERCISE, RIGHT)
    status, out, err = cli("check", "03")
    assert (status, err) == (0, "")
    assert out.endswith("visible checks 3 of 3; hidden checks also exist\n")
    save(EXERCISE, RIGHT + "\nnonsense\n", 20)
    status, out, _ = cli("check", "03")
    assert (status, "! exercise.py raised NameError: name 'nonsense' is not defined" in out) == (1, True)


def test_check_says_how_to_get_a_hint_and_hint_gives_it(copy, cli):
    save(EXERCISE, RIGHT.replace("2 * x", "x * x"))
    out = cli("check", "03", "double")[1]
    assert "double(3) gave 9, 6 was expected; that is the square" in out
    assert "A hint: cnn-course hint 03 double" in out
    assert cli("hint", "03", "double") == (0, "three is doubled: Twice three is six.\n", "")


def test_check_as_json_has_every_check(copy, cli):
    save(EXERCISE, RIGHT.replace("2 * x", "2 / 0"))
    status, out, _ = cli("check", "03", "--json")
    said = json.loads(out)
    assert status == 1
    assert (said["exercise"], said["problems"], said["hidden_checks_exist"]) == ("03_doubling", [], True)
    assert [check["status"] for check in said["checks"]] == ["error", "error", "passed"]


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("check", "04"), 2, "no exercise '04': choose from 03_doubling"),
        (("check", "03", "dubble"), 2, "no task 'dubble': did you mean double?"),
        (("hint", "03", "dubble"), 2, "no task 'dubble': did you mean double?"),
        (("check", "03", "--file", "notes.txt"), 2, "notes.txt is neither a .py nor an .ipynb file"),
        (("check", "03", "--file", "gone.py"), 1, "gone.py does not exist"),
        (("check", "03", "--hidden"), 2, "this copy of the course has no hidden checks"),
    ],
)
def test_what_cannot_be_done_is_one_line(copy, cli, words, status, said):
    code, out, err = cli(*words)
    assert (code, out, err.count("\n")) == (status, "", 1)
    assert said in err


def test_watch_checks_again_at_each_save_until_interrupted(tmp_path, capsys):
    path = tmp_path / "exercise.py"
    path.write_text("1")
    seen: list[str] = []
    saves = iter([lambda: None, lambda: path.write_text("22"), path.unlink, lambda: path.write_text("333")])

    def wait(_: float) -> None:
        try:
            next(saves)()
        except StopIteration:
            raise KeyboardInterrupt from None

    assert watch(path, lambda: seen.append(path.read_text()) or len(seen), wait) == 3
    assert seen == ["1", "22", "333"]
    assert "waiting for exercise.py to be saved; Ctrl-C ends" in capsys.readouterr().out


def test_reset_keeps_what_one_had(copy, cli):
    stub = EXERCISE.read_text()
    for number, text in enumerate(("first", "second"), start=1):
        EXERCISE.write_text(text)
        status, out, _ = cli("reset", "03")
        assert (status, EXERCISE.read_text()) == (0, stub)
        assert EXERCISE.with_name(f"exercise.before-reset-{number}.py").read_text() == text
        assert f"exercise.before-reset-{number}.py" in out
    assert "nothing to do" in cli("reset", "03")[1]


def test_reset_leaves_the_originals_alone(little_course, monkeypatch, cli):
    monkeypatch.setattr(course, "_of_the_package", lambda: (little_course / "exercises",))
    status, _, err = cli("reset", "03")
    assert (status, "is the original; `cnn-course init DIR` makes a copy" in err) == (1, True)


def test_submit_writes_the_file_to_hand_in(copy, cli):
    save(EXERCISE, RIGHT.replace("[units]", "None"))
    status, out, _ = cli("submit", "03")
    assert status == 0
    facts = dict(line.split(maxsplit=1) for line in out.splitlines())
    assert facts["tasks"] == "all 2 are there"
    assert facts["checks"] == "visible checks 2 of 3; hidden checks also exist"
    assert facts["written"] == "handin/03_doubling/exercise.py: hand in this file"
    assert Path("handin/03_doubling/exercise.py").read_text() == EXERCISE.read_text()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("def double(:\n", "exercise.py cannot be read"),
        (RIGHT + "1 / 0\n", "it does not run: exercise.py raised ZeroDivisionError"),
        (RIGHT.replace("build", "biuld"), "build missing"),
        (RIGHT + RIGHT.split("\n\n\n", maxsplit=1)[0] + "\n", "double there twice"),
        (RIGHT + f"X = '{'x' * 1_000_001}'\n", "at most 1,000 kB can be handed in"),
        ("def pool2d(): pass\ndef l2(): pass\n", "this is 04_pooling, not 03_doubling"),
    ],
)
def test_submit_writes_nothing_that_is_wrong_unless_told_to(copy, cli, text, said):
    other = copy / "exercises" / "04_pooling"
    other.mkdir()
    facts = json.loads((copy / "exercises/03_doubling/exercise.json").read_text())
    (other / "exercise.json").write_text(json.dumps(facts | {"tasks": ["pool2d", "l2"]}))
    save(EXERCISE, text)
    status, out, err = cli("submit", "03")
    assert (status, err) == (1, "")
    assert said in out
    assert "(!)" in out
    assert not Path("handin").exists()
    if "04_pooling" in said:
        assert cli("submit", "03", "--anyway")[0] == 0
        assert Path("handin/03_doubling/exercise.py").read_text() == text


def test_submit_asks_whether_everything_is_saved_where_an_editor_has_the_file(copy, cli):
    save(EXERCISE, RIGHT)
    EXERCISE.with_name(".exercise.py.swp").touch()
    assert "open in an editor: is everything saved?" in cli("submit", "03")[1]


def test_submit_runs_a_notebook_from_top_to_bottom_and_hands_it_in_without_outputs(copy, cli):
    notebook = json.loads(NOTEBOOK.read_text())
    for cell, source in zip(notebook["cells"][1:3], RIGHT.split("\n\n\n"), strict=True):
        cell["source"] = source
    save(NOTEBOOK, json.dumps(notebook))
    status, out, _ = cli("submit", "03")
    assert status == 0
    assert "from top to bottom in" in out
    handed = json.loads(Path("handin/03_doubling/03_doubling.ipynb").read_text())
    assert [cell["outputs"] for cell in handed["cells"]] == [[]] * 4
    assert [cell["source"] for cell in handed["cells"]] == [cell["source"] for cell in notebook["cells"]]
    notebook["cells"][3]["source"] = "print(undefined)"
    save(NOTEBOOK, json.dumps(notebook))
    status, out, _ = cli("submit", "03")
    assert (status, "NameError" in out) == (1, True)


def test_submit_refuses_the_notebook_of_another_exercise(copy, cli):
    notebook = json.loads(NOTEBOOK.read_text())
    notebook["metadata"]["cnn_course"]["exercise"] = "04_pooling"
    save(NOTEBOOK, json.dumps(notebook))
    status, out, _ = cli("submit", "03")
    assert (status, "this is 04_pooling, not 03_doubling (!)" in out) == (1, True)


def test_submit_names_what_a_task_calls_and_a_grader_will_not_see(copy, cli):
    notebook = json.loads(NOTEBOOK.read_text())
    tasks = RIGHT.replace("2 * x", "twice(x)").split("\n\n\n")
    for cell, source in zip(notebook["cells"][1:3], tasks, strict=True):
        cell["source"] = source
    helper = {"cell_type": "code", "metadata": {}, "source": "def twice(x):\n    return 2 * x\n"}
    notebook["cells"].insert(1, {**helper, "id": "helper", "outputs": [], "execution_count": None})
    save(NOTEBOOK, json.dumps(notebook))
    status, out, _ = cli("submit", "03")
    assert status == 1
    assert "only cells of tasks count; left out: twice in cell 2; move it into the cell of the task" in out
