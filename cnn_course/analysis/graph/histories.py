"""Tensors in a configuration: Keras names each by the layer, the call and the output that it comes from."""

from collections.abc import Iterator, Mapping
from typing import Any

from cnn_course.analysis.graph.nodes import Tensor
from cnn_course.analysis.graph.values import listing, mapping, refuse, shown

DEEPEST_ARGUMENTS = 20
Place = tuple[str, int]  # a layer's name, and which of its calls


def histories(value: Any) -> list[tuple[str, int, int]]:
    """The (layer, call, output) of tensors, however they were nested."""
    if isinstance(value, Mapping):
        value = [value[key] for key in sorted(mapping(value, "input_layers or output_layers"))]
    entries = listing(value, "input_layers or output_layers")
    if len(entries) == 3 and isinstance(entries[0], str):
        return [_history(entries)]
    return [history for entry in entries for history in _histories_of_one(entry)]


def _histories_of_one(entry: Any) -> list[tuple[str, int, int]]:
    if isinstance(entry, list | tuple) and len(entry) == 3 and isinstance(entry[0], str):
        return [_history(entry)]
    return histories(entry)


def _history(value: Any) -> tuple[str, int, int]:
    entries = listing(value, "keras_history")
    if len(entries) == 3:
        name, node, tensor = entries
        if isinstance(name, str) and type(node) is int and type(tensor) is int:
            return name, node, tensor
    raise refuse(f"a tensor's history is {shown(value)}; it must be a layer's name, a call and an output")


def sources(value: Any, depth: int = 0) -> Iterator[tuple[str, int, int]]:
    """The histories of all tensors in the arguments of a call."""
    if depth > DEEPEST_ARGUMENTS:
        raise refuse("the arguments of a layer are nested too deeply")
    if _is_tensor(value):
        yield _history(mapping(value.get("config"), "a tensor").get("keras_history"))
    elif isinstance(value, Mapping):
        for entry in value.values():
            yield from sources(entry, depth + 1)
    elif isinstance(value, list | tuple):
        for entry in listing(value, "the arguments of a layer"):
            yield from sources(entry, depth + 1)


def argument(value: Any, made: Mapping[Place, list[Tensor]]) -> Any:
    """The same argument with tensors in place of their histories."""
    if _is_tensor(value):
        return tensor_made(made, _history(mapping(value.get("config"), "a tensor").get("keras_history")))
    if isinstance(value, Mapping):
        return {key: argument(entry, made) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [argument(entry, made) for entry in value]
    return value


def _is_tensor(value: Any) -> bool:
    return isinstance(value, Mapping) and value.get("class_name") == "__keras_tensor__"


def tensor_made(made: Mapping[Place, list[Tensor]], history: tuple[str, int, int]) -> Tensor:
    """The tensor that a history names."""
    name, node, number = history
    outputs = made.get((name, node))
    if outputs is None:
        raise refuse(f"there is no output of layer {shown(name)}")
    if not 0 <= number < len(outputs):
        raise refuse(f"layer {shown(name)} has no output {number} that can be read")
    return outputs[number]


def tensors_in(value: Any) -> Iterator[Tensor]:
    """The tensors in arguments; those of dicts in the order of their keys, as Keras has it."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, Mapping):
        for key in sorted(value):
            yield from tensors_in(value[key])
    elif isinstance(value, list | tuple):
        for entry in value:
            yield from tensors_in(entry)
