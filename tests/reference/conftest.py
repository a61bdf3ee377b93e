"""What the tests of the NumPy operations share: gradients by TensorFlow in float64, the decks' examples."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

FACTS = json.loads((Path(__file__).parents[1] / "facts" / "operations.json").read_text())


@pytest.fixture(scope="session")
def facts() -> dict[str, Any]:
    return FACTS


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test with the argument `output_size_fact` or the like runs once for each of these rows."""
    for key in ("pooling", "global_average", "output_sizes"):
        if f"{key}_fact" in metafunc.fixturenames:
            metafunc.parametrize(f"{key}_fact", FACTS[key], ids=[row["source"] for row in FACTS[key]])


@pytest.fixture
def random() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.fixture(scope="session")
def keras_passes() -> Callable[..., tuple[np.ndarray, np.ndarray, list[np.ndarray]]]:
    """A function (f, *arrays) -> y, a random dy, and TensorFlow's gradients of sum(dy * y)."""

    def passes(f, *arrays):
        tensors = [tf.constant(array, tf.float64) for array in arrays]
        with tf.GradientTape() as tape:
            tape.watch(tensors)
            y = tf.convert_to_tensor(f(*tensors))
            dy = np.random.default_rng(1).standard_normal(y.shape)
            loss = tf.reduce_sum(dy * y)
        return y.numpy(), dy, [gradient.numpy() for gradient in tape.gradient(loss, tensors)]

    return passes


@pytest.fixture(scope="session")
def assert_close() -> Callable[[Any, Any], None]:
    """Equal to 1e-10 of the largest number: what float64 leaves after a few thousand sums."""

    def check(actual, expected):
        actual, expected = np.asarray(actual), np.asarray(expected)
        assert actual.shape == expected.shape
        assert np.abs(actual - expected).max() <= 1e-10 * max(1.0, np.abs(expected).max())

    return check
