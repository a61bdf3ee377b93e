"""A call of a layer as its configuration describes it, and what that says of training."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cnn_course.analysis.graph.nodes import Facts, Graph, Node, Tensor, facts
from cnn_course.analysis.graph.values import (
    frozen,
    mapping,
    refuse,
    shown,
)


@dataclass(frozen=True)
class Layer:
    """One call of a layer or operation: what it is, and what it was called with besides tensors."""

    kind: str  # Keras's class name, or "package>Class"
    config: Mapping[str, Any]
    name: str
    address: str  # of its weights: the same for every call of this layer
    call: str  # of this call: never the same twice
    known: bool  # made by Keras or by this course
    args: Sequence[Any] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    training: bool | None = None
    operation: bool = False  # one of `keras.ops`; some are called like a layer


SOURCES = frozenset({"seed", "module", "registered_name", "input_axes", "output_axes"})
IGNORED = SOURCES | {
    "name", "dtype", "trainable", "build_config", "compile_config", "data_format", "autocast", "batch_shape",
    "ragged", "sparse",
}  # fmt: skip
VARIANCE_SCALING = {
    "HeNormal": (2.0, "fan_in", "truncated_normal"),
    "HeUniform": (2.0, "fan_in", "uniform"),
    "GlorotNormal": (1.0, "fan_avg", "truncated_normal"),
    "GlorotUniform": (1.0, "fan_avg", "uniform"),
    "LecunNormal": (1.0, "fan_in", "truncated_normal"),
    "LecunUniform": (1.0, "fan_in", "uniform"),
}


def one(layer: Layer, tensors: Sequence[Tensor]) -> Tensor:
    """The tensor of a layer that takes one."""
    if len(tensors) != 1:
        raise refuse(f"layer {shown(layer.name)} ({layer.kind}) takes one tensor; it gets {len(tensors)}")
    return tensors[0]


def unknown_function(graph: Graph, layer: Layer, tensor: Tensor) -> Tensor:
    """An activation that is nobody's but the author's."""
    known = facts(name="an activation function of its own", config=frozen(layer.config.get("activation")))
    shape = graph.nodes[tensor.node].shape
    made = Node("unknown", (tensor.node,), known, shape=shape, layer=layer.name)
    return Tensor(graph.add(made), tensor.flat)


def details(config: Mapping[str, Any], *only: str) -> Facts:
    """Initialisers and regularisers of a layer; `only` those whose key starts so."""
    keys = [key for key in sorted(config) if is_training_detail(key) and (not only or key.startswith(only))]
    starts = tuple(
        (key.rpartition("_")[0], _start(config[key])) for key in keys if key.endswith("initializer")
    )
    rest = tuple((key, frozen(config[key], SOURCES)) for key in keys if not key.endswith("initializer"))
    return facts(
        initializers=starts, regularizers=tuple((key, value) for key, value in rest if value is not None)
    )


def _start(value: Any) -> Any:
    """An initialiser; He's, Glorot's and LeCun's are names of variance scaling."""
    name = str(value.get("class_name")) if isinstance(value, Mapping) else ""
    if name in VARIANCE_SCALING:
        return VARIANCE_SCALING[name]
    if name == "VarianceScaling":
        own = mapping(value.get("config", {}), "an initializer")
        return frozen(
            [own.get("scale", 1.0), own.get("mode", "fan_in"), own.get("distribution", "truncated_normal")]
        )
    return frozen(value, SOURCES)


def is_training_detail(key: str) -> bool:
    return key.endswith(("_initializer", "_regularizer", "_constraint"))
