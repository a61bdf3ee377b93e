"""What is made from a master: the student's notebook, the stub for an editor, their facts, the solution."""

import json
import tomllib
from hashlib import sha256
from pathlib import Path
from typing import Any

from cnn_course.lessons.course import FACTS, HIDDEN, STUB
from cnn_course.lessons.lesson import Cell, Lesson

SOLUTION = "solution.py"

SETUP = """\
# Run this cell first. It is the same in every notebook.
{colab}from cnn_course import exercise

ex = exercise("{name}")"""
COLAB = """\
import importlib.util
import sys

if "google.colab" in sys.modules and importlib.util.find_spec("cnn_course") is None:
    %pip install --quiet "cnn-course @ git+{repository}"
"""
BADGE = (
    "[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]"
    "(https://colab.research.google.com/github/{repository}/blob/main/notebooks/{name}.ipynb)"
)


def products(lesson: Lesson, course: Path) -> dict[Path, str]:
    """Every file that is made from the master, {path: text}; `course` is the folder of the whole course."""
    folder = course / "exercises" / lesson.name
    facts = _facts(lesson, hidden=(folder / HIDDEN).is_file())
    return {
        course / "notebooks" / f"{lesson.name}.ipynb": _written(
            notebook(lesson, repository=repository(course))
        ),
        folder / STUB: module(lesson, solved=False),
        folder / SOLUTION: module(lesson, solved=True),
        folder / FACTS: json.dumps(facts, indent=1, sort_keys=True, ensure_ascii=False) + "\n",
    }


def stale(made: dict[Path, str]) -> list[Path]:
    """Those of the files that are missing or say something else."""
    return [path for path, text in made.items() if not path.is_file() or path.read_text("utf-8") != text]


def write(made: dict[Path, str]) -> list[Path]:
    """Write those of the files that are stale; returns them."""
    changed = stale(made)
    for path in changed:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(made[path], "utf-8", newline="\n")
    return changed


def repository(course: Path) -> str | None:
    """Where the course is published, as its pyproject.toml says; only then can Colab find a notebook."""
    path = course / "pyproject.toml"
    project = tomllib.loads(path.read_text("utf-8")).get("project", {}) if path.is_file() else {}
    return project.get("urls", {}).get("Repository")


def module(lesson: Lesson, *, solved: bool) -> str:
    """The imports and tasks as a Python module: the stub that students fill in, or the solution."""
    number = lesson.name.partition("_")[0]
    what = (
        "Made from lesson.py by `cnn-course dev build`: edit that."
        if solved
        else f"Write your answers here; `cnn-course check {number}` looks at them."
    )
    kept = [cell for cell in lesson.cells if cell.task or "module" in cell.tags]
    parts = [f'"""{lesson.title}. {what}"""', *(_source(cell, solved) for cell in kept)]
    return "\n\n\n".join(part.strip("\n") for part in parts) + "\n"


def notebook(lesson: Lesson, *, solved: bool = False, repository: str | None = None) -> Any:
    """The lesson as a notebook without outputs; `solved` keeps solutions and instructors' cells."""
    import nbformat

    made = nbformat.v4.new_notebook(metadata={
        "accelerator": "GPU",  # what Colab shall offer
        "cnn_course": {"exercise": lesson.name},
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    })  # fmt: skip
    title, *others = [cell for cell in lesson.cells if solved or "instructor" not in cell.tags]
    cells = [title, *_setup(lesson, repository), *others]
    for cell, identity in zip(cells, _identities(cells), strict=True):
        new = nbformat.v4.new_markdown_cell if cell.markdown else nbformat.v4.new_code_cell
        made.cells.append(new(_source(cell, solved), id=identity, metadata=_metadata(cell)))
    return made


def _facts(lesson: Lesson, *, hidden: bool) -> dict[str, Any]:
    """What a student's copy knows of the exercise beside its files; `hidden`: whether hidden checks exist."""
    return {
        "name": lesson.name,
        "title": lesson.title,
        "data": lesson.data,
        "decks": lesson.decks,
        "tasks": lesson.tasks,
        "hidden": hidden,
        "profiles": lesson.profiles,
    }


def _setup(lesson: Lesson, repository: str | None) -> list[Cell]:
    """The cells that every notebook begins with after its title."""
    colab = COLAB.format(repository=repository) if repository else ""
    setup = Cell(SETUP.format(colab=colab, name=lesson.name), tags=("setup",))
    if repository is None:
        return [setup]
    owner_and_name = "/".join(repository.rstrip("/").removesuffix(".git").split("/")[-2:])
    badge = BADGE.format(repository=owner_and_name, name=lesson.name)
    return [Cell(badge, markdown=True, tags=("setup",)), setup]


def _source(cell: Cell, solved: bool) -> str:
    return cell.source if solved else cell.for_students


def _identities(cells: list[Cell]) -> list[str]:
    """A name that a task keeps for ever and another cell as long as its text stays, wherever it moves."""
    names: list[str] = []
    for cell in cells:
        plain = f"task-{cell.task}" if cell.task else sha256(cell.source.encode()).hexdigest()[:8]
        names.append(plain if plain not in names else f"{plain}-{len(names)}")
    return names


def _metadata(cell: Cell) -> dict[str, Any]:
    task = {"task": cell.task, "deletable": False} if cell.task else {}
    return task | ({"tags": list(cell.tags)} if cell.tags else {})


def _written(made: Any) -> str:
    import nbformat

    return nbformat.writes(made) + "\n"
