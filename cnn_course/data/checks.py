"""Where CIFAR is on this machine, and whether its files are the published ones: rows for the CLI."""

import os
from pathlib import Path
from typing import NamedTuple

from cnn_course.data.archives import damage, hexdigest
from cnn_course.data.cifar_files import is_cut_short
from cnn_course.data.official import LAYOUTS, TITLES
from cnn_course.data.sources import Location, expected, present, roots

OFFICIAL, DIFFERS, MISSING, UNKNOWN = "official", "differs", "missing", "no published checksum"


class Place(NamedTuple):
    """A place that was looked at. `ok`: everything needed is there (`verify` compares checksums)."""

    path: Path
    kind: str
    state: str
    bytes: int
    ok: bool


class Check(NamedTuple):
    """One file: the published checksum, its own, and what follows from the two."""

    file: Path
    expected: str
    actual: str
    verdict: str


def places(name: str, data_dir: str | os.PathLike[str] | None = None) -> list[Place]:
    """Every place that `load(name, data_dir=...)` would look into before the network, in that order.

    A folder that does not exist, or has nothing of the data set, is one row; ValueError for a data set
    that is not kept in files of its own.
    """
    _check_name(name)
    rows = []
    for root in roots(data_dir):
        found = [_place(place) for place in present(root, name)]
        rows += found or [Place(root.path, root.why, "nothing there", 0, False)]
    return rows


def verify(name: str, data_dir: str | os.PathLike[str] | None = None) -> list[Check]:
    """Compare each file of the first complete place, or else of the first place, with what is published.

    FileNotFoundError if there is no such place; ValueError as for `places`.
    """
    _check_name(name)
    found = [place for root in roots(data_dir) for place in present(root, name)]
    if not found:
        where = ", ".join(str(root.path) for root in roots(data_dir))
        raise FileNotFoundError(f"no {TITLES[name]} in {where}: looked for {expected(name)}")
    place = next((place for place in found if not place.missing()), found[0])
    if place.kind == "folder":
        extra = set(place.layout.digests) - {path.name for path in place.files()}
        files = place.files() + [place.path / file for file in sorted(extra)]
        return [_check(path, place.layout.digests.get(path.name, "")) for path in files]
    return [_check(place.path, place.layout.archive_hash if place.kind == "archive" else "")]


def _place(place: Location) -> Place:
    size = sum(path.stat().st_size for path in place.files() if path.is_file())
    state = _state(place, size)
    return Place(place.path, place.words, state, size, state == "complete")


def _state(place: Location, size: int) -> str:
    missing = [path.name for path in place.missing()]
    if missing:
        return f"incomplete: no {', no '.join(missing)}"
    if place.kind == "archive":
        return "complete" if size == place.layout.archive_bytes else damage(size, place.layout)
    short = [path.name for path in place.files() if is_cut_short(path, place.name)]
    return f"damaged: {', '.join(short)} cut short" if short else "complete"


def _check(path: Path, published: str) -> Check:
    if not path.is_file():
        return Check(path, published, "", MISSING)
    actual = hexdigest(path.read_bytes(), published)
    verdict = UNKNOWN if not published else OFFICIAL if actual == published else DIFFERS
    return Check(path, published, actual, verdict)


def _check_name(name: str) -> None:
    if name not in LAYOUTS:
        raise ValueError(f"{name!r} is not kept in files of its own: choose {' or '.join(LAYOUTS)}")
