"""Run a test file on a submission: pytest in this process, quiet, its reports turned into outcomes."""

import os
import sys
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from cnn_course.grading.outcome import Outcome, Status
from cnn_course.grading.submission import (
    BadAnswer,
    NotAttempted,
    StudentError,
    Submission,
    begin_check,
    printed,
)
from cnn_course.grading.wording import clean, sentence

SETTINGS = Path(__file__).with_name("pytest.ini")
ALONE = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": "", "PYTEST_PLUGINS": ""}
RAN = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED)


def run_checks(
    tests: Path, submission: Submission, *, task: str | None = None, hidden: bool = False
) -> list[Outcome]:
    """One outcome per check in the file `tests`, or only those of `task`, in the order of the file.

    RuntimeError if the file itself is broken. KeyboardInterrupt passes through.
    """
    collector = _Collector(submission, task, hidden)
    words = ["-c", str(SETTINGS), f"--rootdir={tests.parent}", str(tests)]
    with _alone(tests):
        status = pytest.main(words, plugins=[collector])
    if collector.broken:
        raise RuntimeError(f"{tests.name} could not be read: {collector.broken}")
    if status == pytest.ExitCode.INTERRUPTED:
        raise KeyboardInterrupt
    if status not in RAN:
        raise RuntimeError(f"{tests.name} could not be run: pytest ended with {status!r}")
    return collector.outcomes


class _Collector:
    """A pytest plugin: hands the submission to the tests and keeps what became of each."""

    def __init__(self, submission: Submission, task: str | None, hidden: bool) -> None:
        self.submission_under_test, self.task, self.hidden = submission, task, hidden
        self.outcomes: list[Outcome] = []
        self.broken = ""

    @pytest.fixture
    def submission(self) -> Submission:
        return self.submission_under_test

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.broken = str(report.longrepr).splitlines()[-1]

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        if self.task is not None:
            items[:] = [item for item in items if _mark(item, "task", "") == self.task]

    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        begin_check(self.submission_under_test, _mark(item, "seconds", None))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo) -> Any:
        report = yield
        if call.when == "call" or call.excinfo is not None:
            self.outcomes.append(self._outcome(item, call))
        return report

    def _outcome(self, item: pytest.Item, call: pytest.CallInfo) -> Outcome:
        status, message = _judged(call.excinfo.value if call.excinfo else None)
        return Outcome(
            task=_mark(item, "task", ""),
            check=sentence(item.name),
            status=status,
            message=clean(message),
            hint=_mark(item, "hint", ""),
            points=float(_mark(item, "points", 1)),
            hidden=self.hidden,
            printed=clean(printed(self.submission_under_test)),
        )


def _judged(problem: BaseException | None) -> tuple[Status, str]:
    """What an exception in a check means for the student."""
    if problem is None:
        return Status.PASSED, ""
    if isinstance(problem, NotAttempted):
        return Status.NOT_ATTEMPTED, str(problem)
    if isinstance(problem, StudentError) and not isinstance(problem, BadAnswer):
        return Status.ERROR, str(problem)
    if isinstance(problem, BadAnswer | AssertionError):
        return Status.FAILED, str(problem) or f"this does not hold: {_line(problem)}"
    hint = "; is a return missing?" if "NoneType" in str(problem) else ""
    return Status.FAILED, f"the check could not use the answer: {type(problem).__name__}: {problem}{hint}"


def _line(problem: BaseException) -> str:
    return traceback.extract_tb(problem.__traceback__)[-1].line or "an assertion"


def _mark(item: pytest.Item, name: str, default: Any) -> Any:
    mark = item.get_closest_marker(name)
    return mark.args[0] if mark else default


@contextmanager
def _alone(tests: Path) -> Iterator[None]:
    """No plugin, option, bytecode or module of an earlier run has a say, and none stays behind."""
    bytecode, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    modules = set(sys.modules)
    rewriting = [finder for finder in sys.meta_path if type(finder).__name__ == "AssertionRewritingHook"]
    sys.meta_path[:] = [finder for finder in sys.meta_path if finder not in rewriting]
    try:
        with _environment(ALONE), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        sys.dont_write_bytecode = bytecode
        sys.meta_path[:0] = rewriting
        for name in set(sys.modules) - modules:
            if getattr(sys.modules[name], "__file__", None) == str(tests):
                del sys.modules[name]


@contextmanager
def _environment(changes: dict[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in changes}
    os.environ.update(changes)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
