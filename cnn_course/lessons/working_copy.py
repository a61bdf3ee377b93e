"""A student's working copy of the course: made, put back to its beginning, and the file in it to look at."""

import shutil
from pathlib import Path

from cnn_course.lessons import course

README = Path(__file__).with_name("student_readme.md")


def make_working_copy(target: Path) -> list[str]:
    """Copy what students get of every exercise into a new folder; returns the names of the exercises.

    Neither solutions nor hidden checks come along. FileExistsError if there is anything in the folder.
    """
    refuse_if_taken(target)
    folders = course.exercises(_originals())
    for folder in folders:
        copy, notebooks = target / course.EXERCISES / folder.name, target / course.NOTEBOOKS
        copy.mkdir(parents=True)
        notebooks.mkdir(exist_ok=True)
        files = [(course.notebook(folder), notebooks / f"{folder.name}.ipynb")]
        files += [(folder / name, copy / name) for name in course.STUDENT_FILES]
        for original, mine in files:
            if original.is_file():
                shutil.copyfile(original, mine)
    titles = {folder.name: course.facts(folder)["title"] for folder in folders}
    (target / "README.md").write_text(readme(titles), "utf-8")
    return [folder.name for folder in folders]


def readme(titles: dict[str, str]) -> str:
    """What a working copy says about itself; `titles` of its exercises, by their names."""
    listed = "\n".join(f"- {name}: {title}" for name, title in titles.items())
    return README.read_text("utf-8").format(exercises=listed)


def refuse_if_taken(target: Path) -> None:
    """FileExistsError if there is anything in the folder `target`, or a file in its place."""
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise FileExistsError(f"{target} is not empty; name a new folder, so that nothing is overwritten")


def reset(folder: Path) -> list[tuple[Path, Path]]:
    """Put stub and notebook of an exercise back to their beginning; returns what changed and its backup."""
    originals = _originals()
    if folder.parent.resolve() == originals.resolve():
        raise RuntimeError(f"{folder} is the original; `cnn-course init DIR` makes a copy to work in")
    original = course.find(folder.name, originals)
    pairs = (
        (folder / course.STUB, original / course.STUB),
        (course.notebook(folder), course.notebook(original)),
    )
    done = []
    for mine, pristine in pairs:
        if pristine.is_file() and not (mine.is_file() and mine.read_bytes() == pristine.read_bytes()):
            done.append((mine, _kept(mine)))
            mine.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(pristine, mine)
    return [(mine, backup) for mine, backup in done if backup is not None]


def answers_file(folder: Path) -> Path:
    """The file in which the student works: stub or notebook, whichever was saved last."""
    files = [path for path in (folder / course.STUB, course.notebook(folder)) if path.is_file()]
    if not files:
        raise FileNotFoundError(
            f"{folder.name}: there is neither {course.STUB} nor a notebook; --file names one"
        )
    return max(files, key=lambda path: path.stat().st_mtime)


def _kept(path: Path) -> Path | None:
    """Rename a file to a name that is free; returns it, or None where there is no file."""
    if not path.is_file():
        return None
    names = (path.with_name(f"{path.stem}.before-reset-{number}{path.suffix}") for number in range(1, 10_000))
    backup = next(name for name in names if not name.exists())
    return path.rename(backup)


def _originals() -> Path:
    folder = course.originals_folder()
    if folder is None:
        raise FileNotFoundError(
            "this installation holds no exercises: install cnn-course anew, or clone the course"
        )
    return folder
