"""`train`: one door for every network, built here or by a student, on any data."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras

from cnn_course.data import Dataset
from cnn_course.data.pipeline import Epochs, evaluation_batches, training_batches
from cnn_course.training.board import Board
from cnn_course.training.callbacks import (
    Clock,
    Dispensable,
    EpochStart,
    Forecast,
    NotFinite,
    ProgressBar,
    StopOnNaN,
)
from cnn_course.training.checkpoint import BEST, CHECKPOINT, load_checkpoint, load_model
from cnn_course.training.checks import check_fit, check_kinds, check_recipe
from cnn_course.training.determinism import deterministic
from cnn_course.training.environment import keep_tensorflow_off_gpus
from cnn_course.training.fused_norm import fused_batch_norm
from cnn_course.training.keeper import Keeper
from cnn_course.training.lock import locked
from cnn_course.training.metrics import Accuracy
from cnn_course.training.optimizers import build_optimizer, l2_penalty
from cnn_course.training.outputs import PlainNames, compile_model, for_every_output
from cnn_course.training.precision import computing_in, has_gpu, resolve
from cnn_course.training.projector import write_projector
from cnn_course.training.recipe import Recipe
from cnn_course.training.record import known_macs, new_record, resumed_record
from cnn_course.training.runs import (
    FAILED,
    INTERRUPTED,
    Run,
    check_place,
    create_run,
    find_unfinished,
    read_record,
    remove_leftovers,
    write_record,
)


def train(
    model: keras.Model,
    data: Dataset,
    recipe: Recipe,
    *,
    logs: str | Path = "logs",
    name: str = "run",
    resume: str | Path | bool | None = None,
    projector: bool = False,
    callbacks: Sequence[keras.callbacks.Callback] = (),
    arguments: dict[str, Any] | None = None,
    verbose: int | str = "auto",
    report: Callable[[str], None] = print,
) -> Run:
    """Train `model` on `data.train`, judge it on `data.validation`, and record all of it in a new folder.

    The model maps images (n, height, width, channels), standardised, to probabilities (n, classes); if it
    has several outputs, all learn the labels and the first is the answer. Its network at the best epoch is
    saved as `best.keras`; the folder is `logs/<name>/<model.name>/<stamp>`. Afterwards `model` has the
    weights of the last epoch and is a plain Keras model as it was before, not compiled.
    `resume`: the folder of an earlier, unfinished run to go on with, or True for the latest with this plan.
    `projector`: also write validation features for TensorBoard's projector. `arguments`: those of the
    builder, for the record. `verbose`: as in `fit`; 0 shows neither the bar nor how long it will take. Call
    `seed` before building the model if its first weights shall repeat.

    Raises ValueError if model, data or recipe are none or do not fit each other, RuntimeError if the loss
    becomes NaN or the run can't be resumed, FileNotFoundError if there is none to resume.
    """
    check_kinds(model, data, recipe)
    check_place(logs, name)
    keep_tensorflow_off_gpus()
    check_fit(model, data)
    if recipe.augment is None:
        recipe = replace(recipe, augment=data.augment)
    record = new_record(model, data, recipe, name, arguments)
    bar = ProgressBar()
    report = bar.below(report)
    if resume is True:
        resume = find_unfinished(logs, name, model.name, record, report)
    elif resume:
        read_record(resume)  # a folder that is no run is told as such
    folder = Path(resume) if resume else create_run(logs, name, model.name)
    with locked(folder), _in_training_form(model, recipe) as switched:
        if resume:
            record = resumed_record(folder, record)
            done, planned = len(record["metrics"]), recipe.epochs
            report(f"going on with {folder}: {done} of {planned} epochs are done")
        keeper = Keeper(folder, record, switched, report)
        remove_leftovers(folder)
        write_record(folder, record)
        with _ending_recorded(keeper):
            _fit(model, data, recipe, keeper, [*callbacks, keeper, bar], verbose)
            if projector:
                _project(folder, data, report)
    return Run(folder, record)


def seed(recipe: Recipe) -> None:
    """Start all random numbers from the recipe's seed; call it before building a model."""
    check_recipe(recipe)
    keras.utils.set_random_seed(recipe.seed)


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
def _in_training_form(model: keras.Model, recipe: Recipe) -> Iterator[list[keras.layers.Layer]]:
    """Inside, the model computes as the recipe says; outside it is the plain Keras model it was built as.

    Yields the layers whose precision is not their own.
    """
    with ExitStack() as stack:
        stack.callback(_uncompile, model)
        stack.enter_context(deterministic(recipe.deterministic))
        stack.enter_context(l2_penalty(model, recipe.l2))
        switched = stack.enter_context(computing_in(model, resolve(recipe.precision)))
        stack.enter_context(fused_batch_norm(model))
        yield switched


