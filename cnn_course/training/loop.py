"""`train`: one door for every network, built here or by a student, on any data."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import keras

from cnn_course.analysis.cost import macs, parameters
from cnn_course.data import Dataset
from cnn_course.data.pipeline import Epochs, evaluation_batches, training_batches
from cnn_course.training.board import Board
from cnn_course.training.callbacks import Clock, Dispensable, EpochStart, Forecast, NotFinite, StopOnNaN
from cnn_course.training.checkpoint import CHECKPOINT, load_checkpoint
from cnn_course.training.environment import code_digest, environment
from cnn_course.training.fused_norm import fused_batch_norm
from cnn_course.training.keeper import Keeper
from cnn_course.training.metrics import Accuracy
from cnn_course.training.optimizers import build_loss, build_optimizer, l2_penalty
from cnn_course.training.precision import computing_in, has_gpu, resolve
from cnn_course.training.projector import write_projector
from cnn_course.training.recipe import Recipe
from cnn_course.training.runs import (
    FAILED,
    FINISHED,
    INTERRUPTED,
    RUNNING,
    Run,
    create_run,
    locked,
    read_record,
    remove_leftovers,
    write_record,
)

TOP5_FROM = 20
"""Top-5 accuracy is logged from this many classes on; with ten, five guesses are half of them."""


def train(
    model: keras.Model,
    data: Dataset,
    recipe: Recipe,
    *,
    logs: str | Path = "logs",
    name: str = "run",
    resume: str | Path | None = None,
    projector: bool = False,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    arguments: dict[str, Any] | None = None,
    verbose: int | str = "auto",
    report: Callable[[str], None] = print,
) -> Run:
    """Train `model` on `data.train`, judge it on `data.validation`, and record all of it in a new folder.

    The model maps images (n, height, width, channels), standardised, to probabilities (n, classes). Its
    network at the best epoch is saved as `best.keras`; the folder is `logs/<name>/<model.name>/<stamp>`.
    `resume`: the folder of an earlier, unfinished run to go on with. `projector`: also write validation
    features for TensorBoard's projector. `arguments`: those of the builder, for the record. Call `seed`
    before building the model if its first weights shall repeat.

    Raises ValueError if model, data or recipe do not fit each other, RuntimeError if the loss becomes NaN
    or the run can't be resumed.
    """
    _check_fit(model, data)
    record = _new_record(model, data, recipe, name, arguments)
    if resume is not None:
        read_record(resume)  # a folder that is no run is told as such
    folder = create_run(logs, name, model.name) if resume is None else Path(resume)
    with locked(folder), _in_training_form(model, recipe):
        if resume is not None:
            record = _resumed(folder, record)
        keeper = Keeper(folder, record, report)
        remove_leftovers(folder)
        write_record(folder, record)
        with _ending_recorded(keeper):
            _fit(model, data, recipe, keeper, callbacks, verbose)
        if projector:
            write_projector(folder, model, data)
    return Run(folder, record)


def seed(recipe: Recipe) -> None:
    """Start all random numbers from the recipe's seed; call it before building a model."""
    keras.utils.set_random_seed(recipe.seed)
    if recipe.deterministic and keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        tf.config.experimental.enable_op_determinism()


