"""Networks of keras.applications as ours: the same function of the image in our layers, under our names.

`from_application(keras.applications.Xception())` is our `xception` with the weights that ImageNet gave.
Layers are paired by their place in the graph, so the names of the given network and its layers do not matter.
"""

from collections import Counter
from collections.abc import Callable
from typing import Any

import keras
from keras import layers

from cnn_course.models.mobilenet_v2 import ROWS, mobile_network
from cnn_course.models.resnet import resnet50, resnet101, resnet152
from cnn_course.models.vgg import vgg16, vgg19
from cnn_course.models.xception import xception

Place = tuple[int, int]  # layers with weights before and behind a call, on the longest way through it
Pair = tuple[layers.Layer, layers.Layer]


def from_application(application_model: keras.Model) -> keras.Model:
    """Our network with a copy of the weights of a network of keras.applications, pretrained or not.

    `application_model` is one of `APPLICATIONS`, with its classifier, of any input_shape and number of
    classes, MobileNetV2 of any alpha. Ours gives the same probabilities. It is what its builder makes, so it
    can be trained, saved and explained like any other, and has dropout where the builder has it. Images need
    the preprocessing of the given network, such as `keras.applications.vgg16.preprocess_input`.

    Convolutions of the given network may have a bias where batch normalisation follows; ours have none. The
    moving mean takes it off instead: the output is the same, and so is training, where the mean of the batch
    takes off any bias. Each normalisation takes over the other's epsilon.

    The V2 residual networks of keras.applications are not among the choices: they are built otherwise than
    the paper's and ours (see `cnn_course.models.resnet`).

    Raises ValueError for a network that is none of these, has no classifier, or has other shapes inside.
    """
    application = recognise(application_model)
    check_classifier(application_model)
    _, builder = APPLICATIONS[application]
    network = builder(application_model)
    pairs = paired_layers(application_model, network, application)
    for theirs, ours in pairs.values():
        copy_weights(theirs, ours)
    for (before, behind), (theirs, ours) in pairs.items():
        if has_bias(theirs) and not has_bias(ours):
            _, norm = pairs[before + 1, behind - 1]
            norm.moving_mean.assign(norm.moving_mean - theirs.bias)
    return network


def recognise(application_model: Any) -> str:
    """The name in `APPLICATIONS` of the network with as many layers of each kind; ValueError if none has."""
    if not (isinstance(application_model, keras.Model) and isinstance(application_model, keras.Function)):
        raise ValueError(
            f"application_model is {application_model!r}; "
            "it must be a network of keras.applications, such as keras.applications.VGG16()"
        )
    kinds = Counter(type(layer).__name__ for layer in application_model.layers if layer.weights)
    del kinds["Dense"]  # include_top=False leaves them out
    for application, (known_kinds, _) in APPLICATIONS.items():
        if kinds == known_kinds:
            return application
    raise ValueError(
        f"{application_model.name} has the layers of no network that we know from keras.applications; "
        f"choose one of {', '.join(APPLICATIONS)}"
    )


def check_classifier(application_model: keras.Model) -> None:
    """Raise ValueError unless the network ends in a dense layer that gives class probabilities."""
    last = application_model.layers[-1]
    if not (isinstance(last, layers.Dense) and last.activation is keras.activations.softmax):
        raise ValueError(
            f"{application_model.name} does not end in class probabilities; "
            "build it with include_top=True and classifier_activation='softmax'"
        )


def like(builder: Callable[..., keras.Model], **arguments: Any) -> Callable[[keras.Model], keras.Model]:
    """A function that builds our network with the input shape and the classes of the given one."""

    def build_like(theirs: keras.Model) -> keras.Model:
        return builder(theirs.input_shape[1:], theirs.output_shape[-1], **arguments)

    return build_like


