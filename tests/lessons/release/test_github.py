"""The template for GitHub Classroom: its workflow is valid, asks for few rights and runs visible checks."""

import os
import subprocess

import pytest
import yaml

from cnn_course.cli.flags import build_parser
from cnn_course.lessons.release import github as target
from cnn_course.lessons.release.github import WORKFLOW, github
from cnn_course.lessons.release.master import masters
from cnn_course.lessons.working_copy import answers_file

WHEEL = "cnn_course-1-py3-none-any.whl"
GRADER = "classroom-resources/autograding-command-grader@v1"
REPORTER = "classroom-resources/autograding-grading-reporter@v1"


@pytest.fixture
def release(folder, monkeypatch):
    """A function that makes the release of the little course, {path: content}."""
    monkeypatch.setattr(target, "wheel", lambda: (WHEEL, b"wheel"))
    return lambda: github(masters(folder.parents[1]))


@pytest.fixture
def made(release):
    """A function that makes its only template, {path: content}."""
    return lambda: {
        name.removeprefix("90_numbers/"): content
        for name, content in release().items()
        if name.startswith("90_numbers/")
    }


@pytest.fixture
def workflow(made):
    return yaml.safe_load(made()[WORKFLOW])


def job(workflow):
    (only,) = workflow["jobs"].values()
    return only


def test_the_template_has_what_students_get_and_the_wheel(made, folder):
    assert set(made()) == {
        "README.md",
        ".gitignore",
        WORKFLOW,
        f".github/{WHEEL}",
        "notebooks/90_numbers.ipynb",
        *(
            f"exercises/90_numbers/{name}"
            for name in ("exercise.json", "exercise.py", "questions.py", "test_public.py")
        ),
    }


def test_the_workflow_runs_on_pushes_of_students_with_few_rights(workflow):
    assert workflow["on"] == ["push", "workflow_dispatch"]
    assert workflow["permissions"] == {"checks": "write", "actions": "read", "contents": "read"}
    assert job(workflow)["if"] == "github.actor != 'github-classroom[bot]'"
    assert "self-hosted" not in job(workflow)["runs-on"]


def test_each_task_is_a_step_with_its_visible_points(workflow):
    steps = {step["id"]: step for step in job(workflow)["steps"] if step.get("uses") == GRADER}
    assert {task: step["with"]["max-score"] for task, step in steps.items()} == {"mean": 1, "largest": 1}
    for task, step in steps.items():
        program, *words = step["with"]["command"].split()
        asked = build_parser().parse_args(words)
        assert program == "cnn-course"
        assert (asked.verb, asked.exercise, asked.task, asked.hidden) == ("check", "90_numbers", task, False)
        assert step["with"]["test-name"] == task
        assert "env" not in step  # the grader passes on PATH and HOME alone


def test_the_reporter_gets_the_result_of_every_task(workflow):
    (step,) = [step for step in job(workflow)["steps"] if step.get("uses") == REPORTER]
    assert step["with"]["runners"] == "mean,largest"
    assert step["env"] == {
        "MEAN_RESULTS": "${{ steps.mean.outputs.result }}",
        "LARGEST_RESULTS": "${{ steps.largest.outputs.result }}",
    }


def test_half_points_are_multiplied_since_graders_know_whole_ones_only(made, edit):
    edit("test_public.py", '@pytest.mark.task("mean")', '@pytest.mark.points(0.5)\n@pytest.mark.task("mean")')
    text = made()[WORKFLOW].decode()
    steps = [step for step in job(yaml.safe_load(text))["steps"] if step.get("uses") == GRADER]
    assert [step["with"]["max-score"] for step in steps] == [1, 2]
    assert text.splitlines()[0].endswith("Scores here are 2 times the points of the visible checks.")


def test_all_checks_are_kept_as_json(workflow):
    (step,) = [step for step in job(workflow)["steps"] if "--json" in step.get("run", "")]
    assert "cnn-course check 90_numbers --json > checks.json" in step["run"]
    (upload,) = [s for s in job(workflow)["steps"] if s.get("uses", "").startswith("actions/upload-artifact")]
    assert upload["with"]["path"] == "checks.json"


def test_the_wheel_that_is_installed_is_the_one_that_is_there(workflow, made):
    (step,) = [step for step in job(workflow)["steps"] if "pip install" in step.get("run", "")]
    path = step["run"].rpartition(" ")[2].strip('"')
    assert path in made()


@pytest.mark.parametrize("last", ["notebooks/90_numbers.ipynb", "exercises/90_numbers/exercise.py"])
def test_the_file_that_was_committed_last_is_checked(workflow, made, tmp_path, last):
    for name, content in made().items():
        (tmp_path / "repo" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "repo" / name).write_bytes(content)
    repository = tmp_path / "repo"

    def git(*words: str, at: str) -> None:
        who = {
            f"GIT_{role}_{what}": "a@b.c" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
        }
        when = {"GIT_AUTHOR_DATE": at, "GIT_COMMITTER_DATE": at}
        subprocess.run(
            ["git", "-C", repository, *words],
            check=True,
            capture_output=True,
            env={**os.environ, **who, **when},
        )

    git("init", at="2030-01-01T00:00:00Z")
    git("add", ".", at="2030-01-01T00:00:00Z")
    git("commit", "-m", "template", at="2030-01-01T00:00:00Z")
    (repository / last).write_bytes((repository / last).read_bytes() + b"\n")
    git("commit", "-am", "answers", at="2030-01-02T00:00:00Z")
    for path in repository.rglob("*.*"):
        os.utime(path, (1, 1))  # a fresh clone has no other times to tell files apart by
    (step,) = [step for step in job(workflow)["steps"] if "touch" in step.get("run", "")]
    subprocess.run(["bash", "-e", "-c", step["run"]], cwd=repository, check=True)
    assert answers_file(repository / "exercises" / "90_numbers") == repository / last


def test_students_read_what_a_push_does_and_instructors_what_it_is_worth(release):
    files = {name: content.decode() for name, content in release().items() if name.endswith("README.md")}
    assert set(files) == {"README.md", "90_numbers/README.md"}
    assert "- 90_numbers: Numbers" in files["90_numbers/README.md"]
    assert "Whenever you push, GitHub runs the visible checks" in files["90_numbers/README.md"]
    assert "A score is feedback, not a grade" in files["README.md"]
