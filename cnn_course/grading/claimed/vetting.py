"""Whether everything in a claimed configuration is of a kind that can be checked and built again."""

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from cnn_course.analysis.graph import activations
from cnn_course.analysis.graph.reading import DEEPEST_NESTING, Config, author, leading_nowhere, members
from cnn_course.analysis.graph.values import is_keras, shown
from cnn_course.grading.claimed.allowed import (
    ACTIVATION_LAYERS,
    DTYPES,
    IN_A_CALL,
    LAYERS,
    NETWORKS,
    NEVER_READ,
    ONLY_TRAINING,
    OPERATIONS,
    POLICIES,
)
from cnn_course.grading.submission import BadAnswer

MOST_LAYERS = 2_000
MOST_VALUES, DEEPEST, LONGEST_TEXT, LONGEST_NAME = 1_000_000, 100, 1_000_000, 200
DEEPEST_ARGUMENT = 4  # lists in lists
BY_NAME = "use a layer or activation of Keras by name"


def vet(network: Any) -> None:
    """Raise BadAnswer, naming the first thing in it that cannot be checked; `network` is any plain data."""
    _check_plain(network)
    _check_is_network(network)
    for count, (name, kind, entry) in enumerate(_layers(network["config"], 0)):
        if count == MOST_LAYERS:
            raise BadAnswer(f"the network has more than {MOST_LAYERS:,} layers, too many to be checked")
        _check_name(name)
        if _is_network(entry):
            _check_is_network(entry)
        else:
            _check_layer(name, kind, entry)
        _check_calls(name, entry.get("inbound_nodes", []))


def _check_plain(value: Any) -> None:
    """Only the exact types that JSON has, and no more of them than a network needs."""
    waiting, seen = [(value, 0)], 0
    while waiting:
        item, depth = waiting.pop()
        seen += 1
        if seen > MOST_VALUES or depth > DEEPEST:
            raise BadAnswer("the network's description is too large, or nested too deeply")
        if type(item) is dict:
            waiting.extend((part, depth + 1) for pair in item.items() for part in pair)
        elif type(item) in (list, tuple):
            waiting.extend((part, depth + 1) for part in item)
        elif not _is_scalar(item):
            raise BadAnswer(f"the network's description holds {_described(item)}, which JSON does not know")


def _is_scalar(value: Any) -> bool:
    if type(value) is float:
        return math.isfinite(value)
    if type(value) is int:
        return value.bit_length() < 64
    return value is None or type(value) is bool or (type(value) is str and len(value) <= LONGEST_TEXT)


def _described(value: Any) -> str:
    return f"the number {value!r}" if type(value) is float else f"a {type(value).__name__[:50]}"


def _is_network(entry: Mapping[str, Any]) -> bool:
    return "layers" in entry["config"]


def _check_is_network(entry: Any) -> None:
    kind = entry.get("class_name") if type(entry) is dict else None
    if type(kind) is not str or type(entry.get("config")) is not dict:
        raise BadAnswer("the network's description names no class and no layers")
    if not (is_keras(entry.get("module")) and entry.get("registered_name") in (None, kind)) or (
        kind not in NETWORKS or not _is_network(entry)
    ):
        raise BadAnswer(
            f"the network is of the class {shown(kind)}, whose code cannot be checked; "
            "build it as keras.Sequential or keras.Model(inputs, outputs)"
        )


def _layers(config: Config, depth: int) -> Iterator[tuple[str, str, Config]]:
    """Every layer, those of networks inside included."""
    if depth > DEEPEST_NESTING:
        raise BadAnswer(f"networks are nested more than {DEEPEST_NESTING} levels deep in the network")
    with readable():
        listed = list(members(config))
        idle = leading_nowhere(config)
    if idle is not None:
        raise BadAnswer(f"what layer {shown(idle)} of the network makes leads to none of its outputs")
    for _, name, kind, entry in listed:
        yield name, kind, entry
        if _is_network(entry):
            yield from _layers(entry["config"], depth + 1)


@contextmanager
def readable() -> Iterator[None]:
    """A configuration that is none becomes a BadAnswer."""
    try:
        yield
    except ValueError as problem:
        reason = str(problem).removeprefix("not a readable network: ")
        raise BadAnswer(f"the network cannot be checked: {reason}") from None


def _check_name(name: str) -> None:
    if not name.isprintable() or len(name) > LONGEST_NAME:
        raise BadAnswer(
            f"a layer of the network is called {shown(name)}; "
            f"a name has at most {LONGEST_NAME} characters, all of which can be printed"
        )


