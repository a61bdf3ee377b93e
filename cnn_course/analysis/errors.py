"""How often a classifier is wrong, as the ImageNet challenge scores it (decks 001, L210; 003, L387)."""

import numpy as np


def top_k_error(probabilities: np.ndarray, labels: np.ndarray, k: int = 5) -> float:
    """The share of images whose true class is not among the k likeliest: (N, classes), (N,) -> 0 to 1.

    k = 1 is the usual error. Of equal probabilities the lower class goes first.
    Raises ValueError unless labels fit and k lies between 1 and the number of classes.
    """
    probabilities, labels = np.asarray(probabilities), np.asarray(labels)
    if probabilities.ndim != 2 or labels.shape != probabilities.shape[:1] or not len(labels):
        raise ValueError(
            f"probabilities have shape {probabilities.shape}, labels {labels.shape}; "
            "they must be (images, classes) and (images,), of one image at least"
        )
    if not 1 <= k <= probabilities.shape[1]:
        raise ValueError(f"k is {k}; with {probabilities.shape[1]} classes it must lie between 1 and those")
    likeliest = np.argsort(-probabilities, axis=1, kind="stable")[:, :k]
    return float(1 - (likeliest == labels[:, None]).any(axis=1).mean())
