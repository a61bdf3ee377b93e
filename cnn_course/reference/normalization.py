"""Normalisation inside a network: of a batch, of neighbouring maps, of neighbouring pixels.

Batch normalisation decks 001 (L574-646), 000 (L313-354), 002 (L713-725); local response normalisation deck
003 (L457-514, "NORM"); local contrast normalisation deck 002 (L729-751).
"""

from typing import Any

import numpy as np

from cnn_course.reference.arguments import floats, gradient, images, is_whole, shaped
from cnn_course.reference.pooling import average_pool2d, average_pool2d_backward

EPSILON = 1e-3  # Keras's; the slides write a small number


def batch_statistics(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance (1/m) of each channel over images and pixels: (..., C) -> (C,), (C,)."""
    x = floats(x)
    axes = tuple(range(x.ndim - 1))
    return x.mean(axis=axes), x.var(axis=axes)


def batch_norm(x: np.ndarray, gamma: np.ndarray, beta: np.ndarray, *, epsilon: float = EPSILON) -> np.ndarray:
    """Batch normalisation while training: gamma (x - mean) / sqrt(variance + epsilon) + beta; same shape.

    Each channel by the statistics of this very batch; gamma and beta (C,). Meanwhile `moving_average` keeps
    the statistics that `batch_norm_inference` needs.
    """
    mean, variance = batch_statistics(x)
    return batch_norm_inference(x, gamma, beta, mean, variance, epsilon=epsilon)


def batch_norm_backward(
    dy: np.ndarray, x: np.ndarray, gamma: np.ndarray, *, epsilon: float = EPSILON
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gradients (dx, dgamma, dbeta) of `batch_norm`.

    Mean and variance depend on every x: dx = gamma / sqrt(v + epsilon) (dy - mean of dy - x_hat mean of
    dy x_hat), so dx has mean 0 and no part along x_hat in any channel.
    """
    x = floats(x)
    gamma = _per_channel("gamma", gamma, x)
    dy = gradient(dy, *x.shape)
    axes = tuple(range(x.ndim - 1))
    mean, variance = batch_statistics(x)
    x_hat = (x - mean) / np.sqrt(variance + epsilon)
    dgamma, dbeta = (dy * x_hat).sum(axis=axes), dy.sum(axis=axes)
    count = x.size // x.shape[-1]
    dx = gamma / np.sqrt(variance + epsilon) * (dy - dbeta / count - x_hat * dgamma / count)
    return dx, dgamma, dbeta


def batch_norm_inference(
    x: np.ndarray,
    gamma: np.ndarray,
    beta: np.ndarray,
    mean: np.ndarray,
    variance: np.ndarray,
    *,
    epsilon: float = EPSILON,
) -> np.ndarray:
    """Batch normalisation after training, by statistics (C,) that are given: a fixed scale and shift."""
    x = floats(x)
    gamma, beta = _per_channel("gamma", gamma, x), _per_channel("beta", beta, x)
    mean, variance = _per_channel("mean", mean, x), _per_channel("variance", variance, x)
    return gamma * ((x - mean) / np.sqrt(variance + epsilon)) + beta


def moving_average(old: np.ndarray, new: np.ndarray, *, momentum: float = 0.99) -> np.ndarray:
    """momentum * old + (1 - momentum) * new: what a layer remembers of its batches' statistics."""
    if not 0 <= momentum <= 1:
        raise ValueError(f"momentum is {momentum!r}; it is the share of what is old, from 0 to 1")
    return momentum * floats(old) + (1 - momentum) * floats(new)


def local_response_norm(
    x: np.ndarray, *, depth_radius: int = 2, bias: float = 2.0, alpha: float = 1e-4, beta: float = 0.75
) -> np.ndarray:
    """x / (bias + alpha s)**beta, s the sum of squares over the maps up to `depth_radius` away; same shape.

    Source: Krizhevsky et al., NIPS 2012, section 3.3, whose k is `bias` and whose n is 2 depth_radius + 1.
    """
    x = images(x)
    return x * _response(x, depth_radius, bias, alpha) ** -beta


def local_response_norm_backward(
    dy: np.ndarray,
    x: np.ndarray,
    *,
    depth_radius: int = 2,
    bias: float = 2.0,
    alpha: float = 1e-4,
    beta: float = 0.75,
) -> np.ndarray:
    """Gradient dx of `local_response_norm`: its own part, less what x does to its neighbours' divisors."""
    x = images(x)
    dy = gradient(dy, *x.shape)
    response = _response(x, depth_radius, bias, alpha)
    through = _over_maps(dy * x * response ** (-beta - 1), depth_radius)
    return dy * response**-beta - 2 * alpha * beta * x * through


def local_contrast_norm(
    x: np.ndarray, *, size: int = 5, across_features: bool = False, epsilon: float = 1e-3
) -> np.ndarray:
    """(x - m) / max(s, epsilon), m and s mean and deviation of the size x size pixels around; same shape.

    At the border there are fewer pixels. With `across_features` the neighbourhood spans all maps. A constant
    image gives 0; a x + b with a > 0 gives what x gives, as long as the deviations stay above `epsilon`.
    """
    x = _shifted(images(x), across_features)
    mean, variance = _contrast(x, size, across_features)
    return (x - mean) / _deviation(variance, epsilon)


def local_contrast_norm_backward(
    dy: np.ndarray, x: np.ndarray, *, size: int = 5, across_features: bool = False, epsilon: float = 1e-3
) -> np.ndarray:
    """Gradient dx of `local_contrast_norm`; below the floor `epsilon` the deviation counts as constant.

    The shift has no gradient: to move a whole map changes nothing.
    """
    x = _shifted(images(x), across_features)
    dy = gradient(dy, *x.shape)
    mean, variance = _contrast(x, size, across_features)
    deviation = _deviation(variance, epsilon)
    dvariance = np.where(variance > epsilon**2, -dy * (x - mean) / (2 * deviation**3), 0)
    dmean = -dy / deviation
    if across_features:
        dvariance, dmean = (d.sum(axis=-1, keepdims=True) for d in (dvariance, dmean))
    spread = _spread(dmean - 2 * mean * dvariance, x, size) + 2 * x * _spread(dvariance, x, size)
    return dy / deviation + spread


def _response(x: np.ndarray, depth_radius: int, bias: float, alpha: float) -> np.ndarray:
    if not (is_whole(depth_radius) and depth_radius >= 0):
        raise ValueError(f"depth_radius is {depth_radius!r}; it counts maps: a whole number of at least 0")
    if not (bias > 0 and alpha >= 0):
        raise ValueError(f"bias is {bias!r}, alpha {alpha!r}; bias must be above 0 and alpha at least 0")
    return bias + alpha * _over_maps(x**2, depth_radius)


def _over_maps(values: np.ndarray, depth_radius: int) -> np.ndarray:
    """For each map the sum over the maps up to `depth_radius` away."""
    index = np.arange(values.shape[-1])
    return values @ (np.abs(index[:, None] - index) <= depth_radius).astype(values.dtype)


def _shifted(x: np.ndarray, across_features: bool) -> np.ndarray:
    """x less the mean of its map, or of its image: in float32 E[x**2] - E[x]**2 of a bright map is noise."""
    mean = x.mean(axis=(1, 2, 3) if across_features else (1, 2), keepdims=True, dtype=np.float64)
    return x - mean.astype(x.dtype)


def _contrast(x: np.ndarray, size: int, across_features: bool) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance of each pixel's neighbourhood: (N, H, W, C), or (N, H, W, 1) across features."""
    if not is_whole(size) or size < 1 or size % 2 == 0:
        raise ValueError(
            f"size is {size!r}; a neighbourhood has its pixel in the middle: choose 3, 5, 7, ..."
        )
    mean, square = (average_pool2d(v, pool_size=size, strides=1, padding="same") for v in (x, x**2))
    if across_features:
        mean, square = (v.mean(axis=-1, keepdims=True) for v in (mean, square))
    return mean, square - mean**2


def _deviation(variance: np.ndarray, epsilon: float) -> np.ndarray:
    """The root of the variance, at least `epsilon`."""
    if not epsilon > 0:
        raise ValueError(f"epsilon is {epsilon!r}; it must be above 0")
    return np.sqrt(np.maximum(variance, epsilon**2))


def _spread(d: np.ndarray, x: np.ndarray, size: int) -> np.ndarray:
    """The gradient of the neighbourhood mean: what it hears, shared among the pixels that it saw."""
    share = np.broadcast_to(d / (x.shape[-1] // d.shape[-1]), x.shape)
    return average_pool2d_backward(share, x, pool_size=size, strides=1, padding="same")


def _per_channel(name: str, values: Any, x: np.ndarray) -> np.ndarray:
    return shaped(name, values, x.shape[-1], because="one number for each channel")
