"""What a box may see of this machine's files: Python, its packages and the system's libraries.

A list of what is shown, not of what is hidden: homes, submissions and temporary folders are not on it. Only
what lies inside a folder that is shown has to be hidden: this package above all, whose builders are answers.
"""

import os
import site
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

PARTS = ("bin", "lib", "lib32", "lib64", "share", "ssl", "pyvenv.cfg")  # of where Python or a system lives
SYSTEM = tuple(
    map(
        Path,
        (
            *("/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives"),
            *("/etc/localtime", "/etc/fonts", "/nix/store", "/gnu/store"),
        ),
    )
)
TOP = tuple(map(Path, ("/bin", "/lib", "/lib32", "/lib64")))  # often links into /usr
PACKAGE = Path(__file__).resolve().parents[2]
PACKAGES = ("site-packages", "dist-packages")


@dataclass(frozen=True)
class View:
    """Files and folders to show, each at its own path, and those in them to hide."""

    shown: tuple[Path, ...]
    hidden: tuple[Path, ...]


def view(readonly: Iterable[Path] = (), hidden: Iterable[Path] = ()) -> View:
    """What a box sees, with `readonly` besides and without `hidden`. What is shown may lie in a folder that
    is hidden, as an environment does that was made in the folder of the course.
    """
    wanted = (path for path in [*_python(), *SYSTEM, *TOP, *readonly] if path.exists())
    forms = sorted({form for path in wanted for form in _forms(path)}, key=_depth)
    covers = {path.resolve() for path in [*_course(), *hidden] if path.exists()}
    shown: list[Path] = []
    for path in forms:
        if not any(_is_in(path, above) and not _is_cut(path, above, covers) for above in shown):
            shown.append(path)
    pairs = ((cover, folder, folder.resolve()) for cover in covers for folder in shown)
    inside = {folder / cover.relative_to(real) for cover, folder, real in pairs if _is_in(cover, real)}
    return View(tuple(shown), tuple(sorted(inside - set(shown), key=_depth)))


def extra_packages() -> list[str]:
    """Folders of packages that Python does not look into by itself with -I: those of the user."""
    folder = site.getusersitepackages()
    return [folder] if folder in sys.path and Path(folder).is_dir() else []


def is_readable_by_all(paths: Iterable[Path]) -> bool:
    """Whether every user may read these, once they are where one can reach them."""
    return all(path.stat().st_mode & 0o4 for path in paths)


def is_open_to_all(paths: Iterable[Path]) -> bool:
    """Whether every user may read these, where they are."""
    real = {path.resolve() for path in paths}
    above = {folder for path in real for folder in path.parents}
    return is_readable_by_all(real) and all(folder.stat().st_mode & 0o1 for folder in above)


def pieces(view: View) -> Iterator[tuple[str, Path]]:
    """What is shown and not hidden, in pieces to be granted one by one: ("read", path), as large as possible;
    ("list", path) for a folder of packages, which imports have to list.
    """
    hidden = {path.resolve() for path in view.hidden}
    for folder in {path.resolve() for path in view.shown}:
        yield from _pieces(folder, hidden)


def _pieces(folder: Path, hidden: set[Path]) -> Iterator[tuple[str, Path]]:
    if folder in hidden:
        return
    if not any(_is_in(path, folder) for path in hidden):
        yield "read", folder
        return
    if folder.name in PACKAGES:
        yield "list", folder
    for child in sorted({child.resolve() for child in folder.iterdir()}):
        if _is_in(child, folder):  # links that lead elsewhere: what is there is shown, or it is not
            yield from _pieces(child, hidden)


def _python() -> Iterator[Path]:
    homes = ["/usr", "/usr/local", sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix]
    for home in dict.fromkeys(map(Path, homes)):
        yield from (home / part for part in PARTS)
    link = Path(sys.executable)
    while link.is_symlink():  # each step of the way to the real program has to be there
        link = link.parent / os.readlink(link)  # noqa: PTH115
        yield link
    yield from map(Path, extra_packages())


def _course() -> Iterator[Path]:
    """This package: the whole checkout if it is one, and every copy that is installed."""
    above = PACKAGE.parent
    yield above if (above / "pyproject.toml").is_file() else PACKAGE
    for home in dict.fromkeys(map(Path, (sys.prefix, sys.base_prefix, "/usr", "/usr/local"))):
        for packages in PACKAGES:
            yield from home.glob(f"lib*/python*/{packages}/{PACKAGE.name}")
            yield from (home / "lib" / "python3" / packages).glob(PACKAGE.name)


def _forms(path: Path) -> set[Path]:
    """A path as it is written and as it really is; the first one only where a box can have it."""
    absolute = Path(os.path.abspath(path))  # noqa: PTH100  (keeps links, takes ".." away)
    real = path.resolve()
    return {real} if any(_is_in(absolute, top) and top.is_symlink() for top in TOP) else {absolute, real}


def _is_cut(path: Path, above: Path, covers: Iterable[Path]) -> bool:
    """Whether something hidden lies between a folder and what is in it."""
    path, above = path.resolve(), above.resolve()
    return any(_is_in(cover, above) and _is_in(path, cover) for cover in covers)


def _is_in(path: Path, folder: Path) -> bool:
    return path == folder or folder in path.parents


def _depth(path: Path) -> tuple[int, str]:
    return len(path.parts), str(path)
