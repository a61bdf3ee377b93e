"""CIFAR-10 and CIFAR-100 from the first place that has them.

Alex Krizhevsky: "Learning Multiple Layers of Features from Tiny Images", technical report, University
of Toronto, 2009.
"""

import os

from cnn_course.data.cifar100_classes import CLASSES, SUPERCLASSES
from cnn_course.data.fetch import fetch
from cnn_course.data.official import CIFAR10_CLASSES, LAYOUTS, TITLES
from cnn_course.data.parts import Parts
from cnn_course.data.sources import VARIABLE, Location, Root, expected, present, read_part, roots


def read_cifar(name: str, *, data_dir: str | os.PathLike[str] | None = None, download: bool = True) -> Parts:
    """The data set `name`, "cifar10" or "cifar100": 50,000 training and 10,000 test images of 32x32x3.

    Searched in this order: `data_dir` alone, if it is given; otherwise the folder that CNN_COURSE_DATA
    names, then the cache of Keras, then the network. FileNotFoundError if there is nothing to be had,
    RuntimeError if what the user named is damaged.
    """
    tried = []
    for root in roots(data_dir):
        parts, failures = _read_root(root, name)
        if parts:
            return parts
        if failures and not root.cache:
            raise RuntimeError(failures[0])
        tried.append((f"{root.path} ({root.why})", "; ".join(failures) or _absence(root, name)))
    if data_dir is not None:
        raise FileNotFoundError(f"no {TITLES[name]} in {data_dir}: {tried[0][1]}")
    if download:
        try:
            return _parts(Location(fetch(name), "archive", name, LAYOUTS[name][0], official_only=True))
        except (RuntimeError, OSError) as error:
            tried.append(("the network", str(error)))
    else:
        tried.append(("the network", "not asked, because download=False"))
    raise FileNotFoundError(nothing_found(name, tried))


def nothing_found(name: str, tried: list[tuple[str, str]]) -> str:
    """The message for a data set that is nowhere: each place, why it failed, and the ways out."""
    places = "\n".join(f"  {place}: {reason}" for place, reason in tried)
    return f"""{TITLES[name]} is not on this machine and could not be downloaded. Tried:
{places}
Ways out:
  on a machine with a network: cnn-course data fetch {name}
  copy a folder or an archive here ({expected(name)}) and pass --data-dir DIR or set {VARIABLE}=DIR
  go on without it: --data digits (handwritten digits) or --data shapes (drawn shapes) need no download"""


def _read_root(root: Root, name: str) -> tuple[Parts | None, list[str]]:
    """What the first sound location in `root` gives, and what is wrong with those before it."""
    failures = []
    for place in present(root, name):
        missing = place.missing()
        if missing:
            failures.append(
                f"{place.path} is incomplete: it has no {' and no '.join(p.name for p in missing)}"
            )
            continue
        try:
            return _parts(place), failures
        except RuntimeError as error:
            failures.append(str(error))
    return None, failures


def _parts(place: Location) -> Parts:
    train, official = read_part(place, "train", official_only=place.official_only)
    # Beside official training files, a test file that differs can only be a damaged one.
    sealed = place.official_only or official
    coarse = place.name == "cifar100"
    return Parts(
        train=train,
        test=lambda: read_part(place, "test", official_only=sealed)[0],
        classes=CLASSES if coarse else CIFAR10_CLASSES,
        superclasses=SUPERCLASSES if coarse else (),
        source=_source(place, official),
    )


def _source(place: Location, official: bool) -> str:
    title = TITLES[place.name]
    if official:
        return f"{title}, official {place.words} in {place.path} (checksums match)"
    known = place.kind == "archive" or bool(place.layout.digests)
    if place.kind == "npz" or not known:
        return f"{title}, {place.words} {place.path} (there is no published checksum to compare with)"
    return f"{title}, {place.words} in {place.path} (not the official files: their checksums differ)"


def _absence(root: Root, name: str) -> str:
    if not root.path.exists():
        return "there is no such folder"
    return f"looked for {expected(name)}, and none of these is there"
