"""What a reader of one data set hands over, before anything is held out or left out."""

from collections.abc import Callable
from dataclasses import dataclass

from cnn_course.data.dataset import SUITS_PHOTOGRAPHS, Split


@dataclass(frozen=True)
class Parts:
    """A data set as its authors divided it: a training part, and a test part that is read when asked for.

    `validation`: only where the authors made one; otherwise it is held out from `train`. `augment`: as in
    `Dataset`.
    """

    train: Split
    test: Callable[[], Split]
    classes: tuple[str, ...]
    source: str
    superclasses: tuple[str, ...] = ()
    validation: Split | None = None
    augment: tuple[str, ...] = SUITS_PHOTOGRAPHS
