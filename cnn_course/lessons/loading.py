"""Run a file of an exercise as a module that is found by its path."""

import sys
from pathlib import Path
from types import ModuleType
from typing import Any


def load_module(name: str, path: Path, text: str | None = None) -> dict[str, Any]:
    """The names that a file defines, run as a module of that name; `text`: instead of what the file says."""
    made = ModuleType(name)
    made.__file__ = str(path)
    sys.modules[name] = made
    exec(compile(path.read_text("utf-8") if text is None else text, str(path), "exec"), made.__dict__)
    return {key: value for key, value in vars(made).items() if not key.startswith("__")}
