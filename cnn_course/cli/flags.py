"""The verbs of `cnn-course` and their flags. Imports no framework: `--help` answers at once."""

import argparse
import types
import typing
from collections.abc import Callable
from dataclasses import Field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NoReturn

import cnn_course
from cnn_course.analysis.savings import SAVINGS
from cnn_course.lessons.profile import PROFILES
from cnn_course.training.recipe import Recipe

Parser = argparse.ArgumentParser

DATA = "cifar10, cifar100, digits, shapes, or a folder with one sub-folder of images per class"


class OneLineParser(argparse.ArgumentParser):
    """An ArgumentParser whose errors are one line, and which knows what a misspelt word may have meant."""

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """For want of a public way: argparse itself suggests near words from Python 3.14 on."""
        near = get_close_matches(str(value), map(str, action.choices or ()), n=1)
        if near and value not in (action.choices or ()):
            raise argparse.ArgumentError(action, f"invalid choice: {value!r} (did you mean {near[0]}?)")
        super()._check_value(action, value)

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}; {self.prog} --help lists what there is\n")


def build_parser() -> Parser:
    """The parser of the whole command line."""
    parser = OneLineParser(
        prog="cnn-course", description="Convolutional networks as five lectures teach them."
    )
    parser.add_argument("--version", action="version", version=f"cnn-course {cnn_course.__version__}")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    for verb, (text, add_flags) in VERBS.items():
        sub = verbs.add_parser(verb, help=text, description=text)
        add_flags(sub)
        sub.add_argument("--debug", action="store_true", help="show the traceback of an error")
    return parser


def _models(parser: Parser) -> None:
    _json(parser)


def _table(parser: Parser) -> None:
    _network(parser)


def _explain(parser: Parser) -> None:
    _network(parser)
    parser.add_argument(
        "--by", choices=("layer", "block"), default="layer", help="what a row is; default layer"
    )
    parser.add_argument("--figure", type=Path, metavar="PNG", help="also draw it into this file")


def _savings(parser: Parser) -> None:
    parser.add_argument("name", nargs="?", choices=tuple(SAVINGS), help="one comparison; default all")
    _json(parser)


def _compare(parser: Parser) -> None:
    what = (
        "a name that `cnn-course models` lists, a folder of a run, a .keras file or a configuration as .json"
    )
    parser.add_argument("model", help=f"the network in question: {what}")
    parser.add_argument("expected", help="the network that it should be; the flags below are for a name here")
    _sizes(parser)
    parser.add_argument(
        "--strict", nargs="+", default=[], metavar="TOPIC", help="what shall agree as well, such as bias"
    )
    _json(parser)


def _train(parser: Parser) -> None:
    parser.add_argument("model", help="a name that `cnn-course models` lists")
    data = parser.add_argument_group("data")
    data.add_argument("--data", default="cifar10", help=f"{DATA}; default cifar10")
    _data_dir(data)
    data.add_argument("--per-class", type=int, metavar="N", help="train on N images of each class only")
    data.add_argument("--classes", nargs="+", metavar="CLASS", help="use these classes only, such as cat dog")
    data.add_argument(
        "--labels", choices=("fine", "coarse"), help="CIFAR-100: 100 classes or 20 superclasses"
    )
    data.add_argument("--difficulty", type=float, metavar="D", help="shapes: from 0, easy, to 1")
    data.add_argument("--image-size", type=int, metavar="N", help="image folders: side in pixels; default 32")
    recipe = parser.add_argument_group("recipe")
    for setting in fields(Recipe):
        _recipe_flag(recipe, setting)
    run = parser.add_argument_group("run")
    run.add_argument("--name", default="run", help="folder of runs that belong together; default run")
    _logs(run)
    run.add_argument(
        "--resume", action="store_true", help="go on with the latest unfinished run of this command"
    )
    run.add_argument("--projector", action="store_true", help="write features for TensorBoard's projector")
    _builder_arguments(parser)


def _evaluate(parser: Parser) -> None:
    parser.add_argument("run", help="folder of a run, such as logs/demo/course_cnn/STAMP")
    parser.add_argument(
        "--test", action="store_true", help="open the seal of the test images; the run counts it"
    )
    parser.add_argument("--data-dir", metavar="DIR", help="where CIFAR lies; default where the run found it")
    _json(parser)


def _predict(parser: Parser) -> None:
    parser.add_argument("images", nargs="+", metavar="IMAGE", help="image files")
    parser.add_argument("--run", help="folder of a run; default the latest that has a saved network")
    parser.add_argument(
        "--out", type=Path, metavar="PNG", help="where to put the picture; default in the run"
    )
    _logs(parser)
    _json(parser)


