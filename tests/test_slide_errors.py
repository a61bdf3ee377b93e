"""The table of slide errors tells figures that our code computes, and names things that exist."""

import ast
import json
import re
from importlib import import_module
from inspect import signature
from math import prod
from pathlib import Path

import keras
import numpy as np
import pytest

from cnn_course import reference
from cnn_course.analysis import savings
from cnn_course.analysis.cost import macs
from cnn_course.models import build
from cnn_course.models.recipe_plan import recipe_plan

ROOT = Path(__file__).parents[1]
DOCUMENT = (ROOT / "docs" / "slide_errors.md").read_text()
ROWS = [line.strip("| ").split(" | ") for line in DOCUMENT.splitlines() if re.match(r"\| 00\d", line)]
NAMES = sorted({name for row in ROWS for name in re.findall(r"`([^`]+)`", row[-1])})


def facts(name):
    return json.loads((ROOT / "tests" / "facts" / f"{name}.json").read_text())


NETWORKS = {
    row["model"]: row for row in facts("networks")["imagenet_networks"]
}  # tested against the builders
VGG16 = facts("networks")["vgg16_layers"]
GOOGLENET = facts("googlenet")
ALEXNET = facts("alexnet")
TO_28 = VGG16[: 1 + [row["output_shape"][0] for row in VGG16].index(28)]


def vgg16_numbers_kept():
    return sum(prod(row["output_shape"]) for row in VGG16)


def relu_outputs():
    return sum(prod(row["output_shape"]) for row in VGG16[:-1] if row["type"] in ("Conv2D", "Dense"))


def vgg16_bytes_to_28():
    return 4 * sum(prod(row["output_shape"]) for row in TO_28[1:])


def vgg16_mflop_to_28():
    poolings = sum(2 * 2 * prod(row["output_shape"]) for row in TO_28 if row["type"] == "MaxPooling2D")
    return (sum(row["macs"] for row in TO_28) + poolings) / 1e6


def comparison(rows):
    return " against ".join(f"{row['parameters']:,}" for row in rows)


def small_convolution(padding):
    return keras.Sequential([keras.Input((32, 32, 3)), keras.layers.Conv2D(10, 5, padding=padding)])


FIGURES = {
    "138,357,544": lambda: sum(row["parameters"] for row in VGG16),
    "132,863,336": lambda: NETWORKS["vgg11"]["total"],
    "138,344,128": lambda: sum(row["weights"] for row in VGG16),
    "143.7M": lambda: f"{NETWORKS['vgg19']['total'] / 1e6:.1f}M",
    "15,470,264,320": lambda: sum(row["macs"] for row in VGG16),
    "15,237,608": vgg16_numbers_kept,
    "61.0 MB": lambda: f"{vgg16_numbers_kept() * 4 / 1e6:.1f} MB",
    "28,793,320": lambda: vgg16_numbers_kept() + relu_outputs(),
    "480.8": lambda: round(sum(row["mflop"] for row in GOOGLENET["stem"]), 1),
    "7,644 KB": lambda: f"{sum(row['KB'] for row in GOOGLENET['stem']):,.0f} KB",
    "124,096": lambda: sum(row["weights"] for row in GOOGLENET["stem"]),
    "51.3 MB": lambda: f"{vgg16_bytes_to_28() / 2**20:.1f} MB",
    "1,734,336": lambda: sum(row["weights"] for row in TO_28),
    "9,340.8": lambda: round(vgg16_mflop_to_28(), 1),
    "6.9, 14.0 and 19.4 times": lambda: "{:.1f}, {:.1f} and {:.1f} times".format(
        vgg16_bytes_to_28() / 1024 / GOOGLENET["stem_totals"]["KB"],
        sum(row["weights"] for row in TO_28) / GOOGLENET["stem_totals"]["weights"],
        vgg16_mflop_to_28() / GOOGLENET["stem_totals"]["mflop"],
    ),
    "6,998,552": lambda: GOOGLENET["networks"][0]["total"],
    "13,378,280": lambda: GOOGLENET["networks"][1]["total"],
    "5,973,552": lambda: GOOGLENET["without_classifier"],
    "1,025,000": lambda: savings.dense_parameters(1024, 1000),
    "60,965,224": lambda: ALEXNET["two_towers"]["total"],
    "62,378,344": lambda: ALEXNET["one_tower"]["total"],
    "8.7 times": lambda: f"{ALEXNET['two_towers']['total'] / GOOGLENET['networks'][0]['total']:.1f} times",
    "34,848": lambda: savings.conv_parameters(11, 3, 96, bias=False),
    "34,944": lambda: savings.conv_parameters(11, 3, 96),
    "73,728": lambda: savings.conv_parameters(3, 64, 128, bias=False),
    "73,856": lambda: savings.conv_parameters(3, 64, 128),
    "588,000": lambda: macs(small_convolution("valid")),
    "768,000": lambda: macs(small_convolution("same")),
    "778,240": lambda: macs(small_convolution("same"), bias=True),
    "61,706": lambda: build("lenet5").count_params(),
    "70,016 against 590,080": lambda: comparison(savings.bottleneck()),
    "30 against 50": lambda: comparison(savings.stacks(bias=True)),
    "854,196,224": lambda: savings.inception()[1]["macs"],
    "1,089,952": lambda: savings.inception()[1]["parameters"],
    "271,351,808": lambda: savings.inception()[0]["macs"],
    "22,910,480": lambda: facts("xception")["networks"][0]["total"],
    "9,472": lambda: GOOGLENET["stem"][0]["parameters"],
    "9,408": lambda: GOOGLENET["stem"][0]["weights"],
}  # fmt: skip


