"""First weights, and what they do to a signal on its way through many layers (deck 000, L255-309)."""

from collections.abc import Callable, Sequence
from math import prod, sqrt

import numpy as np


def fan_in(shape: Sequence[int]) -> int:
    """How many numbers one output adds up: kh * kw * C for a convolution kernel, D for a dense one."""
    return prod(shape[:-1])


def fan_out(shape: Sequence[int]) -> int:
    """How many outputs one input reaches: kh * kw * filters for a convolution, units for a dense layer."""
    return prod(shape[:-2]) * shape[-1]


def he_std(shape: Sequence[int]) -> float:
    """sqrt(2 / fan_in): ReLU drops half of the signal's strength, and this keeps it.

    Source: deck 000 (L299-309); He et al., ICCV 2015 (the slide says CVPR). For 3x3 kernels on 64 channels
    0.0589.
    """
    return sqrt(2 / fan_in(shape))


def glorot_std(shape: Sequence[int]) -> float:
    """sqrt(2 / (fan_in + fan_out)), Keras's default (deck 001, L151); meant for units that are not ReLU."""
    return sqrt(2 / (fan_in(shape) + fan_out(shape)))


def normal_weights(shape: Sequence[int], std: float, rng: np.random.Generator) -> np.ndarray:
    """Weights of this shape, normally distributed about 0: with `he_std(shape)`, or any fixed number.

    Keras's `he_normal` has the same deviation but no value beyond about 2.3 of them.
    """
    return rng.normal(0, std, tuple(shape))


def uniform_weights(shape: Sequence[int], std: float, rng: np.random.Generator) -> np.ndarray:
    """Weights of this shape and deviation, uniformly distributed about 0, as Keras's `glorot_uniform` is."""
    return rng.uniform(-sqrt(3) * std, sqrt(3) * std, tuple(shape))


def signal_variances(
    x: np.ndarray,
    kernels: Sequence[np.ndarray],
    activation: Callable[[np.ndarray], np.ndarray],
) -> list[float]:
    """The variance of x (N, D) and of the output of each layer activation(x K) behind it.

    Start weights are right if it neither vanishes nor explodes (deck 000, L255-277).
    """
    variances = [float(np.var(x))]
    for kernel in kernels:
        x = activation(x @ kernel)
        variances.append(float(np.var(x)))
    return variances
