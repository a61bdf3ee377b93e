"""Activations under one name each: `activation="relu"`, `ReLU()`, `keras.ops.relu(x)`, `maximum(x, 0)`.

A function is a tuple (name, parameters ...); all members of the ReLU family are ("relu", slope below zero,
largest value, threshold).
"""

from collections.abc import Mapping
from typing import Any

from cnn_course.analysis.graph.values import is_keras, listing, mapping, number, whole

Function = tuple[Any, ...]

RELU: Function = ("relu", 0.0, None, 0.0)
LINEAR: Function = ("linear",)
ALIASES = {
    "swish": "silu", "hard_swish": "hard_silu",
    "softmax_v2": "softmax", "log_softmax_v2": "log_softmax",  # as `tf.nn.softmax` calls itself
}  # fmt: skip
PLAIN = (
    "linear", "sigmoid", "tanh", "softplus", "softsign", "silu", "gelu", "selu", "celu", "exponential",
    "mish", "hard_sigmoid", "hard_silu", "hard_tanh", "log_sigmoid", "log_softmax", "softmax", "sparse_plus",
    "sparse_sigmoid", "sparsemax", "squareplus", "tanh_shrink",
)  # fmt: skip
NAMED: dict[str, Function] = {
    **{name: (name,) for name in PLAIN},
    "relu": RELU,
    "relu6": ("relu", 0.0, 6.0, 0.0),
    "leaky_relu": ("relu", 0.2, None, 0.0),
    "elu": ("elu", 1.0),
}
# Not element by element: they look at all channels of a pixel.
ACROSS = {"softmax", "log_softmax", "sparsemax"}
RISING = {
    "sigmoid", "tanh", "softplus", "softsign", "elu", "selu", "hard_sigmoid", "hard_tanh", "log_sigmoid",
    "exponential",
}  # fmt: skip
ZERO_AT_ZERO = {
    "tanh", "softsign", "elu", "selu", "silu", "gelu", "hard_tanh", "hard_silu", "mish", "tanh_shrink",
}  # fmt: skip
NEVER_NEGATIVE = {"sigmoid", "softmax", "softplus", "hard_sigmoid", "exponential", "sparsemax"}

# Keras's operations (`keras.ops.relu` and so on) go by their class name.
OPERATIONS = {
    "Relu": "relu", "Relu6": "relu6", "Sigmoid": "sigmoid", "Tanh": "tanh", "Softplus": "softplus",
    "Softsign": "softsign", "Silu": "silu", "Selu": "selu", "HardSigmoid": "hard_sigmoid",
    "HardSilu": "hard_silu", "HardTanh": "hard_tanh", "LogSigmoid": "log_sigmoid", "Mish": "mish",
    "Exp": "exponential", "Exponential": "exponential",
}  # fmt: skip


def function(value: Any) -> Function | None:
    """The function that an `activation` argument means; None if it is not one of Keras's own."""
    if value is None:
        return LINEAR
    if isinstance(value, str):
        return NAMED.get(ALIASES.get(value, value))
    if not isinstance(value, Mapping):
        return None
    module, name = value.get("module"), value.get("class_name")
    if module == "builtins":  # a function that Keras wrote with its module, such as a registered one
        return function(value.get("config")) if isinstance(value.get("config"), str) else None
    if not is_keras(module) or not isinstance(name, str):
        return None
    return layer_function(name, mapping(value.get("config", {}), "an activation"), rank=None)


def layer_function(name: str, config: Mapping[str, Any], rank: int | None) -> Function | None:
    """The function of an activation layer or operation of Keras; None if this is none we know."""
    if name in OPERATIONS:
        return NAMED[OPERATIONS[name]]
    if name == "Activation":
        return function(config.get("activation"))
    if name == "ReLU":
        top = config.get("max_value")
        top = None if top is None else number(top, "max_value")
        slope = number(config.get("negative_slope") or 0.0, "negative_slope")
        return ("relu", slope, top, number(config.get("threshold") or 0.0, "threshold"))
    if name in ("LeakyReLU", "LeakyRelu"):
        slope = number(config.get("negative_slope", 0.3 if name == "LeakyReLU" else 0.2), "negative_slope")
        return ("relu", slope, None, 0.0)
    if name in ("ELU", "Elu"):
        return ("elu", number(config.get("alpha", 1.0), "alpha"))
    if name == "Gelu":  # the activation "gelu" is the exact one, `keras.ops.gelu` by default is not
        return ("gelu",) if config.get("approximate", True) is False else ("gelu", "approximate")
    if name == "Celu":
        return ("celu",) if config.get("alpha", 1.0) == 1.0 else None
    if name in ("Softmax", "LogSoftmax") and _is_last(config.get("axis", -1), rank):
        return ("softmax",) if name == "Softmax" else ("log_softmax",)
    return None


def _is_last(axis: Any, rank: int | None) -> bool:
    if isinstance(axis, list | tuple) and len(listing(axis, "axis")) == 1:
        axis = axis[0]
    return axis == -1 or (rank is not None and axis == whole(axis, "axis", -1000) == rank)


def elementwise(f: Function) -> bool:
    return f[0] not in ACROSS


def rising(f: Function) -> bool:
    """Whether a larger input never gives a smaller output: then it may change places with max pooling."""
    if f[0] == "relu":
        return f[1] >= 0 and f[3] == 0
    return f[0] in RISING


def zero_at_zero(f: Function) -> bool:
    """Whether zero stays zero: then it may change places with a border of zeros."""
    return (f[0] == "relu" and f[3] == 0) or f[0] in ZERO_AT_ZERO


def scales(f: Function) -> bool:
    """Whether f(a x) = a f(x) for a > 0: then it may change places with dropout."""
    return f[0] == "relu" and f[2] is None and f[3] == 0


def never_negative(f: Function) -> bool:
    return (f[0] == "relu" and f[1] == 0) or f[0] in NEVER_NEGATIVE


def composed(outer: Function, inner: Function) -> Function | None:
    """One function for outer(inner(x)), where the ReLU family has one."""
    plain = outer[0] == inner[0] == "relu" and outer[3] == inner[3] == 0 == outer[1] == inner[1]
    if not plain:
        return None
    tops = [top for top in (outer[2], inner[2]) if top is not None]
    return ("relu", 0.0, min(tops) if tops else None, 0.0)
