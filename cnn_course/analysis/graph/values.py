"""Plain values of a configuration, checked: it may come from a process that nobody trusts.

Every function returns a value of the type it promises or raises ValueError in one line.
"""

import math
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any

LARGEST = 10**9  # of any number in a configuration: no layer of this world is wider
LONGEST = 5_000  # of any list in a configuration
DEEPEST = 16  # how far lists and dicts may be nested in the configuration of a layer


def refuse(problem: str) -> ValueError:
    """The error for a configuration that is no network."""
    return ValueError(f"not a readable network: {problem}")


def shown(value: Any) -> str:
    """A value as it may stand in a message: at most 60 printable characters."""
    if isinstance(value, Mapping | list | tuple):
        return f"a {type(value).__name__} of {len(value)}"
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > LARGEST:
        return "a huge number"
    text = "".join(
        letter if letter.isprintable() else "?"
        for letter in (value[:61] if isinstance(value, str) else repr(value)[:61])
    )
    text = text if len(text) <= 60 else text[:57] + "..."
    return repr(text) if isinstance(value, str) else text


def mapping(value: Any, what: str) -> Mapping[str, Any]:
    """A dict with text as keys."""
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise refuse(f"{what} is {shown(value)}; it must be a dict")
    return value


def listing(value: Any, what: str) -> Sequence[Any]:
    """A list or tuple of sane length."""
    if not isinstance(value, list | tuple):
        raise refuse(f"{what} is {shown(value)}; it must be a list")
    if len(value) > LONGEST:
        raise refuse(f"{what} has {len(value)} entries; at most {LONGEST} are read")
    return value


def text(value: Any, what: str) -> str:
    """A string of sane length."""
    if not isinstance(value, str) or not 0 < len(value) <= 1000:
        raise refuse(f"{what} is {shown(value)}; it must be text of 1 to 1000 characters")
    return value


def whole(value: Any, what: str, lowest: int = 1) -> int:
    """A whole number, `lowest` or more."""
    if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= LARGEST:
        raise refuse(f"{what} is {shown(value)}; it must be a whole number, at least {lowest}")
    return value


def number(value: Any, what: str) -> float:
    """A finite number."""
    fits = isinstance(value, int | float) and not isinstance(value, bool)
    if not fits or not (abs(value) <= LARGEST and math.isfinite(value)):
        raise refuse(f"{what} is {shown(value)}; it must be a finite number")
    return float(value)


def rounded(value: Any) -> Any:
    """A frozen value with seven digits of its numbers: x / 127.5 is 2 * (x / 255)."""
    if isinstance(value, tuple):
        return tuple(rounded(entry) for entry in value)
    return float(f"{value:.7g}") if isinstance(value, float) else value


def is_keras(module: Any) -> bool:
    """Whether a module is one of Keras's own."""
    return isinstance(module, str) and (module == "keras" or module.startswith("keras."))


def switch(value: Any, what: str) -> bool:
    """True or False."""
    if not isinstance(value, bool):
        raise refuse(f"{what} is {shown(value)}; it must be true or false")
    return value


def several(value: Any, what: str, count: int, lowest: int = 1) -> tuple[int, ...]:
    """So many whole numbers; one number stands for as many alike."""
    entries = [value] if isinstance(value, int) else listing(value, what)
    if len(entries) == 1:
        entries = [entries[0]] * count
    if len(entries) != count:
        known = {1: "one whole number", 2: "one or two whole numbers"}
        raise refuse(f"{what} is {shown(value)}; it must be {known.get(count, f'{count} whole numbers')}")
    return tuple(whole(entry, what, lowest) for entry in entries)


def pair(value: Any, what: str, lowest: int = 1) -> tuple[int, int]:
    """Two whole numbers; one number stands for two alike."""
    first, second = several(value, what, 2, lowest)
    return first, second


def sides(value: Any, what: str) -> tuple[tuple[int, int], tuple[int, int]]:
    """((top, bottom), (left, right)) from the three ways in which Keras writes padding and cropping."""
    if (
        isinstance(value, list | tuple)
        and len(value) == 2
        and any(isinstance(v, list | tuple) for v in value)
    ):
        return pair(value[0], what, 0), pair(value[1], what, 0)
    height, width = pair(value, what, 0)
    return (height, height), (width, width)


def shape(value: Any, what: str) -> tuple[int | None, ...]:
    """A shape whose dimensions are whole numbers or None."""
    entries = listing(value, what)
    if len(entries) > 8:
        raise refuse(f"{what} has {len(entries)} dimensions; at most 8 are read")
    return tuple(None if entry is None else whole(entry, what) for entry in entries)


def frozen(value: Any, ignored: frozenset[str] = frozenset(), depth: int = 0) -> Any:
    """Any plain value as something that can be compared and hashed; keys in `ignored` are left out."""
    if depth > DEEPEST:
        raise refuse(f"a layer's configuration is nested more than {DEEPEST} levels deep")
    if isinstance(value, Mapping):
        kept = sorted(key for key in mapping(value, "a part of a layer") if key not in ignored)
        return tuple((key, frozen(value[key], ignored, depth + 1)) for key in kept)
    if isinstance(value, list | tuple):
        return tuple(frozen(entry, ignored, depth + 1) for entry in listing(value, "a part of a layer"))
    if isinstance(value, str):
        return value if len(value) <= 200 else blake2b(value.encode(errors="replace")).hexdigest()
    if value is None or isinstance(value, bool):
        return value
    return number(value, "a number in a layer's configuration")
