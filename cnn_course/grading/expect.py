"""What checks say: comparisons whose failures tell a student what was called, what came and what was due.

    expect.close(y, answer, "conv2d(image, kernel)", wrong=[(flipped, "the kernel is flipped")])

`what` is the call in the student's words. `wrong` lists answers that typical mistakes lead to, each with what
led to it. Complaints come in the order in which one would mend them: nothing, type, shape, not finite,
values. All raise AssertionError. Imports no framework.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from cnn_course.grading.submission import BadAnswer, OutOfTime, StudentError
from cnn_course.grading.values import Foreign, Network, NetworkToBuild

Wrong = Sequence[tuple[Any, str]]

# What numbers of few digits may be off by: relative to the number, relative to the largest number expected.
ROUNDING = {"float32": (1e-5, 1e-6), "float16": (2e-3, 1e-3)}
LONGEST = 200  # characters of a value in a message
MOST = 1_000_000  # numbers that are compared one by one, or come in lists: they take up much memory then


def close(
    actual: Any, expected: Any, what: str, *, rtol: float = 1e-6, atol: float = 1e-8, wrong: Wrong = ()
) -> None:
    """`actual` is a number or array as `expected`, to rtol * |expected| + atol; more where it is float32."""
    numbers, due = _numbers(actual, what), np.asarray(expected)
    rtol, atol = _tolerance(numbers, due, rtol, atol)
    why = _decoded(numbers, wrong, rtol, atol)
    _check_shape(numbers, due.shape, what, why)
    bad = ~np.isfinite(numbers) & np.isfinite(due)
    if bad.any():
        place = np.unravel_index(np.argmax(bad), bad.shape)
        raise AssertionError(
            f"{what} has {_number(numbers[place])}{_index(place)}; every number must be finite{why}"
        )
    off = ~np.isclose(numbers, due, rtol=rtol, atol=atol, equal_nan=True)
    if off.any():
        worst = _worst(numbers, due, off)
        count = f" ({off.sum():,} of {off.size:,} numbers differ)" if off.size > 1 else ""
        raise AssertionError(
            f"{what} gave {_number(numbers[worst])}{_index(worst)}, {_number(due[worst])} was expected"
            f"{count}{why}"
        )


def equal(actual: Any, expected: Any, what: str, *, wrong: Wrong = ()) -> None:
    """`actual` is the same number, text, or list or dict of such as `expected`.

    Only the value counts: 28.0 is 28, and a tuple or array is a list. Numbers are equal exactly.
    """
    _check_extent(actual, what)
    came, due = _plain(actual), _plain(expected)
    if came is None and due is not None:
        raise AssertionError(f"{what} gave None, {shown(expected)} was expected: is a return missing?")
    if not _same(came, due):
        why = next((f"; {text}" for answer, text in wrong if _same(_plain(answer), came)), "")
        raise AssertionError(
            f"{what} gave {shown(actual)}, {shown(expected)} was expected{_first_difference(came, due)}{why}"
        )


def shape(actual: Any, expected: Sequence[int], what: str) -> None:
    """`actual` has the shape `expected`."""
    _check_shape(_numbers(actual, what), expected, what)


def raises(kind: str, call: Callable[[], Any], what: str) -> None:
    """`call()` ends in an error of that kind or of a kind below it, such as "ValueError"."""
    try:
        answer = call()
    except (OutOfTime, BadAnswer):
        raise
    except StudentError as problem:
        if kind in problem.kinds:
            return
        raise AssertionError(f"{what} must raise {kind}, but {problem}") from None
    raise AssertionError(f"{what} must raise {kind}; it gave {shown(answer)}")


def network(actual: Any, expected: Any, what: str, *, strict: Sequence[str] = ()) -> None:
    """`actual` is a network equal to `expected`, however it is written.

    `expected`: a `Network`, a config or its JSON, or `network("vgg16", classes=10)`. `strict`: what else must
    agree, see `cnn_course.analysis.graph.STRICT`.
    """
    from cnn_course.analysis.graph import compare

    if not isinstance(actual, Network):
        raise AssertionError(f"{what} gave {shown(actual)}, a Keras model was expected{_no_model(actual)}")
    due = _config(expected)
    try:
        found = compare(actual.config, due, strict=strict)
    except ValueError as problem:
        raise AssertionError(f"{what}: {problem}") from None
    if not found.same:
        raise AssertionError(f"{what}: {found}")


def accuracy(actual: Any, images: np.ndarray, labels: np.ndarray, at_least: float, what: str) -> None:
    """`actual` is a network that is right on so large a share of the images; its first output counts."""
    if not isinstance(actual, Network):
        raise AssertionError(f"{what} is {shown(actual)}, a network was expected")
    scores, classes = _first_output(actual.predict(images)), int(np.max(labels)) + 1
    if scores.ndim != 2 or len(scores) != len(labels) or scores.shape[1] < classes:
        raise AssertionError(
            f"{what} gave the shape {scores.shape} for {len(labels)} images; "
            f"({len(labels)}, {classes}) was expected, a number for each class"
        )
    if not np.isfinite(scores).all():
        raise AssertionError(f"{what} gave {scores[~np.isfinite(scores)][0]}; every number must be finite")
    share = float(np.mean(np.argmax(scores, axis=1) == labels))
    if share < at_least:
        guessed = "; that is no better than guessing" if share < 1.5 / scores.shape[1] else ""
        found = f"right on {share:.1%} of {len(labels):,} images"
        raise AssertionError(f"{what} is {found}, at least {at_least:.1%} was expected{guessed}")


def _first_output(outputs: Any) -> np.ndarray:
    while isinstance(outputs, list | tuple | dict) and len(outputs):
        outputs = next(iter(outputs.values() if isinstance(outputs, dict) else outputs))
    return np.asarray(outputs)


def shown(value: Any) -> str:
    """A value in one line of at most 200 characters; of a large array, its shape."""
    try:
        text = " ".join(repr(_brief(value)).split())
    except Exception:
        text = f"a {type(value).__name__}"
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."


def _brief(value: Any) -> Any:
    """The value with large arrays as their shapes: NumPy takes for ever to write one of many short axes."""
    if isinstance(value, np.ndarray):
        return value.tolist() if value.size <= 16 else Foreign(f"array of shape {value.shape}")
    if type(value) in (list, tuple):
        return type(value)(map(_brief, value))
    return {key: _brief(item) for key, item in value.items()} if type(value) is dict else value


def _check_extent(value: Any, what: str) -> None:
    if _extent(value) > MOST:
        raise AssertionError(f"{what} gave {shown(value)}, which is too large to be right")


def _extent(value: Any) -> int:
    """How many numbers and texts there are in it."""
    return sum(part.size if isinstance(part, np.ndarray) else 1 for part in _parts(value))


def _parts(value: Any) -> Iterator[Any]:
    """What is in lists, tuples and dicts, and in those in them."""
    if isinstance(value, list | tuple | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _parts(item)
    else:
        yield value


def _numbers(value: Any, what: str) -> np.ndarray:
    """The value as an array of real numbers."""
    if value is None:
        raise AssertionError(f"{what} gave None, numbers were expected: is a return missing?")
    numbers = value if isinstance(value, np.ndarray) else _array(value, what)
    if numbers.dtype.kind == "c":
        raise AssertionError(f"{what} gave complex numbers, real ones were expected")
    if numbers.dtype.kind not in "biuf":
        raise AssertionError(f"{what} gave {shown(value)}, numbers were expected{_uneven(value)}")
    return numbers


def _array(value: Any, what: str) -> np.ndarray:
    """Lists as an array, which is one of numbers only if they are nothing else."""
    _check_extent(value, what)
    if any(_is_text(part) for part in _parts(value)):  # NumPy makes text of all, as wide as the longest
        return np.asarray(None)
    try:
        return np.asarray(value)
    except Exception:  # a list whose rows have several lengths
        return np.asarray(None)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, np.ndarray) and value.dtype.kind == "U")


def _uneven(value: Any) -> str:
    rows = isinstance(value, list | tuple) and all(
        isinstance(row, list | tuple | np.ndarray) for row in value
    )
    return ": its rows differ in length" if rows and len(set(map(_extent, value))) > 1 else ""


def _check_shape(numbers: np.ndarray, expected: Sequence[int], what: str, why: str = "") -> None:
    came, due = numbers.shape, tuple(expected)
    if came == due:
        return
    if not why and sorted(came) == sorted(due):
        why = "; the axes are in another order"
    elif not why and [n for n in came if n != 1] == [n for n in due if n != 1]:
        why = "; an axis of length 1 is too " + ("many" if len(came) > len(due) else "few")
    raise AssertionError(f"{what} has shape {came}, {due} was expected{why}")


def _tolerance(numbers: np.ndarray, due: np.ndarray, rtol: float, atol: float) -> tuple[float, float]:
    relative, of_largest = ROUNDING.get(numbers.dtype.name, (0.0, 0.0))
    finite = np.abs(due[np.isfinite(due)])
    return max(rtol, relative), max(atol, of_largest * float(finite.max(initial=0)))


def _worst(numbers: np.ndarray, due: np.ndarray, off: np.ndarray) -> tuple[Any, ...]:
    """Where the number is that is farthest from what is due."""
    with np.errstate(all="ignore"):
        distance = np.abs(numbers.astype("float64") - due.astype("float64"))
    distance = np.where(np.isnan(distance), np.inf, distance)
    return np.unravel_index(np.argmax(np.where(off, distance, -1.0)), off.shape)


def _decoded(numbers: np.ndarray, wrong: Wrong, rtol: float, atol: float) -> str:
    """ "; " and the explanation of the typical wrong answer that `numbers` is, or nothing."""
    for answer, explanation in wrong:
        if np.shape(answer) == numbers.shape and np.allclose(
            numbers, answer, rtol=rtol, atol=atol, equal_nan=True
        ):
            return f"; {explanation}"
    return ""


def _plain(value: Any) -> Any:
    """Lists for tuples and arrays, Python numbers for NumPy's, so that only the value counts."""
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value


