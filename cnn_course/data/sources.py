"""Where CIFAR may lie on this machine, and how to read one part of it from there.

A *root* is a folder that is searched: the one that the user names, then Keras's cache. A *location* is a
folder, an archive or an .npz inside a root. What the user names may differ from the official files and
is then called so; what lies in a cache must be official, or a half download would pass for the whole.
"""

import os
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from cnn_course.data.archives import hexdigest, read_members, top_folder
from cnn_course.data.cifar_files import split_from_files, split_from_npz
from cnn_course.data.dataset import Split
from cnn_course.data.official import LAYOUTS, Layout

VARIABLE = "CNN_COURSE_DATA"


@dataclass(frozen=True)
class Root:
    """A folder to search (or one file), and the words that say why it is searched."""

    path: Path
    why: str
    cache: bool = False


@dataclass(frozen=True)
class Location:
    """One place that may hold a data set. `kind`: "folder", "archive" or "npz"."""

    path: Path
    kind: str
    name: str
    layout: Layout
    official_only: bool = False

    @property
    def words(self) -> str:
        """What is expected there, in words."""
        return {"folder": f"{self.layout.words} files", "archive": f"{self.layout.words} archive"}.get(
            self.kind, ".npz file"
        )

    def files(self) -> list[Path]:
        """The files that this location needs."""
        if self.kind != "folder":
            return [self.path]
        return [self.path / name for name in (*self.layout.train, *self.layout.test)]

    def missing(self) -> list[Path]:
        """The files that it needs and lacks."""
        return [path for path in self.files() if not path.is_file()]


def roots(data_dir: str | os.PathLike[str] | None = None) -> list[Root]:
    """The folders to search, in order: `data_dir` or else $CNN_COURSE_DATA, then Keras's cache."""
    if data_dir is not None:
        return [Root(Path(data_dir).expanduser(), "the folder given")]
    named = os.environ.get(VARIABLE)
    first = [Root(Path(named).expanduser(), VARIABLE)] if named else []
    return first + [Root(folder, "the cache of Keras", cache=True) for folder in cache_folders()]


def cache_folders() -> list[Path]:
    """Where Keras keeps data sets: below $KERAS_HOME or ~/.keras; where it can't write, also below /tmp."""
    home = Path(os.environ.get("KERAS_HOME") or Path("~/.keras").expanduser())
    scratch = Path("/tmp") if Path("/tmp").is_dir() else Path(tempfile.gettempdir())
    homes = (
        [home] if os.access(home if home.exists() else home.parent, os.W_OK) else [home, scratch / ".keras"]
    )
    return [folder / "datasets" for folder in homes]


def locations(root: Root, name: str) -> Iterator[Location]:
    """Every place in `root` that the data set may be read from, best first, whether it is there or not."""
    if root.path.is_file():
        yield _file(root.path, name)
        return
    for layout in LAYOUTS[name]:
        for folder in (*layout.folders, "."):
            yield Location(root.path / folder, "folder", name, layout, root.cache)
    if not root.cache:  # nothing is published that an .npz could be compared with
        yield Location(root.path / f"{name}.npz", "npz", name, LAYOUTS[name][0])
    for layout in LAYOUTS[name]:
        for archive in layout.archives:
            yield Location(root.path / archive, "archive", name, layout, root.cache)


def present(root: Root, name: str) -> list[Location]:
    """The locations in `root` of which something is there, perhaps not everything."""
    return [place for place in locations(root, name) if len(place.missing()) < len(place.files())]


def expected(name: str) -> str:
    """What is looked for in a folder, in words."""
    layouts = LAYOUTS[name]
    folders = [f"{layout.folder}/" for layout in layouts]
    return ", ".join([*folders, f"{name}.npz", *(layout.archive for layout in layouts)])


def read_part(place: Location, part: str, *, official_only: bool) -> tuple[Split, bool]:
    """Part "train" or "test", and whether its files are the published ones.

    FileNotFoundError if a file is missing; RuntimeError if one is damaged or (`official_only`) differs.
    """
    if place.kind == "npz":
        return split_from_npz(str(place.path), part, place.name), False
    names = place.layout.train if part == "train" else place.layout.test
    if place.kind == "archive":
        contents, official = read_members(place.path, place.layout, names, official_only=official_only)
    else:
        contents, official = _read_files(place, names, official_only)
    named = [(str(place.path / name), contents[name]) for name in names]
    return split_from_files(named, place.name), official


def _read_files(
    place: Location, names: tuple[str, ...], official_only: bool
) -> tuple[dict[str, bytes], bool]:
    with ThreadPoolExecutor(2) as threads:  # reading and MD5 both run outside of Python's lock
        contents = dict(
            zip(names, threads.map(lambda name: (place.path / name).read_bytes(), names), strict=True)
        )
        published = [place.layout.digests.get(name, "") for name in names]
        actual = list(threads.map(hexdigest, contents.values(), published))
    for name, digest, actual_digest in zip(names, published, actual, strict=True):
        if official_only and digest != actual_digest:
            raise RuntimeError(f"{place.path / name} is not the published file: incomplete or damaged")
    return contents, actual == published


def _file(path: Path, name: str) -> Location:
    """The location that is one file: an .npz by its ending, otherwise an archive, known by what is in it."""
    if path.suffix == ".npz":
        return Location(path, "npz", name, LAYOUTS[name][0])
    top = top_folder(path)
    layout = next((layout for layout in LAYOUTS[name] if top == layout.folder), LAYOUTS[name][0])
    return Location(path, "archive", name, layout)
