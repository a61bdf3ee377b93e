"""How to train: one frozen dataclass of plain values.

The command line derives its flags from the fields below, and every run writes its recipe down, so a
field is a number, a word or a tuple of words. This module imports no framework.
"""

import difflib
import math
from dataclasses import Field, asdict, dataclass, field, fields
from typing import Any

OPTIMIZERS = ("sgd", "adam")
SCHEDULES = ("constant", "step", "cosine")
AUGMENTATIONS = ("flip", "crop", "cutout")
PRECISIONS = ("auto", "float32", "mixed_float16", "mixed_bfloat16")

USUAL_RATES = {"sgd": 0.1, "adam": 0.001}
"""Deck 000 (lines 345-346): batch normalisation permits rates such as 0.1. Adam: the paper's default."""


def _setting(default: Any, text: str, choices: tuple[str, ...] = ()) -> Any:
    return field(default=default, metadata={"help": text, "choices": choices})


@dataclass(frozen=True)
class Recipe:
    """How to train; a value that makes no sense raises a ValueError that says what would."""

    epochs: int = _setting(10, "passes over the training images")
    batch_size: int = _setting(128, "images per step")
    optimizer: str = _setting("adam", "rule that turns gradients into steps", OPTIMIZERS)
    learning_rate: float | None = _setting(None, "peak learning rate; default 0.001 for adam, 0.1 for sgd")
    momentum: float = _setting(0.9, "momentum of sgd")
    nesterov: bool = _setting(False, "Nesterov's form of momentum (sgd)")
    schedule: str = _setting("cosine", "learning rate over time", SCHEDULES)
    step_at: tuple[float, ...] = _setting(
        (0.5, 0.75), "step schedule: shares of the training at which to drop"
    )
    step_factor: float = _setting(0.1, "step schedule: what the rate is multiplied by at each drop")
    warmup_epochs: float = _setting(0.0, "epochs over which the rate first rises from zero")
    weight_decay: float = _setting(0.0, "decoupled decay of kernels (not of biases or batch normalisation)")
    l2: float = _setting(0.0, "alpha of the slides' penalty alpha/2 * w.w on every kernel")
    label_smoothing: float = _setting(0.0, "share of the target that is spread over all classes")
    auxiliary_weight: float = _setting(0.3, "share in the loss of each output but the first (GoogLeNet)")
    augment: tuple[str, ...] | None = _setting(
        None, "random changes to training images; default those that suit the data", AUGMENTATIONS
    )
    precision: str = _setting("auto", "auto: mixed_float16 on a GPU, float32 elsewhere", PRECISIONS)
    seed: int = _setting(0, "start of every random number: weights, order, augmentation, dropout")
    deterministic: bool = _setting(False, "only operations that repeat bit for bit, also on a GPU (slower)")

    def __post_init__(self) -> None:
        left_open = [name for name in ("learning_rate", "augment") if getattr(self, name) is None]
        for setting in fields(self):
            if setting.name in left_open:
                continue
            if setting.name in ("step_at", "augment"):
                object.__setattr__(self, setting.name, _words(setting, getattr(self, setting.name)))
            _check_choice(setting, getattr(self, setting.name))
        for name, low, high, rule in _BOUNDS:
            value = getattr(self, name)
            if name not in left_open and not _obeys(value, low, high, whole=rule.startswith("a whole")):
                raise ValueError(f"{name}={value}: must be {rule}")
        if self.learning_rate == 0:
            raise ValueError("learning_rate=0: nothing would be learned; must be above 0")
        if self.warmup_epochs > self.epochs:
            raise ValueError(f"warmup_epochs={self.warmup_epochs}: must not exceed epochs={self.epochs}")
        if list(self.step_at) != sorted(self.step_at) or not all(0 < s < 1 for s in self.step_at):
            raise ValueError(
                f"step_at={self.step_at}: must be rising shares between 0 and 1, such as 0.5 0.75"
            )

    @property
    def peak_rate(self) -> float:
        """The learning rate at its highest: the one asked for, or the optimiser's usual one."""
        return USUAL_RATES[self.optimizer] if self.learning_rate is None else self.learning_rate

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values, with the learning rate that is really used."""
        values = {name: list(v) if isinstance(v, tuple) else v for name, v in asdict(self).items()}
        return {**values, "learning_rate": self.peak_rate}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "Recipe":
        """The recipe that `as_dict` wrote."""
        unknown = sorted(set(values) - {f.name for f in fields(cls)})
        if unknown:
            raise ValueError(f"{unknown[0]!r} is no setting of a recipe; there are {_names(cls)}")
        plain: dict[str, Any] = {n: tuple(v) if isinstance(v, list) else v for n, v in values.items()}
        return cls(**plain)


_INFINITE = float("inf")
_BOUNDS = (
    ("epochs", 1, _INFINITE, "a whole number from 1 up"),
    ("batch_size", 1, _INFINITE, "a whole number from 1 up"),
    ("learning_rate", 0, _INFINITE, "a number above 0"),
    ("momentum", 0, 0.9999, "from 0 to below 1"),
    ("step_factor", 0, 1, "from 0 to 1"),
    ("warmup_epochs", 0, _INFINITE, "0 or more"),
    ("weight_decay", 0, _INFINITE, "0 or more"),
    ("l2", 0, _INFINITE, "0 or more"),
    ("label_smoothing", 0, 0.9999, "from 0 to below 1"),
    ("auxiliary_weight", 0, _INFINITE, "0 or more"),
    ("seed", 0, 2**31 - 1, "a whole number from 0 to 2147483647"),
)


def _obeys(value: Any, low: float, high: float, *, whole: bool) -> bool:
    is_number = isinstance(value, int if whole else int | float) and not isinstance(value, bool)
    return is_number and math.isfinite(value) and low <= value <= high


def _words(setting: Field, value: Any) -> tuple:
    """A tuple of what a list or tuple holds; one word alone would fall into letters."""
    if not isinstance(value, list | tuple):
        raise ValueError(f"{setting.name}={value!r}: must be a tuple, such as {setting.default or (value,)}")
    return tuple(value)


def _check_choice(setting: Field, value: Any) -> None:
    choices = setting.metadata["choices"]
    for word in (value if isinstance(value, tuple) else (value,)) if choices else ():
        if word not in choices:
            near = difflib.get_close_matches(str(word), choices, n=1)
            hint = f" (did you mean {near[0]}?)" if near else ""
            raise ValueError(f"{setting.name}={word!r}: choose from {', '.join(choices)}{hint}")


def _names(cls: type[Recipe]) -> str:
    return ", ".join(f.name for f in fields(cls))
