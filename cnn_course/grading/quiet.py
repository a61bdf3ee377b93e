"""Run student code so that it neither waits for a keyboard nor writes on the screen."""

import builtins
import io
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import Any

SHOWN = (RuntimeWarning, UserWarning)  # warnings that tell a student something, such as an overflow in exp
MOST = 10_000  # characters that are kept of what a check prints


class AskedForInput(RuntimeError):
    """The code called input(), and nobody is there to answer."""


class Printed(io.TextIOBase):
    """The beginning of what was printed, however much it was."""

    def __init__(self) -> None:
        self.text = ""

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self.text += text[: MOST - len(self.text)]
        return len(text)


class _Display:
    """In place of what puts tables and figures into a notebook: keeps their text."""

    def __init__(self, printed: Printed) -> None:
        self.printed = printed

    def publish(self, data: dict[str, Any], *_: Any, **__: Any) -> None:
        self.printed.write(f"{data.get('text/plain', '')}\n")

    def clear_output(self, *_: Any, **__: Any) -> None:
        """There is nothing to clear."""


def ipython_shell() -> Any:
    """The shell of the notebook or IPython that runs this, or None."""
    ipython = sys.modules.get("IPython")
    return None if ipython is None else ipython.get_ipython()


@contextmanager
def kept(printed: Printed) -> Iterator[None]:
    """Keep what is printed, shown and warned in `printed`; input() raises AskedForInput."""
    read, keyboard = builtins.input, sys.stdin
    with redirect_stdout(printed), redirect_stderr(printed), _shown(printed), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for kind in SHOWN:
            warnings.simplefilter("default", kind)
        warnings.showwarning = _warner(printed)
        builtins.input, sys.stdin = _no_input, io.StringIO()
        try:
            yield
        finally:
            builtins.input, sys.stdin = read, keyboard


@contextmanager
def _shown(printed: Printed) -> Iterator[None]:
    shell = ipython_shell()
    if shell is None:
        yield
        return
    before, shell.display_pub = shell.display_pub, _Display(printed)
    try:
        yield
    finally:
        shell.display_pub = before


def _warner(printed: Printed) -> Any:
    def show(message: Any, category: type[Warning], *_: Any, **__: Any) -> None:
        printed.write(f"{category.__name__}: {message}\n")

    return show


def _no_input(prompt: object = "") -> str:
    raise AskedForInput("input() waits for a keyboard; take what you need as arguments instead")
