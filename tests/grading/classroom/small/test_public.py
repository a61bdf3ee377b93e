"""The checks that students see."""

import numpy as np
import pytest

from cnn_course.grading import expect

X = np.array([[-1.0, 2.0], [0.0, 3.0]])


@pytest.mark.task("output_size")
@pytest.mark.hint("(W - F + 2 P) / S + 1")
def test_seven_pixels_and_a_filter_of_three(submission):
    expect.equal(submission.output_size(7, 3), 5, "output_size(7, 3)")


@pytest.mark.task("output_size")
@pytest.mark.hint("P zeros on the left and P on the right.")
def test_padding_keeps_the_size(submission):
    wrong = [(31, "padding counts on both sides")]
    expect.equal(submission.output_size(32, 3, 1, 1), 32, "output_size(32, 3, 1, 1)", wrong=wrong)


@pytest.mark.task("relu")
@pytest.mark.hint("np.maximum takes the larger of two.")
def test_relu_of_four_numbers(submission):
    wrong = [((X > 0).astype(float), "values above 0 stay as they are")]
    expect.close(submission.relu(X), np.maximum(X, 0), "relu([[-1, 2], [0, 3]])", wrong=wrong)


@pytest.mark.task("standardise")
@pytest.mark.hint("x.mean() and x.std()")
def test_the_mean_is_0_and_the_deviation_1(submission):
    wrong = [((X - X.mean()) / X.var(), "the variance is not its root")]
    expect.close(submission.standardise(X), (X - X.mean()) / X.std(), "standardise(x)", wrong=wrong)


@pytest.mark.task("one_hot")
@pytest.mark.hint("np.eye(classes) has these rows.")
def test_three_labels(submission):
    labels = np.array([1, 0, 3])
    expect.close(submission.one_hot(labels, 4), np.eye(4)[labels], "one_hot([1, 0, 3], 4)")
