"""Puts into the wheel what students get of the exercises, and nothing else of them.

With it `cnn-course init` and Colab work after a plain `pip install`: the package carries the notebooks,
stubs and visible checks, and neither solutions nor hidden checks.
"""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class StudentFiles(BuildHookInterface):
    """Adds `cnn_course/exercises/NN_topic/` to a wheel; an editable one finds `exercises/` beside itself."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        sys.path.insert(0, self.root)
        try:
            from cnn_course.lessons.course import STUDENT_FILES, exercises, notebook
        finally:
            sys.path.remove(self.root)
        for folder in exercises(Path(self.root) / "exercises"):
            given = [path for name in STUDENT_FILES if (path := folder / name).is_file()]
            for path in (*given, notebook(folder)):
                inside = f"cnn_course/exercises/{folder.name}/{path.name}"
                build_data["force_include"][str(path)] = inside
