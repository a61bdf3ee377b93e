"""A template repository for GitHub Classroom for each exercise: every push runs the visible checks.

The graders of GitHub Classroom take whole points and give all or none for a command, so that each task is
a command of its own, and points are multiplied where they are halves.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path

from cnn_course.lessons.release.master import Master
from cnn_course.lessons.release.plain import student_files
from cnn_course.lessons.release.wheel import wheel
from cnn_course.lessons.release.worth import worth
from cnn_course.lessons.working_copy import readme

HERE = Path(__file__).with_name("templates") / "github"
WORKFLOW = ".github/workflows/classroom.yml"
FACTORS = (1, 2, 4, 5, 10, 20, 100, 1000)


def github(masters: Sequence[Master]) -> dict[str, bytes]:
    """A folder for each exercise, to become a template repository, and how to set it up."""
    name, package = wheel()
    made = {"README.md": (HERE / "FOR_INSTRUCTORS.md").read_bytes()}
    for master in masters:
        files = student_files(master) | {
            "README.md": (readme({master.name: master.lesson.title}) + _pushed()).encode(),
            ".gitignore": (HERE / "gitignore.txt").read_bytes(),
            WORKFLOW: workflow(master, name).encode(),
            f".github/{name}": package,
        }
        made |= {f"{master.name}/{path}": content for path, content in files.items()}
    return made


def workflow(master: Master, package: str) -> str:
    """The workflow of an exercise; `package`: the file name of the wheel that it installs."""
    points = {task: worth_.visible for task, worth_ in worth(master).items() if worth_.visible}
    factor = next((n for n in FACTORS if _whole(value * n for value in points.values())), FACTORS[-1])
    step = (HERE / "step.yml.txt").read_text("utf-8")
    steps = [
        step.format(exercise=master.name, task=task, points=round(value * factor))
        for task, value in points.items()
    ]
    return (
        (HERE / "classroom.yml.txt")
        .read_text("utf-8")
        .format(
            exercise=master.name,
            package=package,
            scale="points" if factor == 1 else f"{factor} times the points",
            steps="".join(steps),
            results="\n".join(
                f"          {task.upper()}_RESULTS: ${{{{ steps.{task}.outputs.result }}}}" for task in points
            ),
            runners=",".join(points),
        )
    )


def _whole(numbers: Iterable[float]) -> bool:
    return all(abs(number - round(number)) < 1e-6 for number in numbers)


def _pushed() -> str:
    return "\n" + (HERE / "pushed.md").read_text("utf-8")