def mobilenet_v2_like(theirs: keras.Model) -> keras.Model:
    """Our MobileNetV2 with the widths of the given one, from which alpha cannot be told exactly."""
    stem, *inner, last = (layer.filters for layer in theirs.layers if isinstance(layer, layers.Conv2D))
    projections = inner[::2]  # the first bottleneck does not expand: project, expand, project, ...
    rows = []
    for t, _, n, s in ROWS:
        rows.append((t, projections[0], n, s))
        projections = projections[n:]
    build = like(mobile_network, rows=rows, stem_filters=stem, last_filters=last, name="mobilenet_v2")
    return build(theirs)


APPLICATIONS = {  # how many layers it has of each kind with weights, dense ones apart; what builds ours
    "VGG16": ({"Conv2D": 13}, like(vgg16)),
    "VGG19": ({"Conv2D": 16}, like(vgg19)),
    "ResNet50": (
        {"Conv2D": 53, "BatchNormalization": 53},
        like(resnet50, version="v1"),
    ),
    "ResNet101": (
        {"Conv2D": 104, "BatchNormalization": 104},
        like(resnet101, version="v1"),
    ),
    "ResNet152": (
        {"Conv2D": 155, "BatchNormalization": 155},
        like(resnet152, version="v1"),
    ),
    "Xception": (
        {"Conv2D": 6, "SeparableConv2D": 34, "BatchNormalization": 40},
        like(xception),
    ),
    "MobileNetV2": (
        {"Conv2D": 35, "DepthwiseConv2D": 17, "BatchNormalization": 52},
        mobilenet_v2_like,
    ),
}


def paired_layers(
    application_model: keras.Model, network: keras.Model, application: str
) -> dict[Place, Pair]:
    """At each place their layer and ours; ValueError where the two do not fit."""
    theirs, ours = calls_by_place(application_model), calls_by_place(network)
    refused = f"{application_model.name} is not the {application} of keras.applications:"
    if theirs.keys() != ours.keys():
        raise ValueError(f"{refused} its layers are connected in another way")
    for place in sorted(ours):
        bias = has_bias(ours[place].operation)
        given, needed = (shapes(calls[place], bias=bias) for calls in (theirs, ours))
        if given != needed:
            raise ValueError(f"{refused} {theirs[place].operation.name} has {given} instead of {needed}")
    return {place: (theirs[place].operation, ours[place].operation) for place in ours}


def calls_by_place(network: keras.Model) -> dict[Place, Any]:
    """The calls of layers with weights; where branches meet, one is longer, so no two share a place."""
    # Keras offers no public way to tell this network's calls of a layer from those of other networks.
    calls = [call for _, calls in sorted(network._nodes_by_depth.items(), reverse=True) for call in calls]
    before, behind = Counter[Any](), Counter[Any]()
    for call in calls:
        for parent in call.parent_nodes:
            before[call] = max(before[call], before[parent] + has_weights(parent))
    for call in reversed(calls):
        for parent in call.parent_nodes:
            behind[parent] = max(behind[parent], behind[call] + has_weights(call))
    return {(before[call], behind[call]): call for call in calls if has_weights(call)}


def has_weights(call: Any) -> bool:
    """Whether what is called is a layer with weights; `keras.ops` in a graph are not even layers."""
    return bool(getattr(call.operation, "weights", ()))


def has_bias(layer: layers.Layer) -> bool:
    """Whether a layer adds a bias; batch normalisation has a shift instead, under another name."""
    return getattr(layer, "use_bias", False)


def shapes(call: Any, *, bias: bool) -> dict[str, tuple[int | None, ...]]:
    """Shapes of a layer's output and weights, its bias among them only if asked for."""
    weights = {weight.name: tuple(weight.shape) for weight in call.operation.weights}
    if not bias:
        weights.pop("bias", None)
    return {"output": tuple(call.outputs[0].shape[1:]), **weights}


def copy_weights(theirs: layers.Layer, ours: layers.Layer) -> None:
    """Give our layer their weights of the same name, and a batch normalisation their epsilon."""
    weights = {weight.name: weight for weight in theirs.weights}
    for weight in ours.weights:
        weight.assign(weights[weight.name])
    if isinstance(ours, layers.BatchNormalization):
        ours.epsilon = theirs.epsilon
