"""The decks' comparisons: their figures, and networks that are built and counted."""

import json
import subprocess
import sys
from pathlib import Path

import keras
import pytest
from keras import layers

from cnn_course.analysis.cost import macs, parameters
from cnn_course.analysis.receptive_field import receptive_box
from cnn_course.analysis.savings import SAVINGS, conv_parameters, heads, separable, sharing, stacks
from cnn_course.layers import LocallyConnected2D
from cnn_course.models import build

FACTS = json.loads((Path(__file__).parents[1] / "facts" / "savings.json").read_text())
ROWS = [(column, *fact) for column, facts in FACTS.items() if column != "about" for fact in facts]


@pytest.mark.parametrize(("column", "name", "arguments", "figures"), ROWS)
def test_comparison_has_the_figures_of_the_decks(column, name, arguments, figures):
    assert [row[column] for row in SAVINGS[name](**arguments)] == figures


@pytest.mark.parametrize("name", SAVINGS)
def test_share_is_the_part_of_the_costly_way(name):
    rows = SAVINGS[name]()
    assert rows[-1]["share"] == 1
    assert rows[0]["share"] == rows[0]["parameters"] / rows[-1]["parameters"] < 1


def counted(input_shape, *steps):
    return parameters(keras.Sequential([keras.Input(input_shape), *steps]))["total"]


def test_keras_counts_as_the_formulas():
    assert [row["parameters"] for row in sharing(8, 2, kernel_size=3, filters=4)] == [
        counted((8, 8, 2), layers.Conv2D(4, 3)),
        counted((8, 8, 2), LocallyConnected2D(4, 3)),
        counted((8, 8, 2), layers.Flatten(), layers.Dense(6 * 6 * 4)),
    ]
    assert conv_parameters(3, 12, 8, groups=4) == counted((8, 8, 12), layers.Conv2D(8, 3, groups=4))
    cheap, costly = separable(6, 10, kernel_size=5, side=9)
    for row, layer in ((cheap, layers.SeparableConv2D), (costly, layers.Conv2D)):
        network = keras.Sequential([keras.Input((9, 9, 6)), layer(10, 5, padding="same")])
        assert (row["parameters"], row["macs"]) == (parameters(network)["total"], macs(network))


def test_heads_are_those_of_the_builder():
    pooled, flat = heads((4, 4, 32), 100, hidden=(), body=19_392)
    assert build("course_cnn").count_params() == flat["parameters"]
    assert build("course_cnn", head="gap").count_params() == pooled["parameters"]


def test_stacks_see_as_much_as_they_say():
    (row,) = stacks([(3, 5, 3)])
    network = keras.Sequential([keras.Input((20, 20, 1)), *(layers.Conv2D(1, size) for size in (3, 5, 3))])
    box, _ = receptive_box(network, network.layers[-1].name, (4, 4))
    assert box.stop - box.start == row["receptive_field"] == 9


def test_groups_that_do_not_divide_are_refused():
    with pytest.raises(ValueError) as caught:
        conv_parameters(3, 64, 64, groups=5)
    assert str(caught.value) == "5 groups must divide 64 channels and 64 filters"


def test_comparisons_import_no_framework():
    code = "import cnn_course.analysis.savings, sys; sys.exit(bool({'keras', 'numpy'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
