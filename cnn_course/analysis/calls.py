"""A network as the list of what it does: one entry for each time it applies a layer.

Functional and Sequential networks are read from the graph that Keras keeps; networks inside the network are
opened. A layer that is applied twice is there twice, each time with the shapes of that call: `layer.output`
would tell those of the first call ever made, which may belong to another network.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import keras

Shape = tuple[int | None, ...]


@dataclass(frozen=True, eq=False)
class Value:
    """A tensor between two calls. Two values are the same only if they are one object."""

    shape: Shape  # with the batch
    dtype: str


@dataclass(frozen=True, eq=False)
class Call:
    """One application of a layer, or of an operation such as the + in `x + y`."""

    layer: Any
    address: str  # "conv1"; in a network inside the network "backbone/conv1"
    inputs: tuple[Value, ...]
    outputs: tuple[Value, ...]

    @property
    def input_shape(self) -> Shape:
        """Shape of the first input, with the batch; of an input layer its own."""
        return (self.inputs or self.outputs)[0].shape

    @property
    def output_shape(self) -> Shape:
        return self.outputs[0].shape


def layer_calls(model: keras.Model) -> list[Call]:
    """All calls of a network, in the order in which its branches would be written down.

    Raises ValueError for what has no graph: a Sequential that is not built, a subclass of keras.Model.
    """
    graph = _graph(model)
    if graph is None:
        raise ValueError(_no_graph(model))
    inputs = [Value(tuple(tensor.shape), tensor.dtype) for tensor in graph.inputs]
    layers = [tensor._keras_history.operation for tensor in graph.inputs]
    entries = [Call(layer, layer.name, (), (value,)) for layer, value in zip(layers, inputs, strict=True)]
    calls, _ = _follow(graph, inputs, prefix="")
    return entries + calls


def _graph(model: Any) -> keras.Function | None:
    """What Keras knows of how the layers of a network are connected; None if it knows nothing."""
    if isinstance(model, keras.Sequential):
        return model._functional
    return model if isinstance(model, keras.Function) else None


def _no_graph(model: Any) -> str:
    kind = type(model).__name__
    if isinstance(model, keras.Sequential):
        return (
            f"the Sequential {model.name} is not built, so it has no shapes: let it begin with "
            "keras.Input((32, 32, 3)), or call build((None, 32, 32, 3)) first"
        )
    if isinstance(model, keras.Model):
        return (
            f"{kind} is a subclass of keras.Model and connects its layers in Python code; "
            "only functional and Sequential networks can be read layer by layer"
        )
    return f"{kind} is no network; a functional or Sequential keras.Model is needed"


def _follow(
    graph: keras.Function, inputs: Iterable[Value], prefix: str
) -> tuple[list[Call], tuple[Value, ...]]:
    """The calls of one network on these inputs, and what it returns."""
    values = {id(tensor): value for tensor, value in zip(graph.inputs, inputs, strict=False)}
    calls: list[Call] = []
    for node in _nodes(graph):
        layer, address = node.operation, prefix + node.operation.name
        arguments = tuple(values[id(tensor)] for tensor in node.input_tensors)
        inner = _graph(layer)
        if inner is None:
            outputs = _outputs(node, arguments)
            calls.append(Call(layer, address, arguments, outputs))
        else:
            further, outputs = _follow(inner, arguments, prefix=f"{address}/")
            calls += further
        values |= {id(tensor): value for tensor, value in zip(node.outputs, outputs, strict=True)}
    return calls, tuple(values[id(tensor)] for tensor in graph.outputs)


def _outputs(node: Any, arguments: tuple[Value, ...]) -> tuple[Value, ...]:
    """What a call returns; worked out anew where an inner network gets another size than it was built for."""
    outputs = node.outputs
    if any(value.shape != tuple(t.shape) for value, t in zip(arguments, node.input_tensors, strict=True)):
        specs = {
            id(tensor): keras.KerasTensor(value.shape, value.dtype)
            for tensor, value in zip(node.input_tensors, arguments, strict=True)
        }
        args, kwargs = node.arguments.fill_in(specs)
        outputs = keras.tree.flatten(node.operation.compute_output_spec(*args, **kwargs))
    return tuple(Value(tuple(tensor.shape), tensor.dtype) for tensor in outputs)


def _nodes(graph: keras.Function) -> list[Any]:
    """The nodes between inputs and outputs: each after all that it needs, a branch before the next one.

    Keras's own order goes by the distance from the output and would mix the branches.
    """
    given = {id(tensor) for tensor in graph.inputs}
    ordered: dict[int, Any] = {}
    pending = [(tensor, False) for tensor in reversed(graph.outputs)]
    while pending:  # no recursion: a network of a thousand layers is deeper than Python's stack
        tensor, ready = pending.pop()
        if id(tensor) in given:
            continue
        history = tensor._keras_history
        node = history.operation._inbound_nodes[history.node_index]
        if ready:
            ordered[id(node)] = node
        elif id(node) not in ordered:
            pending.append((tensor, True))
            pending += [(argument, False) for argument in reversed(node.input_tensors)]
    return list(ordered.values())
