"""Tables of layers, and rows as text."""

import json
import subprocess
import sys

import keras
import numpy as np
import pytest
from keras import layers

from cnn_course.analysis.cost import macs
from cnn_course.analysis.table import layer_table
from cnn_course.analysis.text import as_markdown, as_text, cell

ROWS = [
    {"layer": "conv1", "output_shape": [30, 30, 32], "parameters": 896, "share": 0.012674},
    {"layer": "a|b", "output_shape": [512], "parameters": 70692, "share": None},
]


def test_layer_table_has_a_row_of_plain_values_per_layer():
    inner = keras.Sequential([keras.Input((4, 4, 2)), layers.Flatten(), layers.Dense(3)], name="inner")
    image = keras.Input((6, 6, 1), name="image")
    network = keras.Model(image, inner(layers.Conv2D(2, 3, name="conv")(image)))
    table = layer_table(network)
    assert json.loads(json.dumps(table)) == table
    assert [list(row.values()) for row in table] == [
        ["image", "InputLayer", [6, 6, 1], 0, 0, 0],
        ["conv", "Conv2D", [4, 4, 2], 20, 2, 16 * 18],
        ["inner", "Sequential", [3], 99, 3, 96],
    ]
    assert list(table[0]) == ["layer", "type", "output_shape", "parameters", "biases", "macs"]


def test_macs_of_the_rows_add_up_to_the_network_also_when_a_layer_is_applied_twice():
    shared = layers.Dense(4)
    x = keras.Input((4,))
    network = keras.Model(x, shared(shared(x)))
    assert sum(row["macs"] for row in layer_table(network)) == macs(network) == 32


def test_layer_with_several_outputs_lists_several_shapes():
    image = keras.Input((4, 4, 2), name="image")
    inner = keras.Model(image, [layers.Flatten()(image), image], name="inner")
    network = keras.Model(image, inner(image))
    assert layer_table(network)[1]["output_shape"] == [[32], [4, 4, 2]]


def test_text_aligns_numbers_to_the_right_and_words_to_the_left():
    assert as_text(ROWS).splitlines() == [
        "layer  output shape  parameters    share",
        "-----  ------------  ----------  -------",
        "conv1  30x30x32             896  0.01267",
        "a|b    512               70,692        -",
    ]


def test_markdown_is_aligned_and_escapes_the_bar():
    assert as_markdown(ROWS, ["layer", "parameters"]).splitlines() == [
        "| layer | parameters |",
        "| ----- | ---------: |",
        "| conv1 |        896 |",
        r"| a\|b  |     70,692 |",
    ]


def test_columns_choose_and_order():
    assert as_text(ROWS, ["parameters", "layer"]).splitlines()[-1] == "    70,692  a|b"


def test_unknown_column_is_answered_with_those_there_are():
    with pytest.raises(ValueError) as caught:
        as_text(ROWS, ["macs"])
    assert str(caught.value) == "no column 'macs'; choose from layer, output_shape, parameters, share"


def test_row_may_lack_a_column():
    assert as_text([{"a": 1}, {"b": "x"}]).splitlines() == ["a  b", "-  -", "1  -", "-  x"]


def test_no_rows_are_no_table():
    assert as_text([]) == as_markdown([]) == ""


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (138_357_544, "138,357,544"),
        (np.int64(1000), "1,000"),
        (0.89358, "0.8936"),
        (np.float32(0.5), "0.5"),
        (15470.26, "15,470"),
        (1e-7, "1e-07"),
        (float("nan"), "nan"),
        (None, "-"),
        (True, "True"),
        ("0.50 %", "0.50 %"),
        ([224, 224, 64], "224x224x64"),
        ([2048], "2048"),
        ((None, 10), "-x10"),
        ([[32], [4, 4]], "32, 4x4"),
        (["A", "B"], "A, B"),
        ({"filters": 1024, "head": "gap", "rate": 0.5}, "filters=1024, head=gap, rate=0.5"),
    ],
)
def test_cell_is_written_for_a_reader(value, text):
    assert cell(value) == text


def test_text_imports_no_framework():
    code = "import cnn_course.analysis.text, sys; sys.exit(bool({'keras', 'numpy'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    code = code.replace("sys;", "sys, numpy;")  # this test can fail
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 1
