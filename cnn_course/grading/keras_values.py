"""Values on their way into and out of the student's code, Keras models among them.

Runs where the student's code runs. Imports Keras when the first network passes.
"""

import json
import sys
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import PurePath
from typing import Any

import numpy as np

from cnn_course.grading.submission import BadAnswer
from cnn_course.grading.values import Foreign, Network, NetworkToBuild, distinct

DEPTH = 32  # of lists in lists; deeper ones may contain themselves
PLAIN = (bool, int, float, complex, str)


def to_student(value: Any) -> Any:
    """A copy of what a test passes, with every network in it as a Keras model."""
    if type(value) in (list, tuple):
        return type(value)(map(to_student, value))
    if type(value) is dict:
        return {key: to_student(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, NetworkToBuild):
        return keras_model(value)
    return value.ask("model") if isinstance(value, Network) else value


def from_student(value: Any, ask: Callable[..., Any], depth: int = 0) -> Any:
    """What a student's function returned, as plain data that runs no code of the student's when it is used.

    Tensors become arrays, models `Network`s that `ask(model, question, *arguments)` answers for, and what no
    check reads a `Foreign`.
    """
    kind = type(value)  # no isinstance from here on: that asks the value itself
    if value is None or kind in PLAIN:
        return value
    if issubclass(kind, np.ndarray | np.generic):
        return _array(value)
    if depth == DEPTH:
        return Foreign(f"{kind.__name__} of great depth")
    plain = partial(from_student, ask=ask, depth=depth + 1)
    for container, convert in _CONTAINERS.items():
        if issubclass(kind, container):
            return convert(value, plain)
    if _is_model(kind):
        return described(value, partial(ask, value))
    return _array_of(value)


def on_input(function: Callable[..., Any], input_shape: tuple[int, ...], *args: Any, **kwargs: Any) -> Any:
    """The network that a block, a function from tensor to tensor, makes of an input of that shape."""
    import keras

    image = keras.Input(tuple(input_shape))
    made = function(image, *args, **kwargs)
    tensors = made if isinstance(made, list | tuple) else [made]
    return keras.Model(image, made) if all(isinstance(t, keras.KerasTensor) for t in tensors) else made


def answer(model: Any, question: str, *arguments: Any) -> Any:
    """What a `Network` may ask the model that it stands for."""
    if question == "predict":
        return model.predict(*arguments, verbose=0)
    if question == "weights":
        return [np.asarray(weight) for weight in model.weights]
    return model


def described(model: Any, ask: Callable[..., Any]) -> Network:
    """A Keras model as plain data. BadAnswer if it has no weights yet, for want of an input shape."""
    if not model.built:
        raise BadAnswer("the network does not know its input shape: begin it with keras.Input(input_shape)")
    paths = distinct(weight.path for weight in model.weights)
    trainable = {id(weight) for weight in model.trainable_weights}
    return Network(
        config=_config(model),
        shapes={path: tuple(weight.shape) for path, weight in zip(paths, model.weights, strict=True)},
        trainable=frozenset(
            path for path, weight in zip(paths, model.weights, strict=True) if id(weight) in trainable
        ),
        input_shape=_shape(getattr(model, "input_shape", None)),
        output_shape=_shape(getattr(model, "output_shape", None)),
        ask=ask,
    )


def keras_model(given: NetworkToBuild) -> Any:
    """The Keras model that a test asks for."""
    if given.builder is not None:
        from cnn_course.models import build  # a box has no builders: it is given configurations

        model = build(given.builder, **given.arguments)
    else:
        import keras

        model = keras.models.model_from_json(json.dumps(given.config))
    if given.weights is not None:
        model.set_weights(given.weights)
    return model


def _is_model(kind: type) -> bool:
    keras = sys.modules.get("keras")  # nothing is a Keras model before Keras is there
    return keras is not None and issubclass(kind, keras.Model)


def _config(model: Any) -> dict[str, Any]:
    try:
        return json.loads(model.to_json())
    except Exception:  # a class of one's own that does not say what it is made of
        return {"class_name": type(model).__name__, "config": {}}


def _shape(shape: Any) -> Any:
    return [_shape(item) for item in shape] if isinstance(shape, list) else shape and tuple(shape)


def _array(value: Any) -> Any:
    """An array of numbers or text as a copy that is NumPy's own class, a scalar as Python's."""
    array = np.array(value)
    if array.dtype.name == "bfloat16":  # no dtype of NumPy's
        array = array.astype("float32")
    if array.dtype.kind not in "biufcU":
        return Foreign(f"array of {array.dtype.name}s")
    return array.item() if isinstance(value, np.generic) else array


def _array_of(value: Any) -> Any:
    """A tensor of any framework as an array; anything else as a `Foreign`."""
    keras = sys.modules.get("keras")
    try:
        if keras is not None and keras.ops.is_tensor(value):
            return _array(keras.ops.convert_to_numpy(value))
        if hasattr(type(value), "__array__"):
            return _array(np.asarray(value))
    except Exception:  # a tensor without values: KerasTensor
        pass
    return Foreign(type(value).__name__)


def _sorted(items: Iterable[Any]) -> list[Any]:
    items = list(items)
    try:
        return sorted(items)
    except TypeError:
        return items


# How what is of one of these classes, or of a class of its own below it, becomes plain data.
_CONTAINERS: dict[Any, Callable[..., Any]] = {
    tuple: lambda value, plain: tuple(map(plain, tuple.__iter__(value))),
    list: lambda value, plain: [plain(item) for item in list.__iter__(value)],
    dict: lambda value, plain: {plain(key): plain(item) for key, item in dict.items(value)},
    set | frozenset: lambda value, plain: _sorted(map(plain, value)),
    range: lambda value, plain: list(value),
    PurePath: lambda value, plain: value.as_posix(),
    str: lambda value, plain: str.__str__(value),
    int: lambda value, plain: int.__int__(value),
    float: lambda value, plain: float.__float__(value),
}
