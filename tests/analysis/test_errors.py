"""Errors as the ImageNet challenge scores them, and its history."""

import keras
import numpy as np
import pytest

from cnn_course import plots
from cnn_course.analysis.errors import top_k_error
from cnn_course.analysis.history import ILSVRC


def test_top_k_error_is_what_keras_leaves_to_one():
    random = np.random.default_rng(0)
    probabilities, labels = random.random((200, 20)).astype("float32"), random.integers(0, 20, 200)
    for k in (1, 5, 20):
        accuracy = np.mean(keras.metrics.sparse_top_k_categorical_accuracy(labels, probabilities, k))
        assert top_k_error(probabilities, labels, k) == pytest.approx(1 - accuracy, abs=1e-6)
    assert top_k_error(probabilities, labels, 20) == 0


def test_what_does_not_fit_is_told_what_would():
    with pytest.raises(ValueError, match="k is 6; with 5 classes it must lie between 1 and those"):
        top_k_error(np.ones((2, 5)), np.array([0, 1]), 6)
    with pytest.raises(ValueError, match=r"probabilities have shape \(2, 5\), labels \(3,\)"):
        top_k_error(np.ones((2, 5)), np.array([0, 1, 2]))


def test_errors_fell_every_year_and_depth_grew():
    errors = [row["top5_error"] for row in ILSVRC]
    depths = [row["depth"] for row in ILSVRC if row["depth"]]
    assert errors == sorted(errors, reverse=True)
    assert depths == sorted(depths)
    figure = plots.challenge_history(ILSVRC)
    (axes,) = figure.axes
    assert [round(bar.get_height(), 2) for bar in axes.patches] == [round(100 * error, 2) for error in errors]
    assert "152 layers" in axes.texts[-1].get_text()
