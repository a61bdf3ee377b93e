"""What students read when their code raises: the error and their own line, not the stack of the checker."""

import linecache
import sysconfig
from pathlib import Path
from traceback import walk_tb
from types import CodeType
from typing import NamedTuple

from cnn_course.grading.quiet import AskedForInput

LIBRARIES = (sysconfig.get_path("stdlib"), str(Path(__file__).parents[1]), "<frozen")
PACKAGES = ("site-packages", "dist-packages")
AUTHORS = ("scenarios.py", "questions.py", "test_public.py", "test_hidden.py")
LONGEST = 500  # characters of an error's own text


class Place(NamedTuple):
    """A line of the student's code, and the function that it is in."""

    code: CodeType
    line: int

    @property
    def function(self) -> str:
        return self.code.co_name

    @property
    def text(self) -> str:
        return linecache.getline(self.code.co_filename, self.line).strip()

    def __str__(self) -> str:
        file = Path(self.code.co_filename)
        where = f"{file.name}, line {self.line}" if file.is_file() else f"line {self.line}"
        return f"{where}: {self.text}" if self.text else where


def told(name: str, problem: BaseException) -> str:
    """`name` and what it raised, in one or a few lines."""
    return f"{name} {_happened(problem)}{where(problem)}"


def where(problem: BaseException) -> str:
    """ " in line 3: y = x[7]", the last line of the student's own that was running, or nothing."""
    place = own_place(problem)
    return f", in {place}" if place else ""


def own_place(problem: BaseException) -> Place | None:
    """The innermost line that is no library's."""
    places = [Place(frame.f_code, line) for frame, line in walk_tb(problem.__traceback__)]
    own = [place for place in places if _is_own(place)]
    return own[-1] if own else None


def is_authors(problem: BaseException) -> bool:
    """Whether a file of the exercise raised it, such as an assert in a scenario."""
    *_, (frame, _) = walk_tb(problem.__traceback__)
    return Path(frame.f_code.co_filename).name in AUTHORS


def is_stub(problem: NotImplementedError) -> bool:
    """Whether the stub's own line raised it: a bare `raise NotImplementedError()` in the student's code."""
    *_, (frame, line) = walk_tb(problem.__traceback__)
    return not problem.args and _is_own(Place(frame.f_code, line))


def _is_own(place: Place) -> bool:
    """Whether neither a library nor the author of the exercise wrote it."""
    file = place.code.co_filename
    parts = Path(file).parts
    return not (
        file.startswith(LIBRARIES) or set(PACKAGES) & set(parts) or parts[-1:] and parts[-1] in AUTHORS
    )


def _happened(problem: BaseException) -> str:
    if isinstance(problem, SystemExit):
        return "calls exit(): a function returns its answer and leaves the program running"
    if isinstance(problem, AskedForInput):
        return str(problem).replace("input()", "calls input(), which", 1)
    if isinstance(problem, RecursionError):
        return "calls itself without end (RecursionError): which call is the last one?"
    return f"raised {type(problem).__name__}: {_text(problem)}".rstrip(": ")


def _text(problem: BaseException) -> str:
    try:
        text = str(problem).strip()
    except Exception:  # an error whose own text raises
        return ""
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."
