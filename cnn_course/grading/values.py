"""Networks as values that cross between a test and the place where student code runs. No framework."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any, NoReturn

import numpy as np


@dataclass(frozen=True)
class Network:
    """A Keras model as plain data.

    `config`: that of `model.to_json()`. `shapes`: the shape of every weight by its path, in Keras's order;
    a path that occurs again ends in #2, #3. `trainable`: the paths that training changes. `input_shape` and
    `output_shape`: (None, 32, 32, 3), or a list of such where there are several; None for a class of one's
    own that has none. `ask(question, *arguments)` has the model itself, wherever it lives, answer.
    """

    config: dict[str, Any]
    shapes: dict[str, tuple[int, ...]]
    trainable: frozenset[str]
    input_shape: Any
    output_shape: Any
    ask: Callable[..., Any] = field(compare=False)

    @property
    def parameters(self) -> int:
        """All numbers it holds, moving statistics included."""
        return sum(map(prod, self.shapes.values()))

    @property
    def trainable_parameters(self) -> int:
        return sum(prod(shape) for path, shape in self.shapes.items() if path in self.trainable)

    @property
    def weights(self) -> dict[str, np.ndarray]:
        """The values of all weights by path, in Keras's order."""
        return dict(zip(self.shapes, self.ask("weights"), strict=True))

    def weight(self, path: str) -> np.ndarray:
        """The values of one weight."""
        return self.weights[path]

    def predict(self, x: np.ndarray) -> Any:
        """Its output for the batch x, as in inference."""
        return self.ask("predict", np.asarray(x))

    def __repr__(self) -> str:
        return f"a network of {self.parameters:,} parameters"


def distinct(paths: Iterable[str]) -> list[str]:
    """The paths of weights as names: a path that occurs again ends in #2, #3."""
    seen: Counter[str] = Counter()
    result = []
    for path in paths:
        seen[path] += 1
        result.append(path if seen[path] == 1 else f"{path}#{seen[path]}")
    return result


@dataclass(frozen=True)
class NetworkToBuild:
    """A network that a test gives to a student's function; it becomes a Keras model where that runs."""

    builder: str | None = None
    arguments: Mapping[str, Any] = field(default_factory=dict)
    config: Mapping[str, Any] | None = None
    weights: Sequence[np.ndarray] | None = None


def network(
    of: str | Mapping[str, Any], weights: Sequence[np.ndarray] | None = None, **arguments: Any
) -> NetworkToBuild:
    """A network to pass to a student's function: one of `cnn_course.models` by name, or a Keras config.

    `weights`: its arrays in Keras's order, where the values matter.
    """
    if isinstance(of, str):
        return NetworkToBuild(builder=of, arguments=arguments, weights=weights)
    return NetworkToBuild(config=of, weights=weights)


@dataclass(frozen=True)
class Foreign:
    """In place of a value that no check reads, such as a generator: the name of its type."""

    kind: str

    def __repr__(self) -> str:
        return f"{'an' if self.kind[:1].lower() in 'aeiou' else 'a'} {self.kind}"

    def __getattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{self!r} has no {name}")
