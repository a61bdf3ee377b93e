"""An exercise as a student has it in a notebook: `ex = exercise("03_convolution")`.

ex.check("conv2d")              is it right? ex.check() for all tasks
ex.hint("conv2d")               the hint that fits the check that failed
ex.predict("parameters", 760)   an answer to a question before it is computed
ex.solution("conv2d")           beside one's own, once it passes or when asked twice
ex.progress()                   how far one is
ex.data(), ex.train(...)        the experiment, see `cnn_course.lessons.experiment`
"""

import sys
from collections.abc import Mapping
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from cnn_course.grading.in_process import in_process
from cnn_course.grading.outcome import Outcome, Status
from cnn_course.grading.quiet import ipython_shell
from cnn_course.grading.showing import SYMBOLS, by_task, check_name
from cnn_course.lessons import course
from cnn_course.lessons.loading import load_module
from cnn_course.lessons.prediction import judged, questions
from cnn_course.lessons.progress import Progress
from cnn_course.lessons.report import Note, Overview, Report, SideBySide, TaskState
from cnn_course.lessons.solutions import answers, solution_folder
from cnn_course.lessons.trained import trained_file

PUBLIC = "test_public.py"


def exercise(name: str) -> "Exercise":
    """The exercise of that name or number, on what the calling notebook defines; prints what it runs on.

    ValueError names the exercises there are, FileNotFoundError says how to get some.
    """
    from cnn_course.lessons import experiment

    made = Exercise(course.find(name), _notebook_names() or sys._getframe(1).f_globals)
    print(experiment.setup_line(made))
    return made


class Exercise:
    """An exercise: the author's files in `folder`, the student's work in `namespace`, read when needed."""

    def __init__(self, folder: Path, namespace: Mapping[str, Any]) -> None:
        self.folder, self.name, self._namespace = folder, folder.name, namespace
        self.facts = course.facts(folder)
        self._progress = Progress(folder)
        self._last: dict[str, list[Outcome]] = {}
        self._hints: dict[str, int] = {}

    def check(self, task: str | None = None, *, hidden: bool = False) -> Report:
        """Run the checks of a task, or of all; `hidden`: also those that only a copy with solutions has."""
        if task is not None:
            self._known(task)
        unseen = course.hidden_checks(self.folder) if hidden else None
        if hidden and unseen is None:
            raise course.NoSuchName(f"{self.name}: this copy of the course has no hidden checks")
        outcomes = self._outcomes(self.folder / PUBLIC, task)
        self._remember(outcomes)
        if unseen is not None:
            outcomes += self._outcomes(unseen, task, hidden=True)
        return Report(outcomes, hidden_exist=self.facts["hidden"])

    def hint(self, task: str) -> Note:
        """The hint of the first check that fails; asked again, the next of those that fit."""
        self._known(task)
        if task not in self._last:
            self.check(task)
        failing = [outcome for outcome in self._last[task] if outcome.status is not Status.PASSED]
        if not failing:
            return Note(f"{task} passes every check that you can see; no hint is left.")
        first: dict[str, Outcome] = {}
        for outcome in failing:
            first.setdefault(outcome.hint or outcome.message, outcome)
        number = self._hints.get(task, 0)
        self._hints[task] = number + 1
        self._progress.count(task, "hints")
        hint, outcome = list(first.items())[number % len(first)]
        return Note(f"{check_name(outcome)}: {hint}")

    def predict(self, name: str, answer: Any = ...) -> Note:
        """Say whether an answer to the question `name` is right, and what led to a wrong one.

        Without an answer, or with `...` in its place, the question itself.
        """
        if name not in self._questions:
            raise course.unknown("question", name, list(self._questions))
        question = self._questions[name]
        if answer is ...:
            return Note(question.known.text)
        right, said = judged(question, answer)
        return Note(said, Status.PASSED if right else Status.FAILED)

    def solution(self, task: str) -> Note | SideBySide:
        """The course's answer beside one's own, and other right ones: once it passes, or when asked twice."""
        self._known(task)
        folder = solution_folder(self.folder)
        if folder is None:
            return Note("This copy of the course has no solutions; whoever gave it to you has them.")
        if not self._progress.of(task).get("solved") and self._progress.count(task, "asked") < 2:
            return Note(
                f'{task} does not pass yet. ex.hint("{task}") helps without giving it away; '
                f'ask for ex.solution("{task}") once more to see it.'
            )
        return SideBySide(answers(task, folder, self._namespace))

    def progress(self) -> Overview:
        """Each task and how far it is."""
        return Overview(
            f"{self.name}: {self.facts['title']}",
            [self._state(task) for task in self.facts["tasks"]],
            hidden_exist=self.facts["hidden"],
        )

    def data(self, *args: Any, **changes: Any) -> Any:
        """The images of the experiment, in the size of the profile; see `experiment.data`."""
        from cnn_course.lessons import experiment

        return experiment.data(self, *args, **changes)

    def train(self, model: Any, data: Any, **changes: Any) -> Any:
        """Train by the recipe of the profile and record the run; see `experiment.train`."""
        from cnn_course.lessons import experiment

        return experiment.train(self, model, data, **changes)

    def tensorboard(self) -> Any:
        """TensorBoard on this exercise's runs; see `experiment.tensorboard`."""
        from cnn_course.lessons import experiment

        return experiment.tensorboard(self)

    def __repr__(self) -> str:
        return repr(self.progress())

    def _repr_html_(self) -> str:
        return self.progress()._repr_html_()

    @cached_property
    def _scenarios(self) -> dict[str, Any]:
        return self._module("scenarios")

    @cached_property
    def _questions(self) -> dict[str, Any]:
        return questions(self._module("questions"))

    def _module(self, name: str) -> dict[str, Any]:
        path = self.folder / f"{name}.py"
        return load_module(name, path) if path.is_file() else {}

    def _outcomes(self, tests: Path, task: str | None, *, hidden: bool = False) -> list[Outcome]:
        from cnn_course.grading.run import run_checks

        submission = in_process(self._namespace, self._scenarios)
        trained = partial(trained_file, self.name)
        outcomes = run_checks(tests, submission, task=task, hidden=hidden, trained=trained)
        return sorted(outcomes, key=lambda outcome: self.facts["tasks"].index(outcome.task))

    def _remember(self, outcomes: list[Outcome]) -> None:
        for task, of_task in by_task(outcomes).items():
            self._last[task] = of_task
            self._hints.pop(task, None)
            passed = sum(outcome.status is Status.PASSED for outcome in of_task)
            solved = {"solved": True} if passed == len(of_task) else {}
            attempted = any(outcome.status is not Status.NOT_ATTEMPTED for outcome in of_task)
            self._progress.note(task, passed=passed, checks=len(of_task), attempted=attempted, **solved)

    def _state(self, task: str) -> TaskState:
        known = self._progress.of(task)
        if not known.get("attempted"):
            return TaskState(task, f"{SYMBOLS[Status.NOT_ATTEMPTED]} not attempted", "")
        count = f"{known['passed']} of {known['checks']}"
        if known["passed"] == known["checks"]:
            return TaskState(task, f"{SYMBOLS[Status.PASSED]} passes", count)
        return TaskState(task, f"{SYMBOLS[Status.FAILED]} fails", count)

    def _known(self, task: str) -> None:
        if task not in self.facts["tasks"]:
            raise course.unknown("task", task, self.facts["tasks"])


def _notebook_names() -> Mapping[str, Any] | None:
    """What the notebook or IPython that runs this defines."""
    shell = ipython_shell()
    return None if shell is None else shell.user_ns
