"""Rows as text, Markdown and CSV."""

import csv
import subprocess
import sys

import numpy as np
import pytest

from cnn_course.analysis.text import as_csv, as_fitting_text, as_markdown, as_panels, as_text, cell

ROWS = [
    {"layer": "conv1", "output_shape": [30, 30, 32], "parameters": 896, "share": 0.012674},
    {"layer": "a|b", "output_shape": [512], "parameters": 70692, "share": None},
]


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


WIDE = [
    {"layer": "conv1", "parameters": 896, "macs": 777_600, "names": "CONV3-32, BN, RELU"},
    {"layer": "classifier", "parameters": 51_300, "macs": None, "names": "FC-100"},
]


def test_panels_part_the_columns_where_the_terminal_ends():
    assert as_panels(WIDE, [("layer", "parameters", "macs", "names")], width=31).splitlines() == [
        "layer       parameters     macs",
        "----------  ----------  -------",
        "conv1              896  777,600",
        "classifier      51,300        -",
        "",
        "layer       names",
        "----------  ------------------",
        "conv1       CONV3-32, BN, RELU",
        "classifier  FC-100",
    ]


def test_panels_keep_a_section_together_if_it_fits():
    sections = [("layer", "parameters"), ("macs", "names")]
    assert as_panels(WIDE, sections, width=80) == as_text(WIDE)
    heads = [panel.splitlines()[0].split() for panel in as_panels(WIDE, sections, width=50).split("\n\n")]
    assert heads == [["layer", "parameters"], ["layer", "macs", "names"]]


def test_text_too_wide_for_a_panel_goes_on_in_the_next_line():
    long = [{"layer": "x", "formula": "2*(3*3*16*16) + 4*16 + 3*3*16*32"}, {"layer": "y", "formula": "1"}]
    assert as_panels(long, [("layer", "formula")], width=27).splitlines() == [
        "layer  formula",
        "-----  --------------------",
        "x      2*(3*3*16*16) + 4*16",
        "       + 3*3*16*32",
        "y      1",
    ]


@pytest.mark.parametrize("width", [40, 60, 80, 120, 200])
def test_panels_are_never_wider_than_asked(width):
    rows = [
        {"layer": f"layer{i}", **{f"column{j}": 10**j for j in range(9)}, "words": "word " * i}
        for i in range(30)
    ]
    lines = as_panels(rows, [tuple(rows[0])], width=width).splitlines()
    assert max(map(len, lines)) <= width


def test_csv_has_plain_numbers_and_says_nothing_for_none():
    text = as_csv(
        [{"layer": "a,b", "shape": [30, 30, 32], "centre": [1.5, 1.5], "macs": 777_600, "note": None}]
    )
    header, row = csv.reader(text.splitlines())
    assert header == ["layer", "shape", "centre", "macs", "note"]
    assert row == ["a,b", "30x30x32", "1.5, 1.5", "777600", ""]


def test_no_rows_are_no_csv_and_no_panels():
    assert as_csv([]) == as_panels([], [("layer",)], width=80) == ""


PROSE = [
    {
        "name": "net",
        "summary": "one two three four five six seven",
        "size": 1,
        "path": "logs/demo/net/20260101",
    },
    {"name": "other", "summary": "short", "size": 22_222, "path": "logs/demo/other/20260102"},
]


def test_a_table_that_fits_is_left_as_it_is():
    assert as_fitting_text(PROSE, width=100, spare=["size"]) == (as_text(PROSE), [])


@pytest.mark.parametrize("width", [76, 60, 50, 41, 30, 24])
def test_a_table_fits_any_terminal(width):
    text, dropped = as_fitting_text(PROSE, width=width, spare=["path", "size"])
    assert max(map(len, text.splitlines())) <= width
    assert dropped == ["path", "size"][: len(dropped)]
    shown = text.split()
    assert {"net", "three", "seven", "short"} <= set(shown)


def test_sentences_are_folded_before_columns_are_left_out_and_other_words_last():
    folded, dropped = as_fitting_text(PROSE, width=66, spare=["path"])
    assert dropped == []
    assert folded.splitlines()[2:4] == [
        "net    one two three four five       1  logs/demo/net/20260101",
        "       six seven",
    ]
    broken, _ = as_fitting_text([{"path": "logs/demo/network/20260101"}], width=12)
    assert broken.splitlines()[2:] == ["logs/demo/ne", "twork/202601", "01"]


def test_columns_are_left_out_in_the_order_in_which_they_can_be_spared():
    rows = [{"a": 1, "b": 22_222_222, "c": 33_333_333}]
    assert as_fitting_text(rows, width=15, spare=["b", "a"])[1] == ["b"]
    assert as_fitting_text(rows, ["a", "c"], width=3, spare=["b", "c"])[1] == ["c"]