def _same(came: Any, due: Any) -> bool:
    """Equal plain values; NaN is NaN, and False is not 0."""
    if isinstance(due, list) and isinstance(came, list):
        return len(came) == len(due) and all(map(_same, came, due))
    if isinstance(due, dict) and isinstance(came, dict):
        return came.keys() == due.keys() and all(_same(came[key], due[key]) for key in due)
    if isinstance(came, bool) != isinstance(due, bool):
        return False
    return bool(came == due) or (isinstance(came, float) and came != came and due != due)


def _first_difference(came: Any, due: Any) -> str:
    """Where two lists or dicts first differ, from a length at which one does not see it at once."""
    if isinstance(due, dict) and isinstance(came, dict):
        missing, surplus = [key for key in due if key not in came], [key for key in came if key not in due]
        if missing or surplus:
            return "; " + " and ".join(
                f"{', '.join(map(repr, keys[:5]))} {verb}"
                for keys, verb in ((missing, "missing"), (surplus, "not expected"))
                if keys
            )
        key = next(key for key in due if not _same(came[key], due[key]))
        return f"; {key!r} is {shown(came[key])}, not {shown(due[key])}"
    if not (isinstance(due, list) and isinstance(came, list)):
        return ""
    if len(came) != len(due):
        return f"; it has {len(came)} items, not {len(due)}"
    first = next(i for i in range(len(due)) if not _same(came[i], due[i]))
    return f"; item {first} is the first that differs" if len(due) > 2 else ""


def _config(expected: Any) -> Any:
    if isinstance(expected, NetworkToBuild):
        from cnn_course.grading.expected import config_of

        return config_of(expected)
    return expected.config if isinstance(expected, Network) else expected


def _no_model(value: Any) -> str:
    if value is None:
        return ": is a return missing?"
    if isinstance(value, Foreign) and value.kind == "KerasTensor":
        return ": a tensor becomes one by keras.Model(inputs, outputs)"
    return ""


def _index(index: tuple[Any, ...]) -> str:
    return f" at [{', '.join(str(int(i)) for i in index)}]" if index else ""


def _number(value: Any) -> str:
    return f"{value:.7g}" if np.asarray(value).dtype.kind == "f" else str(value)