def _runs(parser: Parser) -> None:
    parser.add_argument("--name", default="*", help="only the runs under this name")
    parser.add_argument("--model", default="*", help="only the runs of this model")
    parser.add_argument(
        "--sort", default="val_accuracy", metavar="COLUMN", help="default val_accuracy, best first"
    )
    parser.add_argument(
        "--chart", type=Path, metavar="PNG", help="draw accuracy over multiply-adds into this file"
    )
    _logs(parser)
    _json(parser)


def _data(parser: Parser) -> None:
    parser.add_argument(
        "action", choices=("fetch", "verify", "where"), help="download, check, or say where it is"
    )
    parser.add_argument("name", nargs="?", choices=("cifar10", "cifar100"), help="default both")
    _data_dir(parser)
    _json(parser)


def _doctor(parser: Parser) -> None:
    _data_dir(parser)
    _json(parser)


def _dev(parser: Parser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    build = _dev_action(actions, "build", "make notebooks, stubs and solutions from the masters")
    build.add_argument("--check", action="store_true", help="write nothing; say what is out of step")
    check = _dev_action(actions, "check", "prove that exercises are right, and that nothing leaks")
    check.add_argument("--jobs", type=int, metavar="N", help="exercises at a time; default one per core")
    check.add_argument("--notebooks", action="store_true", help="also run solved notebooks (profile smoke)")
    _json(check)
    record = _dev_action(actions, "record", "run experiments and keep their curves as reference.json")
    record.add_argument("--profile", choices=PROFILES, default="cpu", help="default cpu")
    new = actions.add_parser("new", help="start an exercise", description="Start an exercise.")
    new.add_argument("exercise", metavar="NN_topic", help="its number and name, such as 24_attention")
    for action in (build, check, record, new):
        action.add_argument("--debug", action="store_true", default=argparse.SUPPRESS, help=argparse.SUPPRESS)


def _dev_action(actions: Any, name: str, text: str) -> Parser:
    action = actions.add_parser(name, help=text, description=text)
    action.add_argument("exercises", nargs="*", metavar="NN", help="number or name; default all exercises")
    return action


def _list(parser: Parser) -> None:
    _json(parser)


def _check(parser: Parser) -> None:
    _exercise(parser)
    parser.add_argument("task", nargs="?", help="one function; default all")
    _answers(parser)
    parser.add_argument("--watch", action="store_true", help="check again whenever the file is saved")
    parser.add_argument("--hidden", action="store_true", help="hidden checks too, where this copy has them")
    _json(parser)


def _hint(parser: Parser) -> None:
    _exercise(parser)
    parser.add_argument("task", help="the function that fails its checks")
    _answers(parser)


def _reset(parser: Parser) -> None:
    _exercise(parser)


def _init(parser: Parser) -> None:
    parser.add_argument("folder", type=Path, metavar="DIR", help="a new folder")


def _submit(parser: Parser) -> None:
    _exercise(parser)
    _answers(parser)
    parser.add_argument("--anyway", action="store_true", help="write it even if something is wrong with it")
    parser.add_argument(
        "--out", type=Path, default=Path("handin"), metavar="DIR", help="where to; default handin"
    )
    run = "the run whose network to hand in; default the newest of the exercise that is finished"
    parser.add_argument("--run", type=Path, metavar="RUN", help=run)


def _release(parser: Parser) -> None:
    parser.add_argument("folder", type=Path, metavar="DIR", help="a new folder")
    parser.add_argument("exercises", nargs="*", metavar="NN", help="number or name; default all exercises")
    parser.add_argument(
        "--target",
        choices=("plain", "nbgrader", "gradescope", "github"),
        default="plain",
        help="plain folders (default), or what one of these platforms takes",
    )
    parser.add_argument(
        "--scan", action="store_true", help="write nothing; look for solutions and hidden checks in DIR"
    )


def _grade(parser: Parser) -> None:
    what = "a folder with one folder or file per student, or a .zip of Moodle, Canvas or nbgrader"
    parser.add_argument("submissions", type=Path, metavar="SUBMISSIONS", help=what)
    name = "number or name, such as 03, or the folder of an exercise of your own"
    parser.add_argument("--exercise", required=True, metavar="NN", help=name)
    default = "default grades-EXERCISE beside SUBMISSIONS"
    parser.add_argument("--out", type=Path, metavar="DIR", help=f"where to put grades and pages; {default}")
    parser.add_argument("--resume", action="store_true", help="go on with the grading that DIR holds")
    team = parser.add_argument_group("who judges")
    team.add_argument("--workers", type=int, metavar="N", help="submissions at a time; default one per core")
    team.add_argument("--dask", metavar="ADDRESS", help="let a Dask cluster judge, such as tcp://HOST:8786")
    box = parser.add_argument_group("the box of a submission")
    box.add_argument("--seconds", type=float, metavar="S", help="time of a submission in all; default 300")
    box.add_argument("--memory", type=float, metavar="GB", help="memory of all its processes; default 2")
    levels = "bwrap+cgroup, bwrap, landlock, docker or podman"
    box.add_argument(
        "--sandbox", metavar="LEVEL", help=f"{levels}; default the best that works, without docker"
    )
    box.add_argument(
        "--no-sandbox-i-trust-this-code",
        action="store_true",
        help="judge even where nothing can shut it in: it can then read your files and change results",
    )
    parser.add_argument(
        "--no-preflight", action="store_true", help="do not try the exercise's solution first"
    )
    gradebooks = parser.add_argument_group("gradebooks")
    for platform in ("Canvas", "Moodle"):
        flag = f"--{platform.lower()}-export"
        gradebooks.add_argument(flag, type=Path, metavar="CSV", help=f"exported from {platform}, to fill in")
    _json(parser)


VERBS: dict[str, tuple[str, Callable[[Parser], None]]] = {
    "init": ("make a working copy of the exercises", _init),
    "list": ("list the exercises, and how far you are", _list),
    "check": ("check your answers to an exercise", _check),
    "hint": ("give the hint that fits the check that fails", _hint),
    "reset": ("begin an exercise again; your work is kept beside it", _reset),
    "submit": ("look your work over, and write the file to hand in", _submit),
    "grade": ("grade a class: every submission in a box of its own", _grade),
    "models": ("list the networks of the course", _models),
    "table": ("show a network layer by layer: shapes, parameters, multiply-adds", _table),
    "explain": ("explain a network: what its layers or blocks consist of, cost and see", _explain),
    "savings": ("compare cheap ways to build a layer with costly ones, as the decks do", _savings),
    "compare": ("say whether two networks are the same, and where they first differ", _compare),
    "train": ("train a network and record the run for TensorBoard", _train),
    "evaluate": ("judge the network of a run on validation, or once on test images", _evaluate),
    "predict": ("name what is on images", _predict),
    "runs": ("compare all runs, best first", _runs),
    "data": ("fetch, verify or find the CIFAR data sets", _data),
    "dev": ("write exercises and prove that they are right", _dev),
    "release": ("make the course that students get, without solutions and hidden checks", _release),
    "doctor": ("check this installation and say how to mend it", _doctor),
}


def _exercise(parser: Any) -> None:
    parser.add_argument("exercise", help="number or name, such as 03 or 03_convolution")


def _answers(parser: Any) -> None:
    parser.add_argument(
        "--file", type=Path, help="a .py or .ipynb file; default the stub or the notebook, as saved last"
    )


def _network(parser: Any) -> None:
    """A network, and in which form to print what is said about it."""
    parser.add_argument(
        "model", help="a name that `cnn-course models` lists, a folder of a run, or a .keras file"
    )
    _sizes(parser)
    parser.add_argument(
        "--format", choices=("text", "markdown", "csv", "json"), default="text", help="default text"
    )
    parser.add_argument("--json", action="store_const", dest="format", const="json", help="--format json")


def _sizes(parser: Any) -> None:
    """What a builder of the catalogue is told."""
    parser.add_argument(
        "--input-shape", type=int, nargs=3, metavar=("H", "W", "C"), help="size of the images"
    )
    parser.add_argument("--classes", type=int, metavar="N", help="number of classes")
    _builder_arguments(parser)


def _json(parser: Any) -> None:
    parser.add_argument("--json", action="store_true", help="print JSON")


def _logs(parser: Any) -> None:
    parser.add_argument("--logs", default="logs", metavar="DIR", help="where runs are kept; default logs")


def _data_dir(parser: Any) -> None:
    parser.add_argument("--data-dir", metavar="DIR", help="where CIFAR lies; default $CNN_COURSE_DATA")


def _builder_arguments(parser: Any) -> None:
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="argument of the builder, such as head=gap",
    )


def _recipe_flag(group: Any, setting: Field) -> None:
    """One flag for one field of `Recipe`; absent flags stay None, so that the dataclass has the defaults."""
    flag = "--" + setting.name.replace("_", "-")
    text = setting.metadata["help"].replace("%", "%%")
    text += f"; {', '.join(setting.metadata['choices'])}" if setting.metadata["choices"] else ""
    shown = "" if setting.default is None else f"; default {_shown(setting.default)}"
    if setting.type is bool:
        group.add_argument(flag, action=argparse.BooleanOptionalAction, default=None, help=text)
    elif typing.get_origin(_plain(setting.type)) is tuple:
        item = typing.get_args(_plain(setting.type))[0]
        group.add_argument(flag, type=item, nargs="*", metavar="X", help=text + shown)
    else:
        group.add_argument(flag, type=_plain(setting.type), metavar="X", help=text + shown)


def _plain(kind: Any) -> Any:
    """The type of a value that may be None."""
    return typing.get_args(kind)[0] if isinstance(kind, types.UnionType) else kind


def _shown(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, tuple) else str(value)