def steps_per_execution(model_macs: int, batch_size: int) -> int:
    """How many steps the backend takes before it returns to Python: up to 32 for tiny networks.

    A trip costs about a millisecond, a tenth of the course CNN's step, nothing beside a ResNet's.
    """
    if has_gpu():
        return 32
    if not model_macs:  # unknown: it may be a large network
        return 1
    return max(1, min(32, 32 * 10**9 // (3 * model_macs * batch_size)))


@contextmanager
def _in_training_form(model: keras.Model, recipe: Recipe) -> Iterator[None]:
    """Inside, the model computes as the recipe says; outside it is the plain Keras model it was built as."""
    with ExitStack() as stack:
        stack.enter_context(l2_penalty(model, recipe.l2))
        stack.enter_context(computing_in(model, resolve(recipe.precision)))
        stack.enter_context(fused_batch_norm(model))
        yield


def _fit(
    model: keras.Model,
    data: Dataset,
    recipe: Recipe,
    keeper: Keeper,
    callbacks: Sequence[keras.callbacks.Callback],
    verbose: int | str,
) -> None:
    epochs = Epochs(data.train, recipe.batch_size, recipe.augment, recipe.seed)
    accuracy = Accuracy(len(data.classes))
    _compile(model, recipe, accuracy, len(data.classes), epochs)
    done = _restore(keeper.folder, model, keeper.record)
    board = Dispensable(
        Board(keeper.folder, data, recipe, accuracy), "the files for TensorBoard", keeper.report
    )
    around = [
        EpochStart(epochs, recipe.seed),
        StopOnNaN(accuracy, recipe.peak_rate),
        Forecast(epochs, len(data.validation), keeper.report),
        Clock(epochs),
        board,
        *callbacks,
        keeper,
    ]
    with closing(board):
        model.fit(
            training_batches(epochs, data.mean, data.std),
            validation_data=evaluation_batches(data.validation, data.mean, data.std),
            epochs=recipe.epochs,
            initial_epoch=done,
            callbacks=around,
            shuffle=False,  # the batches are shuffled already
            verbose=verbose,
        )


@contextmanager
def _ending_recorded(keeper: Keeper) -> Iterator[None]:
    """However the training inside ends, the record says so."""
    try:
        yield
        keeper.complete()
    except KeyboardInterrupt:
        keeper.finish(INTERRUPTED)
        keeper.report(f"stopped; {_saved(keeper)}: the same command with --resume goes on from there")
        raise
    except Exception as problem:
        keeper.finish(FAILED, str(problem))
        if isinstance(problem, NotFinite):
            raise RuntimeError(f"{problem}; {_saved(keeper)}") from None
        raise


def _compile(model: keras.Model, recipe: Recipe, accuracy: Accuracy, classes: int, epochs: Epochs) -> None:
    optimizer = build_optimizer(recipe, model, len(epochs))
    if resolve(recipe.precision) == "mixed_float16":  # small gradients would round to zero
        optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
    metrics: list[keras.metrics.Metric] = [accuracy]
    if classes >= TOP5_FROM:
        metrics.append(keras.metrics.SparseTopKCategoricalAccuracy(5, name="top5_accuracy"))
    model.compile(
        optimizer,
        loss=build_loss(recipe, classes),
        metrics=metrics,
        steps_per_execution=steps_per_execution(_macs(model), epochs.batch_size),
        auto_scale_loss=False,
    )
    optimizer.build(model.trainable_variables)


def _restore(folder: Path, model: keras.Model, record: dict[str, Any]) -> int:
    """Load the checkpoint if there is one; the number of epochs that are done."""
    if not (folder / CHECKPOINT).exists():
        record |= {"metrics": [], "seconds": 0.0, "best_epoch": None, "weights_digest": None}
        return 0
    record["metrics"], record["seconds"] = load_checkpoint(folder / CHECKPOINT, model)
    return len(record["metrics"])


def _check_fit(model: keras.Model, data: Dataset) -> None:
    wanted, given = tuple(model.input_shape[1:]), data.input_shape
    if any(w is not None and w != g for w, g in zip(wanted, given, strict=True)):
        raise ValueError(
            f"{model.name} takes images of {wanted}, {data.name} has {given}: "
            f"build it with input_shape={given}"
        )
    outputs, classes = model.output_shape[-1], len(data.classes)
    if outputs != classes:
        raise ValueError(
            f"{model.name} has {outputs} outputs, {data.name} has {classes} classes: "
            f"build it with classes={classes}"
        )


def _macs(model: keras.Model) -> int:
    try:
        return macs(model)
    except ValueError:  # a student's own layer with open sizes: the run goes on without this figure
        return 0


def _new_record(
    model: keras.Model,
    data: Dataset,
    recipe: Recipe,
    name: str,
    arguments: dict[str, Any] | None,
) -> dict[str, Any]:
    return {
        "format": 1,
        "name": name,
        "model": model.name,
        "arguments": arguments or {},
        "status": RUNNING,
        "reason": None,
        "started": datetime.now().isoformat(timespec="seconds"),
        "recipe": recipe.as_dict(),
        "precision": resolve(recipe.precision),
        "data": describe_data(data),
        "parameters": parameters(model),
        "macs": _macs(model),
        "environment": environment(),
        "code_digest": code_digest(),
        "weights_digest": None,
        "seconds": 0.0,
        "best_epoch": None,
        "metrics": [],
        "test_openings": [],
    }


def describe_data(data: Dataset) -> dict[str, Any]:
    """What a record says of its data: how to load the same again, how to tell that it is the same."""
    return {
        "name": data.name,
        "settings": data.settings,
        "source": data.source,
        "digest": data.digest,
        "train": len(data.train),
        "validation": len(data.validation),
        "input_shape": list(data.input_shape),
        "classes": list(data.classes),
        "mean": [float(x) for x in data.mean],
        "std": [float(x) for x in data.std],
    }


def _resumed(folder: Path, planned: dict[str, Any]) -> dict[str, Any]:
    """The record of the run in `folder`, to go on with; ValueError if `planned` is another training."""
    record = read_record(folder)
    differences = [
        f"{setting} {before} there, {now} here"
        for setting, now in planned["recipe"].items()
        if (before := record["recipe"].get(setting)) != now
    ]
    if record["data"]["digest"] != planned["data"]["digest"]:
        differences.append("other data")
    for key in ("model", "arguments"):
        now = json.loads(json.dumps(planned[key]))  # as a record keeps it: tuples are lists there
        if record[key] != now:
            differences.append(f"{key} {record[key]} there, {now} here")
    if differences:
        raise ValueError(
            f"{folder} can't be resumed with another plan ({'; '.join(differences)}): repeat its command"
        )
    if record["status"] == FINISHED:
        raise ValueError(
            f"{folder} is finished ({len(record['metrics'])} epochs): start a new run without --resume"
        )
    return {**record, "status": RUNNING, "reason": None}


def _saved(keeper: Keeper) -> str:
    if not keeper.saved:
        return f"no epoch is saved in {keeper.folder}"
    return f"{keeper.saved} of {keeper.record['recipe']['epochs']} epochs are saved in {keeper.folder}"
