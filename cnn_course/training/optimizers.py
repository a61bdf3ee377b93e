"""From a recipe to Keras: optimiser, learning-rate schedule, loss and penalty.

Decks 003 (lines 340-362, SGD), 002 (lines 757-769 and reading list: Adam), 001 (lines 813-839, the L2
penalty). Warm-up and the step schedule are those of the ResNet paper.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import keras
from keras import ops
from keras.optimizers import schedules

from cnn_course.training.recipe import Recipe


def build_optimizer(recipe: Recipe, model: keras.Model, steps_per_epoch: int) -> keras.optimizers.Optimizer:
    """The recipe's optimiser with its schedule; decay spares everything that is no kernel."""
    rate = build_schedule(recipe, steps_per_epoch)
    decay = recipe.weight_decay or None
    optimizer: keras.optimizers.Optimizer
    if recipe.optimizer == "sgd":
        optimizer = keras.optimizers.SGD(
            rate, momentum=recipe.momentum, nesterov=recipe.nesterov, weight_decay=decay
        )
    else:
        optimizer = keras.optimizers.Adam(rate, weight_decay=decay)
    optimizer.exclude_from_weight_decay(var_list=[v for v in model.trainable_variables if not is_kernel(v)])
    return optimizer


def is_kernel(variable: keras.Variable) -> bool:
    """Whether a variable multiplies inputs: kernels have an axis in and an axis out, biases only one."""
    return len(variable.shape) >= 2


class WarmUp(schedules.LearningRateSchedule):
    """Rise linearly from `peak / steps` to `peak` in `steps` steps, then follow `then` from its beginning."""

    def __init__(self, peak: float, steps: int, then: schedules.LearningRateSchedule | float) -> None:
        self.peak, self.steps, self.then = peak, steps, then

    def __call__(self, step: Any) -> Any:
        step = ops.cast(step, "float32")
        rising = self.peak * (step + 1.0) / max(self.steps, 1)
        after = self.then(step - self.steps) if callable(self.then) else self.then
        return ops.where(step < self.steps, rising, after)

    def get_config(self) -> dict[str, Any]:
        return {"peak": self.peak, "steps": self.steps, "then": self.then}


def build_schedule(recipe: Recipe, steps_per_epoch: int) -> schedules.LearningRateSchedule | float:
    """Learning rate as a function of the step; a plain number when it never changes."""
    peak = recipe.peak_rate
    warmup = round(recipe.warmup_epochs * steps_per_epoch)
    steps = max(recipe.epochs * steps_per_epoch - warmup, 1)
    rate: schedules.LearningRateSchedule | float = peak
    if recipe.schedule == "cosine":
        rate = schedules.CosineDecay(peak, steps)
    elif recipe.schedule == "step":
        # A boundary belongs to the value before it: without the -1 a drop comes one step late.
        boundaries = [max(round(share * steps) - 1, 0) for share in recipe.step_at]
        values = [peak * recipe.step_factor**drop for drop in range(len(boundaries) + 1)]
        rate = schedules.PiecewiseConstantDecay(boundaries, values)
    return WarmUp(peak, warmup, rate) if warmup else rate


def build_loss(recipe: Recipe, classes: int) -> Callable[[Any, Any], Any]:
    """Cross-entropy of softmax outputs against integer labels, smoothed as the recipe says."""
    if not recipe.label_smoothing:
        return keras.losses.SparseCategoricalCrossentropy()

    def smoothed_crossentropy(y_true: Any, y_pred: Any) -> Any:
        targets = ops.one_hot(ops.reshape(y_true, (-1,)), classes)
        return keras.losses.categorical_crossentropy(targets, y_pred, label_smoothing=recipe.label_smoothing)

    return smoothed_crossentropy


@contextmanager
def l2_penalty(model: keras.Model, alpha: float) -> Iterator[None]:
    """Inside, the loss of `model` carries alpha/2 * w.w for every kernel (deck 001, lines 827-839).

    Keras's L2(a) has no factor 1/2, so a = alpha / 2. The regularisers that a model brings along stay as
    they are where alpha is 0, and come back afterwards.
    """
    kernels = [v for v in model.trainable_variables if alpha and is_kernel(v)]
    before = [v.regularizer for v in kernels]
    for kernel in kernels:
        kernel.regularizer = keras.regularizers.L2(alpha / 2)
    try:
        yield
    finally:
        for kernel, regularizer in zip(kernels, before, strict=True):
            kernel.regularizer = regularizer


def penalty(model: keras.Model) -> float:
    """What the regularisers add to the loss now."""
    return float(sum(float(loss) for loss in model.losses))