def _uncompile(model: keras.Model) -> None:
    """Forget the compiled functions: they compute in training form, whatever the layers do by now."""
    model.compile(None, metrics=[])
    model.compiled = False


def _fit(
    model: keras.Model,
    data: Dataset,
    recipe: Recipe,
    keeper: Keeper,
    callbacks: Sequence[keras.callbacks.Callback],
    verbose: int | str,
) -> None:
    epochs = Epochs(data.train, recipe.batch_size, recipe.augment or (), recipe.seed)
    accuracy = Accuracy(len(data.classes))
    optimizer = _optimizer(recipe, model, len(epochs))
    steps = steps_per_execution(known_macs(model), epochs.batch_size)
    compile_model(model, recipe, accuracy, optimizer, steps_per_execution=steps)
    done = _restore(keeper.folder, model, keeper.record)
    board = _board(data, recipe, accuracy, keeper)
    around = [
        PlainNames(),
        EpochStart(epochs, recipe.seed),
        StopOnNaN(accuracy, recipe.peak_rate),
        *([Forecast(epochs, len(data.validation), keeper.report)] if verbose else []),
        Clock(epochs),
        board,
        *callbacks,
    ]
    with closing(board):
        model.fit(
            for_every_output(training_batches(epochs, data.mean, data.std), model),
            validation_data=for_every_output(evaluation_batches(data.validation, data.mean, data.std), model),
            epochs=recipe.epochs,
            initial_epoch=done,
            callbacks=around,
            shuffle=False,  # the batches are shuffled already
            verbose=verbose,
        )


def _optimizer(recipe: Recipe, model: keras.Model, steps_per_epoch: int) -> keras.optimizers.Optimizer:
    optimizer = build_optimizer(recipe, model, steps_per_epoch)
    if resolve(recipe.precision) == "mixed_float16":  # small gradients would round to zero
        optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
    optimizer.build(model.trainable_variables)
    return optimizer


def _board(data: Dataset, recipe: Recipe, accuracy: Accuracy, keeper: Keeper) -> Dispensable:
    backend = keras.backend.backend()
    if backend != "tensorflow":
        keeper.report(f"on {backend} TensorBoard gets neither the graph nor histograms of gradients")
    return Dispensable(
        lambda: Board(keeper.folder, data, recipe, accuracy), "the files for TensorBoard", keeper.report
    )


def _project(folder: Path, data: Dataset, report: Callable[[str], None]) -> None:
    try:
        write_projector(folder, load_model(folder / BEST), data)
    except (OSError, RuntimeError) as problem:
        report(f"the files for the projector can't be written ({problem}); the run does without them")


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


def _restore(folder: Path, model: keras.Model, record: dict[str, Any]) -> int:
    """Load the checkpoint if there is one; the number of epochs that are done."""
    if (folder / CHECKPOINT).exists():
        record["metrics"], record["seconds"] = load_checkpoint(folder / CHECKPOINT, model)
    else:
        record |= {"metrics": [], "seconds": 0.0, "best_epoch": None, "weights_digest": None}
    record["sessions"][-1]["first_epoch"] = len(record["metrics"]) + 1
    return len(record["metrics"])


def _saved(keeper: Keeper) -> str:
    if not keeper.saved:
        return f"no epoch is saved in {keeper.folder}"
    return f"{keeper.saved} of {keeper.record['recipe']['epochs']} epochs are saved in {keeper.folder}"
