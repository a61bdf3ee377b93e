"""What a submission may import of this package: the names that its exercise hands out, and no more.

A student who imports the course's own `build("vgg16")` has not written it. The exercise's stub says what is
handed out: 07 begins with `from cnn_course.layers import LocalResponseNormalization`.
"""

import ast
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from types import ModuleType
from typing import Any, NoReturn

PACKAGE = "cnn_course"
Names = Mapping[str, Sequence[str]]


def handed_out(stub: str) -> dict[str, list[str]]:
    """The names that a stub imports from this package, by module."""
    found: dict[str, list[str]] = {}
    for node in ast.parse(stub).body:
        if isinstance(node, ast.ImportFrom) and _is_ours(node.module or ""):
            found.setdefault(str(node.module), []).extend(name.name for name in node.names)
    return found


def hand_out(names: Names) -> None:
    """From now on, only these names of this package can be imported in this process."""
    shown = {name: _only(name, names) for module in (PACKAGE, *names) for name in _with_those_above(module)}
    for name, module in shown.items():
        above, _, last = name.rpartition(".")
        if above:
            setattr(shown[above], last, module)
    for name in [name for name in sys.modules if _is_ours(name)]:
        del sys.modules[name]
    sys.modules.update(shown)
    sys.meta_path.insert(0, _Refusal(names))


class _Refusal:
    """Stands before Python's own finders."""

    def __init__(self, names: Names) -> None:
        self.names = names

    def find_spec(self, name: str, *_: Any) -> None:
        if _is_ours(name):
            raise ImportError(refused(name, self.names))


def refused(name: str, names: Names) -> str:
    """What a student reads who imports `name` all the same."""
    given = [f"{wanted} of {module}" for module, several in names.items() for wanted in several]
    choice = f"; only {', '.join(given)} may be imported" if given else ""
    return f"{name} belongs to the course and does not count as your own work: write it yourself{choice}"


def _only(module: str, names: Names) -> ModuleType:
    """A module that has what is handed out of the real one, and says why it has no more."""
    shown = ModuleType(module)
    shown.__path__ = []
    for name in names.get(module, ()):
        setattr(shown, name, getattr(import_module(module), name))

    def missing(name: str) -> NoReturn:
        if name.startswith("__"):
            raise AttributeError(name)
        raise ImportError(refused(f"{module}.{name}", names))

    shown.__getattr__ = missing  # type: ignore[method-assign]
    return shown


def _with_those_above(module: str) -> list[str]:
    parts = module.split(".")
    return [".".join(parts[:length]) for length in range(1, len(parts) + 1)]


def _is_ours(name: str) -> bool:
    return name == PACKAGE or name.startswith(f"{PACKAGE}.")
