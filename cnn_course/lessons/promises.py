"""What an exercise promises its students, each promise as a function that yields what breaks it."""

import ast
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from cnn_course.grading.batch.exercise import SOLUTION, read_exercise
from cnn_course.grading.batch.job import end_workers, grade_job
from cnn_course.grading.batch.plan import Plan, limits_of
from cnn_course.grading.batch.verdict import outcomes_of
from cnn_course.grading.jail.levels import NoIsolation, choose
from cnn_course.grading.known import Alternative, Mistake
from cnn_course.grading.outcome import Outcome, Status
from cnn_course.lessons.course import HIDDEN
from cnn_course.lessons.generate import module, products, stale
from cnn_course.lessons.leaks import Shown, hidden_checks, solutions
from cnn_course.lessons.lesson import MASTER
from cnn_course.lessons.trial import ALTERNATIVES, MISTAKES, PUBLIC, QUESTIONS, Trial, file_of, mark_of

TESTS_MAY_IMPORT = {"numpy", "pytest", "cnn_course.grading", *sys.stdlib_module_names}
PREDICTS = re.compile(r"\bex\.predict\(\s*[\"'](\w+)[\"']")


@dataclass(frozen=True)
class Defect:
    """A promise that an exercise breaks: where to look, and what is wrong there."""

    where: str
    what: str


def generated_files_are_in_step(trial: Trial) -> Iterator[Defect]:
    for path in stale(products(trial.lesson, trial.course)):
        name = trial.folder.name
        yield Defect(path.name, f"it is not what {MASTER} makes: run cnn-course dev build {name}")


def checks_are_plain(trial: Trial) -> Iterator[Defect]:
    """They run where no framework is, and beside nothing of the exercise."""
    for path in (trial.folder / PUBLIC, trial.folder / HIDDEN):
        tree = ast.parse(path.read_text("utf-8")) if path.is_file() else ast.Module([], [])
        for name in _imported(tree):
            if not any(name == may or name.startswith(f"{may}.") for may in TESTS_MAY_IMPORT):
                yield Defect(
                    path.name, f"it imports {name}; checks import numpy, pytest and cnn_course.grading"
                )


def checks_have_task_hint_and_points(trial: Trial) -> Iterator[Defect]:
    for outcome in trial.solved:
        said = f'check "{outcome.check}"'
        if outcome.task not in trial.lesson.tasks:
            named = f"{outcome.task!r} is none" if outcome.task else "it names none"
            yield Defect(file_of(outcome), f"{said}: {named} of the tasks {', '.join(trial.lesson.tasks)}")
        if not outcome.hint.strip():
            yield Defect(file_of(outcome), f'{said} has no hint: @pytest.mark.hint("...")')
        if not outcome.points > 0:
            yield Defect(file_of(outcome), f"{said} is worth {outcome.points:g} points; more than 0 are due")
    for (file, check), count in Counter((file_of(o), o.check) for o in trial.solved).items():
        if count > 1:
            yield Defect(file, f'{count} checks read "{check}": give each a name of its own')


def tasks_have_what_they_need(trial: Trial) -> Iterator[Defect]:
    """A check that students see, a cell that runs it, a mistake that is caught."""
    seen = {outcome.task for outcome in trial.solved if not outcome.hidden}
    mistaken = {mark_of(function).task for function in trial.marked(MISTAKES)}
    checked = re.findall(r"\bex\.check\(\s*[\"'](\w+)[\"']", trial.code())
    for task in trial.lesson.tasks:
        if task not in seen:
            yield Defect(PUBLIC, f"task {task} has no check here")
        if task not in checked:
            yield Defect(MASTER, f'no cell checks task {task}: ex.check("{task}")')
        if task not in mistaken:
            yield Defect(MISTAKES, f"task {task} has no known mistake here")


def the_solution_earns_every_point(trial: Trial) -> Iterator[Defect]:
    for outcome in trial.solved:
        if outcome.status is not Status.PASSED:
            yield Defect(file_of(outcome), f'the solution: check "{outcome.check}" {_ended(outcome)}')


def the_solution_earns_every_point_in_a_box(trial: Trial) -> Iterator[Defect]:
    """As it will be graded, where only plain values reach the checks; not tried where no box can be made."""
    try:
        level = choose().level
    except NoIsolation:
        return
    plan = Plan(read_exercise(trial.folder), limits_of(), level)
    try:
        result = grade_job(plan.job("the solution", SOLUTION, module(trial.lesson, solved=True)))
    finally:
        end_workers()
    for outcome in outcomes_of(result):
        if outcome.status is not Status.PASSED:
            said = f'the solution, graded in a box ({level}): check "{outcome.check}" {_ended(outcome)}'
            yield Defect(file_of(outcome), said)


