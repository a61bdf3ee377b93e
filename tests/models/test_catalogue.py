"""The catalogue: names, arguments, and what it says when it is given the wrong ones."""

import inspect
import json

import keras
import numpy as np
import pytest

from cnn_course.models import BUILDERS, build, catalogue

SMALLEST = {
    "alexnet": 67,
    "alexnet_cifar": 15,
    "course_cnn": 18,
    "lenet5": 16,
    "pattern_cnn": 8,
    "downsampling_cnn": 8,
    "all_cnn": 9,
    "vgg11": 32,
    "vgg13": 32,
    "vgg16": 32,
    "vgg19": 32,
    "xception": 7,
}


def message_of(function, *positional, **named):
    with pytest.raises(ValueError) as caught:
        function(*positional, **named)
    return str(caught.value)


def small(name, /, **arguments):
    return build(name, **({"head": "gap"} if name.startswith("vgg") else {}), **arguments)


def test_every_builder_is_listed_under_its_own_name():
    assert all(name == builder.__name__ for name, builder in BUILDERS.items())


@pytest.mark.parametrize("name", BUILDERS)
def test_builder_takes_input_shape_and_classes_first_and_the_rest_by_keyword(name):
    first, second, *rest = inspect.signature(BUILDERS[name]).parameters.values()
    assert (first.name, second.name, rest[-1].name) == ("input_shape", "classes", "name")
    assert all(parameter.kind is parameter.KEYWORD_ONLY for parameter in rest)
    assert rest[-1].default == name


@pytest.mark.parametrize("name", BUILDERS)
def test_smallest_image_gives_class_probabilities_and_a_smaller_one_an_error(name):
    smallest = SMALLEST.get(name, 1)
    network = small(name, input_shape=(smallest, smallest + 3, 2), classes=7, name="mine")
    assert (network.name, network.output_shape) == ("mine", (None, 7))
    assert network.layers[-1].name == "predictions"
    if smallest > 1:
        assert message_of(small, name, input_shape=(40, smallest - 1, 2)) == (
            f"40x{smallest - 1} images are too small for {name}; "
            f"the smallest possible input_shape is ({smallest}, {smallest}, 2)"
        )


def test_catalogue_row_tells_the_defaults_of_the_builder():
    rows = {row["name"]: row for row in catalogue()}
    assert list(rows) == list(BUILDERS)
    assert rows["course_cnn"] == {
        "name": "course_cnn",
        "summary": "The deck's first convolutional network: three convolutions, two poolings (deck 001).",
        "input_shape": (32, 32, 3),
        "classes": 100,
        "arguments": {"filters": 32, "head": "flatten"},
    }
    assert rows["vgg16"]["arguments"] == {"head": "fc", "batch_norm": False, "dropout": 0.5}
    json.dumps(catalogue())


@pytest.mark.parametrize("row", catalogue(), ids=lambda row: row["name"])
def test_every_summary_is_one_full_sentence(row):
    assert row["summary"].endswith(".")
    assert len(row["summary"]) <= 100


def test_unknown_model_is_answered_with_near_names_and_all_names():
    assert message_of(build, "VGG-16") == (
        f"unknown model 'VGG-16'; did you mean vgg16 or vgg19 or vgg13? choose one of {', '.join(BUILDERS)}"
    )
    assert message_of(build, "???") == f"unknown model '???'; choose one of {', '.join(BUILDERS)}"


def test_unknown_argument_is_answered_with_those_that_the_builder_takes():
    assert message_of(build, "resnet20", head="gap") == (
        "resnet20 takes no argument 'head'; "
        "choose from input_shape, classes, unit, shortcut, zero_gamma, name"
    )


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("resnet20", {"shortcut": "C"}, "shortcut is 'C'; choose one of 'A', 'B'"),
        ("course_cnn", {"head": "fc"}, "head is 'fc'; choose one of 'flatten', 'gap'"),
        ("vgg16", {"head": "flatten"}, "head is 'flatten'; choose one of 'fc', 'gap'"),
        ("course_cnn", {"filters": -1}, "filters is -1; it must be a whole number, at least 1"),
        ("nin", {"dropout": 1}, "dropout is 1; it must be a number from 0 to below 1, such as 0.5"),
        ("vgg16", {"dropout": None}, "dropout is None; it must be a number from 0 to below 1, such as 0.5"),
        ("alexnet", {"dropout": True}, "dropout is True; it must be a number from 0 to below 1, such as 0.5"),
        (
            "all_cnn",
            {"input_dropout": "x"},
            "input_dropout is 'x'; it must be a number from 0 to below 1, such as 0.5",
        ),
        ("vgg16", {"batch_norm": "no"}, "batch_norm is 'no'; it must be True or False"),
        ("googlenet", {"aux": "maybe"}, "aux is 'maybe'; it must be True or False"),
        ("resnet20", {"zero_gamma": 1}, "zero_gamma is 1; it must be True or False"),
        ("recipe_cnn", {"stem": "zz"}, "stem is 'zz'; it must be True or False"),
        ("recipe_cnn", {"pool_last": "x"}, "pool_last is 'x'; it must be True or False"),
        ("zf_small", {"contrast_norm": 2}, "contrast_norm is 2; it must be True or False"),
        ("linear", {"classes": 0}, "classes is 0; it must be a whole number, at least 1"),
        ("linear", {"classes": 2.5}, "classes is 2.5; it must be a whole number, at least 1"),
        ("linear", {"classes": True}, "classes is True; it must be a whole number, at least 1"),
    ],
)
def test_wrong_value_is_answered_with_what_came_and_the_choices(name, arguments, message):
    assert message_of(build, name, **arguments) == message


@pytest.mark.parametrize(
    "shape", [(3072,), (None, 32, 32, 3), (32, 32), (32, 32, 0), (32.0, 32, 3), 32, "32x3"]
)
def test_shape_that_is_not_of_an_image_is_answered_with_the_form_of_one(shape):
    assert message_of(build, "mlp", input_shape=shape) == (
        f"input_shape is {shape!r}; mlp needs (height, width, channels) in whole numbers, such as (32, 32, 3)"
    )


def test_shape_may_be_a_list_and_numbers_may_be_numpys():
    network = build("linear", input_shape=[np.int64(8), 8, 1], classes=np.int32(3))
    assert network.input_shape == (None, 8, 8, 1)


def test_mlp_has_one_dense_layer_per_hidden_width():
    network = build("mlp", hidden=(20, 30), activation="tanh")
    dense = [layer for layer in network.layers if isinstance(layer, keras.layers.Dense)]
    assert [(layer.name, layer.units) for layer in dense] == [
        ("hidden1", 20),
        ("hidden2", 30),
        ("predictions", 10),
    ]
    assert dense[0].activation is keras.activations.tanh


def test_probabilities_stay_float32_under_mixed_precision():
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        network = small("resnet20")
    finally:
        keras.config.set_dtype_policy(policy)
    assert network.get_layer("stem_conv").compute_dtype == "bfloat16"
    assert network.output.dtype == "float32"
