"""The catalogue: every network of the course under its name.

`resnet20(classes=100)` and `build("resnet20", classes=100)` are the same; `build` is for names that come
from a command line or a recipe. A new network is a function in one of these files and its name in `BUILDERS`.
"""

from collections.abc import Callable, Iterable
from difflib import get_close_matches
from inspect import Parameter, getdoc, signature
from typing import Any

import keras

from cnn_course.models.alexnet import alexnet, alexnet_cifar
from cnn_course.models.all_cnn import all_cnn
from cnn_course.models.cifar_resnet import (
    plain20,
    plain32,
    plain44,
    plain56,
    plain110,
    resnet20,
    resnet29,
    resnet32,
    resnet44,
    resnet56,
    resnet110,
    resnet164,
)
from cnn_course.models.course_cnn import course_cnn
from cnn_course.models.deep_plain import deep_plain
from cnn_course.models.downsampling_cnn import downsampling_cnn
from cnn_course.models.from_application import from_application as from_application
from cnn_course.models.googlenet import googlenet, googlenet_cifar
from cnn_course.models.googlenet import without_aux as without_aux
from cnn_course.models.lenet import lenet5
from cnn_course.models.linear import linear, mlp
from cnn_course.models.mobilenet_v2 import mobilenet_v2, mobilenet_v2_cifar
from cnn_course.models.nin import nin
from cnn_course.models.pattern_cnn import pattern_cnn
from cnn_course.models.recipe_cnn import recipe_cnn
from cnn_course.models.resnet import resnet18, resnet34, resnet50, resnet101, resnet152
from cnn_course.models.vgg import vgg11, vgg13, vgg16, vgg19
from cnn_course.models.xception import mini_xception, xception
from cnn_course.models.zf_small import zf_small

BUILDERS: dict[str, Callable[..., keras.Model]] = {
    "linear": linear,
    "mlp": mlp,
    "course_cnn": course_cnn,
    "lenet5": lenet5,
    "pattern_cnn": pattern_cnn,
    "recipe_cnn": recipe_cnn,
    "downsampling_cnn": downsampling_cnn,
    "all_cnn": all_cnn,
    "nin": nin,
    "zf_small": zf_small,
    "deep_plain": deep_plain,
    "alexnet": alexnet,
    "alexnet_cifar": alexnet_cifar,
    "vgg11": vgg11,
    "vgg13": vgg13,
    "vgg16": vgg16,
    "vgg19": vgg19,
    "googlenet": googlenet,
    "googlenet_cifar": googlenet_cifar,
    "resnet20": resnet20,
    "resnet32": resnet32,
    "resnet44": resnet44,
    "resnet56": resnet56,
    "resnet110": resnet110,
    "resnet29": resnet29,
    "resnet164": resnet164,
    "plain20": plain20,
    "plain32": plain32,
    "plain44": plain44,
    "plain56": plain56,
    "plain110": plain110,
    "resnet18": resnet18,
    "resnet34": resnet34,
    "resnet50": resnet50,
    "resnet101": resnet101,
    "resnet152": resnet152,
    "xception": xception,
    "mini_xception": mini_xception,
    "mobilenet_v2": mobilenet_v2,
    "mobilenet_v2_cifar": mobilenet_v2_cifar,
}


def build(model: str, /, **arguments: Any) -> keras.Model:
    """Build the network called `model` in `BUILDERS`; the arguments are those of its builder.

    Raises ValueError for an unknown model, an argument that its builder does not take, or a bad value.
    """
    check_arguments(model, arguments)
    return BUILDERS[model](**arguments)


def check_arguments(model: str, arguments: Iterable[str]) -> None:
    """Raise ValueError for an unknown model, or names of arguments that its builder does not take."""
    known = signature(find_builder(model)).parameters
    for argument in arguments:
        if argument not in known:
            raise ValueError(f"{model} takes no argument {argument!r}; choose from {', '.join(known)}")


def find_builder(model: str) -> Callable[..., keras.Model]:
    """The builder called `model`; ValueError with the choices if there is none."""
    if model not in BUILDERS:
        raise ValueError(f"unknown model {model!r}; {_suggestion(model)}choose one of {', '.join(BUILDERS)}")
    return BUILDERS[model]


def catalogue() -> list[dict[str, Any]]:
    """One row per network: name, summary, default input_shape and classes, and its further arguments."""
    return [_entry(name, builder) for name, builder in BUILDERS.items()]


def _entry(name: str, builder: Callable[..., keras.Model]) -> dict[str, Any]:
    defaults = {key: parameter.default for key, parameter in signature(builder).parameters.items()}
    assert Parameter.empty not in defaults.values(), f"{name} has an argument without default"
    del defaults["name"]
    return {
        "name": name,
        "summary": (getdoc(builder) or "").splitlines()[0],
        "input_shape": defaults.pop("input_shape"),
        "classes": defaults.pop("classes"),
        "arguments": defaults,
    }


def _suggestion(model: str) -> str:
    near = get_close_matches(model.lower(), BUILDERS)
    return f"did you mean {' or '.join(near)}? " if near else ""