def the_stub_is_not_attempted(trial: Trial) -> Iterator[Defect]:
    for outcome in [*trial.public(trial.stub), *trial.hidden(trial.stub)]:
        if outcome.status is not Status.NOT_ATTEMPTED:
            said = f'the stub: check "{outcome.check}" {_ended(outcome)}'
            yield Defect(file_of(outcome), f'{said}; it must say "{Status.NOT_ATTEMPTED}"')


def mistakes_are_caught_by_their_messages(trial: Trial) -> Iterator[Defect]:
    yield from _names_used_twice(trial, MISTAKES)
    phrases: dict[tuple[str, str], str] = {}
    for function in trial.marked(MISTAKES):
        mistake: Mistake = mark_of(function)
        said = f"{function.__name__} (task {mistake.task})"
        if mistake.task not in trial.lesson.tasks:
            yield Defect(MISTAKES, f"{said}: there is no such task")
            continue
        for (task, phrase), other in phrases.items():
            if task == mistake.task and (phrase in mistake.says or mistake.says in phrase):
                yield Defect(MISTAKES, f"{said}: {other} says {phrase!r} too; each needs words of its own")
        phrases[mistake.task, mistake.says] = function.__name__
        if why := _missed(trial, function, mistake):
            yield Defect(MISTAKES, f"{said}: {why}")


def alternatives_earn_every_point(trial: Trial) -> Iterator[Defect]:
    yield from _names_used_twice(trial, ALTERNATIVES)
    for function in trial.marked(ALTERNATIVES):
        alternative: Alternative = mark_of(function)
        task, said = alternative.task, f"{function.__name__} (task {alternative.task})"
        if task not in trial.lesson.tasks:
            yield Defect(ALTERNATIVES, f"{said}: there is no such task")
            continue
        answers = trial.answering(task, function)
        for outcome in [*trial.public(answers, task), *trial.hidden(answers, task)]:
            if outcome.status is not Status.PASSED:
                where = f'check "{outcome.check}" of {file_of(outcome)}'
                yield Defect(ALTERNATIVES, f"{said}: {where} {_ended(outcome)}")


def questions_answer_themselves(trial: Trial) -> Iterator[Defect]:
    questions = {function.__name__: function for function in trial.marked(QUESTIONS)}
    asked = PREDICTS.findall(trial.code())
    for name, function in questions.items():
        answer = function()
        if not (isinstance(answer, tuple) and len(answer) == 2 and isinstance(answer[1], dict)):
            yield Defect(QUESTIONS, f"{name} must return (answer, {{wrong answer: what led to it}})")
        elif answer[0] in answer[1]:
            yield Defect(QUESTIONS, f"{name}: {answer[0]!r} is the answer and a wrong one too")
        if name not in asked:
            yield Defect(MASTER, f'no cell asks the question {name}: ex.predict("{name}", ...)')
    for name in asked:
        if name not in questions:
            yield Defect(MASTER, f'ex.predict("{name}", ...): {QUESTIONS} has no question of that name')


def nothing_leaks(trial: Trial) -> Iterator[Defect]:
    hidden = trial.folder / HIDDEN
    checks = hidden_checks(hidden.read_text("utf-8")) if hidden.is_file() else []
    shown = Shown([*solutions(trial.lesson), *checks])
    for file, text in trial.given_to_students().items():
        for leak in shown(text):
            yield Defect(file, leak.what)


PROMISES = (
    generated_files_are_in_step,
    checks_are_plain,
    checks_have_task_hint_and_points,
    tasks_have_what_they_need,
    the_solution_earns_every_point,
    the_solution_earns_every_point_in_a_box,
    the_stub_is_not_attempted,
    mistakes_are_caught_by_their_messages,
    alternatives_earn_every_point,
    questions_answer_themselves,
    nothing_leaks,
)


def _missed(trial: Trial, function: object, mistake: Mistake) -> str:
    """Why a mistake does not count as caught, or nothing."""
    answers = trial.answering(mistake.task, function)
    messages: list[str] = []
    for checks in (trial.public, trial.hidden):  # one after the other: most are caught by the first
        bad = [outcome for outcome in checks(answers, mistake.task) if outcome.status is not Status.PASSED]
        if any(mistake.says in outcome.message for outcome in bad):
            return ""
        messages += [outcome.message for outcome in bad]
    if not messages:
        return "no check catches it"
    return f"no message says {mistake.says!r}; it earns: {' | '.join(dict.fromkeys(messages))}"


def _names_used_twice(trial: Trial, file: str) -> Iterator[Defect]:
    for name, count in trial.names_used_twice(file).items():
        yield Defect(file, f"{count} functions are named {name}: only the last would be tried")


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        if isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


def _ended(outcome: Outcome) -> str:
    return f"is {outcome.status}" + (f": {outcome.message}" if outcome.message else "")
