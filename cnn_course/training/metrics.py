"""Accuracy as a by-product of the confusion matrix."""

from typing import Any

import keras
from keras import ops

TOP5_FROM = 20
"""Top-5 accuracy is logged from this many classes on; with ten, five guesses are half of them."""


class Accuracy(keras.metrics.Metric):
    """Share of right answers; keeps the confusion matrix it is read from, and the first step gone wrong.

    `confusion`: (classes, classes), rows are labels, columns answers, since the last reset, so a
    validation pass gives the matrix for nothing. `bad_step`: the first step (from 1) whose outputs were
    not finite, or 0: with several steps in one execution, nobody else can tell which it was.
    """

    def __init__(self, classes: int, name: str = "accuracy") -> None:
        super().__init__(name=name)
        self.classes = classes
        self.confusion = self.add_variable((classes, classes), "zeros", name="confusion")
        self.steps = self.add_variable((), "zeros", name="steps")
        self.bad_step = self.add_variable((), "zeros", name="bad_step")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        labels = ops.one_hot(ops.reshape(y_true, (-1,)), self.classes)
        answers = ops.one_hot(ops.argmax(y_pred, axis=-1), self.classes)
        self.confusion.assign_add(ops.matmul(ops.transpose(labels), answers))
        step = self.steps + 1.0
        self.steps.assign(step)
        before = ops.convert_to_tensor(self.bad_step)
        is_first = ops.logical_and(before == 0, ops.logical_not(ops.all(ops.isfinite(y_pred))))
        self.bad_step.assign(ops.where(is_first, step, before))

    def result(self) -> Any:
        confusion = ops.convert_to_tensor(self.confusion)
        return ops.divide_no_nan(ops.trace(confusion), ops.sum(confusion))
