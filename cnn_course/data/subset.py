"""Which images are for validation, and which of all images to keep.

Everything here is fixed by seed 0, whatever seed a training uses: an image that is for validation in one
run must not be a training image in the next, or nothing could be compared.
"""

from collections.abc import Sequence
from difflib import get_close_matches

import numpy as np

from cnn_course.data.dataset import Split


def held_out(labels: np.ndarray, share: float) -> tuple[np.ndarray, np.ndarray]:
    """Indices of what stays and of what is held out: `share` of each class, and at least one of each.

    Both come in one shuffled order, the same on every machine.
    """
    order = shuffled(len(labels))
    rank = rank_in_class(labels[order])
    size = np.bincount(labels)
    quota = np.maximum(1, np.rint(size * share)).astype(int)
    out = rank < quota[labels[order]]
    return order[~out], order[out]


def shuffled(count: int) -> np.ndarray:
    """The numbers below `count` in a fixed random order."""
    # RandomState, not default_rng: NumPy promises (NEP 19) that its stream never changes between versions.
    return np.random.RandomState(0).permutation(count)


def rank_in_class(labels: np.ndarray) -> np.ndarray:
    """How many images of the same class come before each image."""
    order = np.argsort(labels, kind="stable")
    starts = np.searchsorted(labels[order], labels[order], side="left")
    rank = np.empty(len(labels), int)
    rank[order] = np.arange(len(labels)) - starts
    return rank


def keep(
    split: Split,
    chosen: Sequence[int],
    *,
    order: np.ndarray | None = None,
    per_class: int | None = None,
    coarse: bool = False,
) -> Split:
    """The images of the classes `chosen`, with labels 0, 1, ... in that order.

    `order`: indices to walk through instead of all; `per_class`: the first so many of each class;
    `coarse`: let the superclasses be the labels.
    """
    index = np.arange(len(split)) if order is None else order
    old = split.coarse if coarse else split.labels
    assert old is not None
    new = np.full(max(old.max(initial=0), *chosen) + 1, -1)
    new[list(chosen)] = np.arange(len(chosen))
    labels = new[old[index]]
    wanted = labels >= 0
    if per_class is not None:
        wanted[wanted] = rank_in_class(labels[wanted]) < per_class
    index = index[wanted]
    kept = split.take(index)
    return Split(kept.images, labels[wanted].astype("int64"), kept.coarse)


def class_numbers(names: Sequence[str] | None, known: Sequence[str]) -> list[int]:
    """The label of each class in `names`; of all classes for None. ValueError for what is no such class."""
    if names is None:
        return list(range(len(known)))
    if isinstance(names, str):
        raise ValueError(f"classes={names!r}: give several names, such as classes={tuple(known[:2])}")
    for name in names:
        if name not in known:
            near = get_close_matches(name, known, n=3) if isinstance(name, str) else []
            raise ValueError(f"unknown class {name!r}: {_choices(near, known)}")
    if len(set(names)) != len(names):
        raise ValueError(f"classes={tuple(names)}: each class may be named once")
    if len(names) < 2:
        raise ValueError(f"classes={tuple(names)}: choose at least 2, or there is nothing to tell apart")
    return [list(known).index(name) for name in names]


def check_per_class(per_class: int | None, available: dict[str, int]) -> None:
    """ValueError unless every class has `per_class` training images; `available`: how many each has."""
    if per_class is None:
        return
    scarce = min(available, key=lambda name: available[name])
    most = available[scarce]
    if isinstance(per_class, bool) or not isinstance(per_class, int) or per_class < 1:
        raise ValueError(f"per_class={per_class!r}: it must be a whole number from 1 to {most}")
    if per_class > most:
        raise ValueError(
            f"per_class={per_class}: class {scarce!r} has {most} training images, so at most {most}"
        )


def _choices(near: Sequence[str], known: Sequence[str]) -> str:
    if near:
        return f"did you mean {' or '.join(near)}? (choose from {', '.join(known)})"
    return f"choose from {', '.join(known)}"
