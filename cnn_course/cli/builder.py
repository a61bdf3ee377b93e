"""From words on the command line to a network."""

import ast
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any

SAVED = (".keras", ".h5")


def network(args: Namespace) -> Any:
    """The network that `args.model` names: one of the catalogue, the best of a run, or a saved file.

    --set, --input-shape and --classes are for the catalogue only.
    """
    arguments = chosen_arguments(args)
    from cnn_course.models import BUILDERS, build

    if args.model in BUILDERS or not _is_path(args.model):
        return build(args.model, **arguments)
    if arguments:
        raise ValueError(f"{args.model} is built already: leave out --set, --input-shape and --classes")
    return _saved(Path(args.model))


def chosen_arguments(args: Namespace) -> dict[str, Any]:
    """What --set, --input-shape and --classes say to a builder."""
    arguments = builder_arguments(args.set)
    if args.input_shape:
        arguments["input_shape"] = tuple(args.input_shape)
    if args.classes is not None:
        arguments["classes"] = args.classes
    return arguments


def _is_path(word: str) -> bool:
    return Path(word).exists() or "/" in word or Path(word).suffix in SAVED


def _saved(path: Path) -> Any:
    from cnn_course.training.checkpoint import BEST, load_model
    from cnn_course.training.runs import read_record

    if path.suffix not in SAVED:
        read_record(path)  # says what is wrong with a folder that is no run
        return load_model(path / BEST)
    if not path.is_file():
        raise FileNotFoundError(f"{path}: there is no such file")
    try:
        return load_model(path)
    except RuntimeError as problem:
        raise RuntimeError(
            f"{path} can't be opened: it is damaged, no Keras model, or has layers of its own; "
            "explain(model) in Python explains these"
        ) from problem


def builder_arguments(pairs: Sequence[str]) -> dict[str, Any]:
    """["head=gap", "filters=64"] -> {"head": "gap", "filters": 64}; ValueError for what is no KEY=VALUE."""
    arguments = {}
    for pair in pairs:
        key, equals, text = pair.partition("=")
        if not equals or not key.isidentifier():
            raise ValueError(f"--set {pair}: must be KEY=VALUE, such as head=gap or filters=64")
        arguments[key] = _value(text)
    return arguments


def _value(text: str) -> Any:
    """A Python literal if it is one, also `true`, `no` and the like; otherwise the word itself."""
    words = {"true": "True", "yes": "True", "on": "True"}
    words |= {"false": "False", "no": "False", "off": "False", "none": "None"}
    try:
        return ast.literal_eval(words.get(text.lower(), text))
    except (ValueError, SyntaxError):
        return text
