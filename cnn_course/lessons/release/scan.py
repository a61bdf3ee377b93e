"""Look through files for what is not for students: solutions, hidden checks and the values that they expect.

Answers that the package itself has in its source, such as `cnn_course.reference`, are no secret.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import cnn_course
from cnn_course.lessons.course import EXERCISES, HIDDEN
from cnn_course.lessons.generate import SOLUTION
from cnn_course.lessons.leaks import (
    Leak,
    Secret,
    Shown,
    for_instructors,
    hidden_checks,
    known_answers,
    solutions,
)
from cnn_course.lessons.lesson import MASTER
from cnn_course.lessons.release.master import Master
from cnn_course.lessons.release.plain import shown_to_students
from cnn_course.lessons.release.texts import texts
from cnn_course.lessons.release.values import Values

KNOWN = ("alternatives.py", "mistakes.py")
FILES = {MASTER: "a master", SOLUTION: "a solution", HIDDEN: "hidden checks"} | dict.fromkeys(
    KNOWN, "known answers"
)
OF_THE_PACKAGE = (".py", ".txt", ".md")
OF_AN_EXERCISE = re.compile(r"(?:^|[\s/])\d\d_\w+/(\w+\.py)$")


Look = Callable[[str], Iterator[Leak]]


class Found(NamedTuple):
    """A leak: in which file, in which line of it, and what it is."""

    where: str
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.where}:{self.line}: {self.what}"


class Scan:
    """Finds the secrets of some exercises in files.

    `for_graders`: hidden checks, and what they expect, are no secret there; solutions are.
    """

    def __init__(self, masters: Sequence[Master], *, for_graders: bool = False) -> None:
        hidden = [master.hidden.read_text("utf-8") for master in masters if master.hidden]
        package = package_sources()
        public = [*package, *(text for master in masters for text in shown_to_students(master))]
        answers = [secret for master in masters for secret in solutions(master.lesson)]
        others = [secret for master in masters for secret in _others(master)]
        checks = [secret for source in hidden for secret in hidden_checks(source)]
        self._of_package: list[Look]
        self._of_exercises: list[Look]
        if for_graders:
            self._of_package = [Shown(answers, [*package, *hidden]), Shown(others, [*public, *hidden])]
            self._of_exercises = self._of_package
        else:
            looks: list[Look] = [Shown([*answers, *checks], package), Shown(others, public)]
            self._of_package = [*looks, Values(hidden, public, unmistakable=True)]
            self._of_exercises = [*looks, Values(hidden, public)]
        self._allowed = {HIDDEN} if for_graders else set()
        self._known: dict[tuple[bool, str], list[Leak]] = {}

    def __call__(self, files: Iterable[tuple[str, bytes]]) -> Iterator[Found]:
        """Each leak once, in the files (name, content)."""
        seen = set()
        for name, content in files:
            for where, text in texts(name, content):
                for leak in [*self._by_name(where), *self._in_text(where, text)]:
                    if (name, leak.what) not in seen:
                        seen.add((name, leak.what))
                        yield Found(where, leak.line, leak.what)

    def _by_name(self, where: str) -> Iterator[Leak]:
        named = OF_AN_EXERCISE.search(where)
        if named and named[1] in FILES and named[1] not in self._allowed:
            yield Leak(1, f"this file is not for students: {FILES[named[1]]}")

    def _in_text(self, where: str, text: str) -> list[Leak]:
        """What a text shows; the same wheel in several archives is looked through once."""
        of_package = ".whl" in where and f"/{EXERCISES}/" not in where
        if (of_package, text) not in self._known:
            looks = self._of_package if of_package else self._of_exercises
            self._known[of_package, text] = [leak for look in looks for leak in look(text)]
        return self._known[of_package, text]


def files_below(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Names, relative to it, and contents of all files in a folder."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.relative_to(folder).as_posix(), path.read_bytes()


@cache
def package_sources() -> list[str]:
    """The texts of this package, which everybody has who installs it."""
    package = Path(cnn_course.__file__).parent
    files = sorted(path for path in package.rglob("*") if path.suffix in OF_THE_PACKAGE)
    return [path.read_text("utf-8") for path in files if path.relative_to(package).parts[0] != EXERCISES]


def _others(master: Master) -> Iterator[Secret]:
    """What else is not for students."""
    yield from for_instructors(master.lesson)
    for name in KNOWN:
        yield from known_answers(master.folder / name)