@pytest.mark.parametrize("printed", FIGURES)
def test_figure_of_the_document_is_the_computed_one(printed):
    computed = FIGURES[printed]()
    assert (computed if isinstance(computed, str) else f"{computed:,}") == printed
    assert re.search(rf"(?<![\d,.]){re.escape(printed)}(?![\d,]*\d)", DOCUMENT)


def test_depths_of_the_recipe_are_those_of_its_plans():
    assert recipe_plan(224, pool_last=True).depth == 8
    assert recipe_plan(224).depth == 10


def test_average_pooling_gives_the_numbers_that_the_slide_rounds():
    image = np.array([[6, 2, 3, 2], [1, 4, 5, 1], [1, 2, 3, 4], [1, 0, 5, 6]], "float64")
    pooled = reference.average_pool2d(image[None, :, :, None], 2)
    assert pooled.ravel().tolist() == [3.25, 2.75, 1.0, 4.5]
    assert round(4.5) == 4


def test_only_a_flipped_kernel_shows_in_the_second_result_of_the_worked_convolution():
    image = np.array([[1, 2, 1, 1], [2, -1, 0, 1], [0, 2, 1, 1], [1, 0, -2, 2]], "float64")
    kernel = np.array([[1, -1, 1], [2, 0, -1], [-2, 2, 1]], "float64")
    ways = (kernel, kernel[::-1, ::-1])
    results = [
        reference.conv2d(image[None, :, :, None], way[:, :, None, None], [1.0], padding=1) for way in ways
    ]
    assert [result[0, 0, :2, 0].tolist() for result in results] == [[2, -4], [2, 5]]


def test_four_slopes_of_leaky_relu_are_about():
    layer = signature(keras.layers.LeakyReLU).parameters["negative_slope"].default
    function = signature(keras.activations.leaky_relu).parameters["negative_slope"].default
    assert (layer, function) == (0.3, 0.2)


def test_old_arguments_of_the_tensorboard_callback_are_type_errors():
    for argument in ("batch_size", "write_grads"):
        assert argument not in signature(keras.callbacks.TensorBoard).parameters


def test_every_row_says_which_deck_and_which_lines():
    assert len(ROWS) > 40
    place = r"00[0-4] \(L\d+(-\d+)?(, L\d+(-\d+)?)*\)"
    for row in ROWS:
        assert re.fullmatch(rf"{place}(, {place})*", row[0]), row[0]
        assert len(row) in (3, 4), row


@pytest.mark.parametrize("name", NAMES)
def test_name_in_the_last_column_exists_and_takes_these_arguments(name):
    call = ast.parse(name, mode="eval").body
    dotted = ast.unparse(call.func) if isinstance(call, ast.Call) else name
    found = find(dotted)
    if isinstance(call, ast.Call):
        positional = [ast.literal_eval(value) for value in call.args]
        named = {keyword.arg: ast.literal_eval(keyword.value) for keyword in call.keywords}
        if dotted.startswith("keras."):
            found(*positional, **named)
        else:
            assert set(named) <= set(signature(found).parameters)


def find(dotted):
    """What `models.vgg16` or `keras.layers.ReLU` stands for; AttributeError if nothing."""
    package, *names = dotted.split(".")
    found = keras if package == "keras" else import_module(f"cnn_course.{package}")
    for name in names:
        if not hasattr(found, name):
            import_module(f"{found.__name__}.{name}")
        found = getattr(found, name)
    return found