def _check_layer(name: str, kind: str, entry: Config) -> None:
    known, title = author(entry, kind)
    if kind == "Lambda" and is_keras(entry.get("module")):
        raise BadAnswer(f"the network holds a Lambda layer, whose code cannot be checked; {BY_NAME}")
    if not known or not (is_keras(entry.get("module")) or title.startswith("cnn_course>")):
        raise BadAnswer(
            f"the network holds a layer of the class {shown(title)}, whose code cannot be checked; {BY_NAME}"
        )
    if kind == "InputLayer":
        _check_input(name, entry["config"])
        return
    operation = ".ops." in str(entry["module"])
    table = OPERATIONS if operation else LAYERS
    if title not in table:
        raise BadAnswer(
            f"the network holds {shown(title)}, {'an operation' if operation else 'a layer'} of Keras "
            "that is not checked here; say it with others"
        )
    _check_arguments(f"the {title.rpartition('>')[2]} layer {shown(name)}", entry["config"], table[title])


def _check_input(name: str, config: Config) -> None:
    if config.get("dtype", "float32") not in DTYPES or config.get("sparse") or config.get("ragged"):
        raise BadAnswer(f"the network's input {shown(name)} is of a kind that cannot be checked")


def _check_arguments(what: str, config: Config, read: tuple[str, ...]) -> None:
    for key, value in config.items():
        if key == "activation" and key in read:
            _check_activation(what, value)
        elif key == "dtype":
            _check_policy(what, value, key in read)
        elif key in read:
            _check_value(what, key, value, 0)
        elif key == "trainable" and type(value) is not bool:
            raise BadAnswer(f"{what} has trainable={shown(value)}; it must be true or false")
        elif key not in NEVER_READ and not key.endswith(ONLY_TRAINING) and value not in (None, False):
            raise BadAnswer(f"{what} has {shown(key)[1:-1]}={shown(value)}, which cannot be checked here")


def _check_activation(what: str, value: Any) -> None:
    """Its name, or one of few layers with arguments."""
    with readable():
        known = activations.function(value) is not None
    if type(value) is dict and value.get("module") != "builtins":
        kind = str(value.get("class_name"))
        known = known and kind in ACTIVATION_LAYERS
        if known:
            _check_arguments(f"the activation {kind} of {what}", value.get("config", {}), LAYERS[kind])
    if not known:
        raise BadAnswer(f"{what} has an activation of its own, whose code cannot be checked; {BY_NAME}")


def _check_policy(what: str, value: Any, is_argument: bool) -> None:
    """Keras writes a data type of its own for every layer; of operations it is an argument."""
    known = (value is None or value in DTYPES) if is_argument else policy(value) in POLICIES
    if not known:
        raise BadAnswer(f"{what} computes in a data type that cannot be checked: {shown(value)}")


def policy(value: Any) -> Any:
    """The name of a data type policy, as text or as Keras writes it."""
    if type(value) is dict and value.get("class_name") == "DTypePolicy" and type(value.get("config")) is dict:
        return value["config"].get("name")
    return "float32" if value is None else value if type(value) is str else ""


def _check_value(what: str, key: str, value: Any, depth: int) -> None:
    if type(value) in (list, tuple) and depth < DEEPEST_ARGUMENT:
        for item in value:
            _check_value(what, key, item, depth + 1)
    elif not _is_scalar(value):
        raise BadAnswer(f"{what} has {key}={shown(value)}; only numbers, text and lists of them are checked")


def _check_calls(name: str, calls: Any) -> None:
    values = [value for call in _listed(calls) for value in _given(call)]
    if not all(_is_argument(value, 0) for value in values):
        raise BadAnswer(f"layer {shown(name)} is called with something that cannot be checked")


def _listed(value: Any) -> Any:
    return value if type(value) in (list, tuple) else [value]


def _given(call: Any) -> list[Any]:
    """What a call gives besides its tensors' names; a dict, which is no argument, if it is no call."""
    kwargs = call.get("kwargs", {}) if type(call) is dict else None
    return [call.get("args", []), *kwargs.values()] if type(kwargs) is dict else [{}]


def _is_argument(value: Any, depth: int) -> bool:
    if type(value) in (list, tuple) and depth < DEEPEST_ARGUMENT:
        return all(_is_argument(item, depth + 1) for item in value)
    return _is_scalar(value) or (type(value) is dict and value.get("class_name") in IN_A_CALL)
