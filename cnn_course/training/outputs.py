"""What a training minimises and measures at each output of a network.

Most networks have one output. GoogLeNet trains with auxiliary classifiers (decks 001 and 003): all outputs
learn the same labels, the first is the answer, and the others count less in the loss.
"""

import re
from typing import Any

import keras

from cnn_course.training.metrics import TOP5_FROM, Accuracy
from cnn_course.training.optimizers import build_loss
from cnn_course.training.recipe import Recipe


def compile_model(
    model: keras.Model,
    recipe: Recipe,
    accuracy: Accuracy,
    optimizer: keras.optimizers.Optimizer | None = None,
    *,
    steps_per_execution: int = 1,
) -> None:
    """Compile with the recipe's loss at every output; accuracy (top-5 from 20 classes on) at the first."""
    others = len(model.outputs) - 1
    metrics: list[keras.metrics.Metric] = [accuracy]
    if accuracy.classes >= TOP5_FROM:
        metrics.append(keras.metrics.SparseTopKCategoricalAccuracy(5, name="top5_accuracy"))
    model.compile(
        optimizer,
        loss=[build_loss(recipe, accuracy.classes) for _ in model.outputs],
        loss_weights=[1.0] + [recipe.auxiliary_weight] * others,
        metrics=[metrics] + [[] for _ in range(others)],
        steps_per_execution=steps_per_execution,
        auto_scale_loss=False,
    )


def for_every_output(batches: Any, model: keras.Model) -> Any:
    """(images, labels) batches as `model` is to learn them: the same labels at each of its outputs."""
    outputs = len(model.outputs)
    return batches if outputs == 1 else batches.map(lambda x, y: (x, (y,) * outputs))


def plain_names(logs: dict[str, Any], model: keras.Model) -> dict[str, Any]:
    """`logs` with "accuracy" where Keras, for several outputs, puts the first one's name before it."""
    if len(model.outputs) == 1:
        return logs
    main = re.escape(model.output_names[0])
    return {re.sub(rf"^(val_)?{main}_(?=\w*accuracy$)", r"\1", name): value for name, value in logs.items()}


class PlainNames(keras.callbacks.Callback):
    """Renames an epoch's logs by `plain_names`; comes before all that read them."""

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        if logs and (renamed := plain_names(logs, self.model)) is not logs:
            logs.clear()
            logs.update(renamed)
