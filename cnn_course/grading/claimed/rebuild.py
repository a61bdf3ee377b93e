"""A network built again from its vetted configuration, by our own constructors. Imports Keras.

Keras's deserialisers can be made to run code, so they see nothing of a claim: a layer becomes
`keras.layers.X(...)` with the arguments that `allowed.py` names, an operation a function of `keras.ops`.
Networks inside networks are built as one.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import keras
import numpy as np

from cnn_course import layers as own_layers
from cnn_course.analysis.graph.activations import ALIASES
from cnn_course.analysis.graph.described import Layer
from cnn_course.analysis.graph.nodes import Tensor
from cnn_course.analysis.graph.operation_shapes import constant
from cnn_course.analysis.graph.reading import configuration, leaves, walk
from cnn_course.grading.claimed.allowed import LAYERS, OPERATIONS
from cnn_course.grading.claimed.vetting import policy

KEPT = 4  # networks that stay built
FEW = 64  # inputs for which it does not pay to have TensorFlow compile a network


def predict(network: str, weights: Sequence[np.ndarray], x: Any) -> Any:
    """What the network of this JSON, with these weights, makes of the batch x."""
    model, holders = _kept(network)
    variables = [variable for layer in holders for variable in layer.weights]
    for variable, array in zip(variables, weights, strict=True):
        variable.assign(array)
    for layer in holders:
        if isinstance(layer, keras.layers.Normalization):
            layer.finalize_state()  # it computes with copies of its weights
    few = len(x[0] if isinstance(x, list) else x) <= FEW
    made = model(x, training=False) if few else model.predict(x, verbose=0)
    return keras.tree.map_structure(_as_array, made)


def _as_array(tensor: Any) -> np.ndarray:
    array = keras.ops.convert_to_numpy(tensor)
    return array.astype("float32") if array.dtype.name == "bfloat16" else array


@lru_cache(KEPT)
def _kept(network: str) -> tuple[keras.Model, list[keras.Layer]]:
    return rebuilt(json.loads(network))


def rebuilt(network: Any) -> tuple[keras.Model, list[keras.Layer]]:
    """The network, and its layers in the order of its weights."""
    config, builder = configuration(network), _Builder()
    outputs = iter([builder.tensors[tensor.node] for tensor in walk(config, builder.take, builder.apply)])
    structure = config.get("output_layers", ["", 0, 0])
    inputs = builder.inputs if len(builder.inputs) > 1 else builder.inputs[0]
    model = keras.Model(inputs, _arranged(structure, outputs))
    return model, [builder.layers[address] for address, _ in leaves(config) if address in builder.layers]


def _arranged(structure: Any, outputs: Iterator[Any]) -> Any:
    """The outputs as one, or as lists and dicts of them."""
    if isinstance(structure, Mapping):
        return {key: _arranged(structure[key], outputs) for key in sorted(structure)}
    if isinstance(structure[0], str):
        return next(outputs)
    return [_arranged(item, outputs) for item in structure]


class _Builder:
    """Tensors of Keras in place of their numbers, and layers by the addresses of their weights."""

    def __init__(self) -> None:
        self.inputs: list[Any] = []
        self.tensors: list[Any] = []
        self.layers: dict[str, keras.Layer] = {}

    def take(self, size: Sequence[int | None] | None, dtype: str) -> Tensor:
        assert size is not None
        self.inputs.append(keras.Input(tuple(size)[1:], dtype=dtype))
        return self._known(self.inputs[-1])

    def apply(self, layer: Layer, tensors: Sequence[Tensor], outputs: int) -> list[Tensor]:
        made = self._computed(layer) if layer.operation else self._called(layer)
        return [self._known(tensor) for tensor in (made if isinstance(made, list | tuple) else [made])]

    def _known(self, tensor: Any) -> Tensor:
        self.tensors.append(tensor)
        return Tensor(len(self.tensors) - 1, flat=False)

    def _computed(self, layer: Layer) -> Any:
        function = getattr(keras.ops, _function_name(layer.kind))
        args, kwargs = self._live(layer.args), self._live(layer.kwargs)
        if layer.kind == "GetItem":  # JSON has no tuples; TensorFlow does not mind, others do
            args = [tuple(value) if isinstance(value, list) else value for value in args]
            kwargs = {key: tuple(v) if isinstance(v, list) else v for key, v in kwargs.items()}
        return function(*args, **kwargs, **_arguments(layer.config, OPERATIONS[layer.kind]))

    def _called(self, layer: Layer) -> Any:
        if layer.address not in self.layers:
            self.layers[layer.address] = _constructed(layer)
        kwargs = {key: self._live(value) for key, value in layer.kwargs.items() if key not in IN_TRAINING}
        if layer.training or layer.kwargs.get("training") is True:
            kwargs["training"] = True
        return self.layers[layer.address](*self._live(layer.args), **kwargs)

    def _live(self, value: Any) -> Any:
        """Arguments of a call as they were before Keras wrote them down."""
        if isinstance(value, Tensor):
            return self.tensors[value.node]
        if isinstance(value, list | tuple):
            return [self._live(item) for item in value]
        if not isinstance(value, Mapping):
            return value
        if (numbers := constant(value)) is not None:
            return np.array(numbers, value["config"].get("dtype"))
        kind = value.get("class_name")
        if kind == "__ellipsis__":
            return ...
        if kind == "__slice__":
            return slice(*(value["config"].get(key) for key in ("start", "stop", "step")))
        return {key: self._live(item) for key, item in value.items()}


IN_TRAINING = ("training", "mask")


def _constructed(layer: Layer) -> keras.Layer:
    package, _, name = layer.kind.rpartition(">")
    """Its weights come later: zeros are quicker than random numbers."""
    arguments = _arguments(layer.config, LAYERS[layer.kind])
    arguments |= {key: "zeros" for key in layer.config if key.endswith("_initializer")}
    made = getattr(own_layers if package else keras.layers, name)(
        **arguments, dtype=policy(layer.config.get("dtype"))
    )
    made.trainable = layer.config.get("trainable", True)
    return made


def _arguments(config: Mapping[str, Any], known: Sequence[str]) -> dict[str, Any]:
    """Those of the arguments that are read."""
    read = {key: config[key] for key in known if key in config}
    if read.get("activation") is not None:
        read["activation"] = _activation(read["activation"])
    return read


def _activation(written: Any) -> Any:
    """A function by its name, which Keras also writes with its module, or a layer."""
    if isinstance(written, str):
        return ALIASES.get(written, written)
    if written["module"] == "builtins":
        return _activation(written["config"])
    kind = written["class_name"]
    return getattr(keras.layers, kind)(**_arguments(written.get("config", {}), LAYERS[kind]))


def _function_name(operation: str) -> str:
    """LogSoftmax -> log_softmax."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", operation).lower()
