"""From scores to one number: softmax, cross-entropy, the L2 penalty.

Decks 004 (L708, L730-735), 002 (L104), 000 (L420-429); penalty deck 001 (L813-839).
"""

from typing import Any

import numpy as np

from cnn_course.reference.arguments import array_of, floats, gradient


def softmax(z: np.ndarray) -> np.ndarray:
    """Probabilities exp(z_k) / sum over j of exp(z_j) along the last axis; same shape.

    The largest score is subtracted first, which changes nothing but keeps exp from overflowing.
    """
    z = floats(z)
    powers = np.exp(z - z.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def softmax_backward(dy: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Gradient dz of `softmax`: p (dy - sum over k of dy_k p_k)."""
    p = softmax(z)
    dy = gradient(dy, *p.shape)
    return p * (dy - (dy * p).sum(axis=-1, keepdims=True))


def cross_entropy(p: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The mean over images of -log(probability of the true class): (N, classes), labels (N,) -> a number.

    Guessing costs log(classes): 2.303 for ten. A true class of probability 0 costs infinity, without warning.
    """
    p, labels = _labelled("p", p, labels)
    with np.errstate(divide="ignore"):
        return -np.log(p[np.arange(len(p)), labels]).mean()


def cross_entropy_backward(dy: float, p: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Gradient dp of `cross_entropy`: -dy / (N p) at the true class, 0 elsewhere."""
    p, labels = _labelled("p", p, labels)
    dp = np.zeros_like(p)
    rows = np.arange(len(p))
    dp[rows, labels] = -dy / (len(p) * p[rows, labels])
    return dp


def softmax_cross_entropy(z: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """`cross_entropy` of `softmax`, from the scores themselves: (N, classes), labels (N,) -> a number.

    log softmax(z)_k = z_k - max - log(sum exp(z - max)) stays exact where a probability would round to 0.
    """
    z, labels = _labelled("z", z, labels)
    shifted = z - z.max(axis=1, keepdims=True)
    return (np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(z)), labels]).mean()


def softmax_cross_entropy_backward(dy: float, z: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Gradient dz of `softmax_cross_entropy`: (p - y) / N, the error of the answer (deck 003, L310-338)."""
    z, labels = _labelled("z", z, labels)
    dz = softmax(z)
    dz[np.arange(len(z)), labels] -= 1
    return dy * dz / len(z)


def l2_penalty(weights: np.ndarray, *, alpha: float) -> np.ndarray:
    """alpha / 2 times the sum of squares, as on deck 001 (L827-839): 0.7 for [1, 2, 3] and alpha = 0.1.

    `keras.regularizers.L2(l2)` has no factor 1/2: it is this penalty for l2 = alpha / 2.
    """
    return alpha / 2 * np.square(floats(weights)).sum()


def l2_penalty_backward(dy: float, weights: np.ndarray, *, alpha: float) -> np.ndarray:
    """Gradient of `l2_penalty`: alpha times the weights, so that every step shrinks them."""
    return dy * alpha * floats(weights)


def _labelled(name: str, scores: Any, labels: Any) -> tuple[np.ndarray, np.ndarray]:
    """Scores as floats and labels as whole numbers; ValueError unless they fit each other."""
    scores, labels = array_of(name, scores, "images", "classes"), np.asarray(labels)
    if labels.shape != (len(scores),) or labels.dtype.kind not in "iu":
        raise ValueError(
            f"labels have shape {labels.shape} and type {labels.dtype}; they must be ({len(scores)},) whole "
            "numbers, the true class of each image"
        )
    if labels.size and not (labels.min() >= 0 and labels.max() < scores.shape[1]):
        raise ValueError(
            f"labels go from {labels.min()} to {labels.max()}; with {scores.shape[1]} classes they must lie "
            f"between 0 and {scores.shape[1] - 1}"
        )
    return scores, labels
