"""Run a test file on a submission: pytest in this process, quiet, its reports turned into outcomes."""

import os
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnn_course.grading.outcome import Outcome, Status
from cnn_course.grading.submission import (
    BadAnswer,
    CannotJudge,
    NotAttempted,
    StudentError,
    Submission,
    begin_check,
    printed,
    was_watched,
)
from cnn_course.grading.values import Network
from cnn_course.grading.wording import clean, sentence

SETTINGS = Path(__file__).with_name("pytest.ini")
ALONE = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": "", "PYTEST_PLUGINS": ""}
LONGEST = 10_000  # characters of a message, and of what was printed
RAN = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED)


def run_checks(
    tests: Path,
    submission: Submission,
    *,
    task: str | None = None,
    hidden: bool = False,
    seed: int = 0,
    trained: Callable[[], bytes | None] = lambda: None,
) -> list[Outcome]:
    """One outcome per check in the file `tests`, or only those of `task`, in the order of the file.

    `seed`: what the fixture `rng` is seeded with, beside the name of the check. `trained()` gives the file of
    the trained network that was handed in, if there is one. RuntimeError if the file of tests is broken, or
    something that a check needs is missing here. KeyboardInterrupt passes through.
    """
    tests = tests.resolve()  # `_alone` forgets the module by its path
    collector = _Collector(submission, task, hidden, seed, trained)
    folder = tests.parent  # no folder above it is looked into
    words = ["-c", str(SETTINGS), f"--rootdir={folder}", f"--confcutdir={folder}", str(tests)]
    with _alone(tests):
        status = pytest.main(words, plugins=[collector])
    if collector.broken:
        raise RuntimeError(f"{tests.name} could not be read: {collector.broken}")
    if collector.missing:
        raise RuntimeError(f"{tests.name} could not be run: {collector.missing}")
    if status == pytest.ExitCode.INTERRUPTED:
        raise KeyboardInterrupt
    if status not in RAN:
        raise RuntimeError(f"{tests.name} could not be run: pytest ended with {status!r}")
    return collector.outcomes


class _Collector:
    """A pytest plugin: hands the submission to the tests and keeps what became of each."""

    def __init__(
        self,
        submission: Submission,
        task: str | None,
        hidden: bool,
        seed: int,
        trained: Callable[[], bytes | None],
    ) -> None:
        self.submission_under_test, self.task, self.hidden = submission, task, hidden
        self.seed, self.trained_file = seed, trained
        self.outcomes: list[Outcome] = []
        self.broken = self.missing = ""
        self.network: Network | None = None

    @pytest.fixture
    def submission(self) -> Submission:
        return self.submission_under_test

    @pytest.fixture
    def rng(self, request: pytest.FixtureRequest) -> np.random.Generator:
        """Random numbers for the inputs of a check: others in each term, the same for each student."""
        return np.random.default_rng([self.seed, *request.node.name.encode()])

    @pytest.fixture
    def trained(self) -> Network:
        """The network that the student has trained, as it was handed in beside the code."""
        if self.network is None:
            from cnn_course.grading.claimed.trained import read_trained

            if (file := self.trained_file()) is None:
                raise NotAttempted("no trained network was handed in")
            self.network = read_trained(file)
        return self.network

    @pytest.fixture
    def validation_images(self) -> Callable[..., Any]:
        """`images, labels = validation_images("cifar10", 1000)`"""
        from cnn_course.grading.images import validation_images

        return validation_images

    @pytest.fixture
    def hidden_images(self) -> Callable[..., Any]:
        """The same of test images, for hidden checks alone: others run while a network is being chosen."""
        from cnn_course.grading.images import hidden_images

        if not self.hidden:
            raise CannotJudge("only hidden checks look at test images; take validation_images here")
        return hidden_images

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
        if call.excinfo is not None and isinstance(call.excinfo.value, CannotJudge):
            self.missing = self.missing or str(call.excinfo.value)
        if call.when == "call" or call.excinfo is not None:
            self.outcomes.append(self._outcome(item, call))
        return report

    def _outcome(self, item: pytest.Item, call: pytest.CallInfo) -> Outcome:
        status, message = _judged(call.excinfo.value if call.excinfo else None)
        return Outcome(
            task=_mark(item, "task", ""),
            check=sentence(item.name),
            status=status,
            message=clean(message[:LONGEST]),
            hint=_mark(item, "hint", ""),
            points=float(_mark(item, "points", 1)),
            hidden=self.hidden,
            printed=clean(printed(self.submission_under_test)[:LONGEST]),
            observed=was_watched(self.submission_under_test),
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
