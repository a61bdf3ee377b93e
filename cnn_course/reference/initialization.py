"""First weights, and what they do to a signal on its way through many layers (deck 000, L255-309)."""

from collections.abc import Callable, Sequence
from math import prod, sqrt

import numpy as np

from cnn_course.reference.arguments import is_whole
from cnn_course.reference.convolution import conv2d
from cnn_course.reference.heads import dense


def fan_in(shape: Sequence[int]) -> int:
    """How many numbers one output adds up: kh * kw * C for a convolution kernel, D for a dense one."""
    return prod(_kernel_shape(shape)[:-1])


def fan_out(shape: Sequence[int]) -> int:
    """How many outputs one input reaches: kh * kw * filters for a convolution, units for a dense layer."""
    shape = _kernel_shape(shape)
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
    """The variance of x and of the output of each layer behind it, activation(x K), all without bias.

    x is (N, D) and the kernels dense ones, or x is (N, H, W, C) and they are those of convolutions with
    padding "same", whose zeros take a little away at the border. First weights are right if the variance
    neither vanishes nor explodes (deck 000, L255-277).
    """
    variances = [float(np.var(x))]
    for kernel in kernels:
        x = activation(_linear(x, kernel))
        variances.append(float(np.var(x)))
    return variances


def _linear(x: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    shape = np.shape(kernel)
    if len(shape) not in (2, 4):
        raise ValueError(
            f"kernel has shape {shape}; it must be (features, units) or (height, width, channels, filters)"
        )
    return dense(x, kernel) if len(shape) == 2 else conv2d(x, kernel, padding="same")


def _kernel_shape(shape: Sequence[int]) -> tuple[int, ...]:
    shape = tuple(shape)
    if len(shape) < 2 or not all(is_whole(side) and side >= 1 for side in shape):
        raise ValueError(f"shape is {shape}; a kernel's is (..., inputs, outputs), each at least 1")
    return shape
