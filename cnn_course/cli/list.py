"""`cnn-course list`: the exercises, and how far one is."""

from argparse import Namespace
from pathlib import Path
from typing import Any

from cnn_course.cli.show import show
from cnn_course.lessons import course
from cnn_course.lessons.progress import Progress


def run(args: Namespace) -> int:
    folders = course.exercises(course.exercises_folder())
    show([_row(folder) for folder in folders], as_json=args.json)
    return 0


def _row(folder: Path) -> dict[str, Any]:
    facts, progress = course.facts(folder), Progress(folder)
    states = [progress.of(task) for task in facts["tasks"]]
    passing = sum(bool(state.get("attempted")) and state["passed"] == state["checks"] for state in states)
    return {"exercise": folder.name, "title": facts["title"], "passing": f"{passing} of {len(states)} tasks"}
