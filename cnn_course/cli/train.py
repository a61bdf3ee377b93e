"""`cnn-course train`: train a network, record the run, show how it went."""

import sys
from argparse import Namespace
from dataclasses import fields
from functools import partial
from typing import Any

from cnn_course.cli.builder import builder_arguments
from cnn_course.cli.show import fact
from cnn_course.training.recipe import Recipe
from cnn_course.training.runs import Run, check_place

DATA_FLAGS = ("data_dir", "per_class", "classes", "labels", "difficulty", "image_size")


def run(args: Namespace) -> int:
    recipe = recipe_from(args)
    arguments = builder_arguments(args.set)
    for key in {"input_shape", "classes", "name"} & set(arguments):
        raise ValueError(f"--set {key}=...: data and model decide that; leave it out")
    check_place(args.logs, args.name)
    from cnn_course.data import load
    from cnn_course.models import build
    from cnn_course.training.loop import seed, train

    _check_network(args, arguments)
    data = load(args.data, **{k: v for k in DATA_FLAGS if (v := getattr(args, k)) is not None})
    parts = f"{len(data.train):,} to train on, {len(data.validation):,} for validation"
    fact("data", f"{data.source}: {parts}, {len(data.classes)} classes")
    seed(recipe)
    model = build(args.model, input_shape=data.input_shape, classes=len(data.classes), **arguments)
    fact("model", f"{model.name}: {model.count_params():,} parameters")
    finished = train(
        model,
        data,
        recipe,
        logs=args.logs,
        name=args.name,
        resume=args.resume,
        projector=args.projector,
        arguments=arguments,
        verbose=1 if sys.stdout.isatty() else 2,
        report=partial(print, flush=True),
    )
    _conclude(finished, args.logs)
    return 0


def _check_network(args: Namespace, arguments: dict[str, Any]) -> None:
    """Raise ValueError for a model or --set that can't be, as far as is known before there are data.

    The images of CIFAR, which may have to be downloaded, are known to be 32x32x3.
    """
    from cnn_course.models import build, check_arguments

    check_arguments(args.model, arguments)
    if arguments and args.data in ("cifar10", "cifar100"):
        build(args.model, input_shape=(32, 32, 3), **arguments)


def recipe_from(args: Namespace) -> Recipe:
    """The recipe that the flags describe."""
    return Recipe.from_dict({f.name: v for f in fields(Recipe) if (v := getattr(args, f.name)) is not None})


def _conclude(finished: Run, logs: str) -> None:
    from cnn_course import plots

    best = finished.best
    picture = finished.folder / "curves.png"
    title = f"{finished.record['model']} on {finished.record['data']['name']}"
    plots.curves(finished.metrics, title=title).savefig(picture)
    print()
    fact("accuracy", f"{best['val_accuracy']:.1%} of the validation images, in epoch {best['epoch']}")
    fact("run", str(finished.folder))
    fact("curves", str(picture))
    fact("TensorBoard", f"tensorboard --logdir {logs}")
