"""Explanations of networks: sums, words, and how a notebook shows them."""

import json

import keras
import pytest
from keras import layers

from cnn_course.analysis.explain import explain
from cnn_course.models import build


@pytest.fixture(scope="module")
def course_cnn():
    return explain(build("course_cnn"))


def test_sums_are_those_of_the_decks(course_cnn):
    assert course_cnn.totals == {
        "parameters": {"total": 70_692, "trainable": 70_692, "non_trainable": 0},
        "biases": 196,
        "depth": 4,
        "macs": 2_533_760,
        "macs_with_biases": 2_568_580,
        "activations": 46_244,
        "bytes": 4 * 46_244,
        "sees": [30, 30],
        "image": [32, 32],
    }


def test_text_says_everything_within_80_columns(course_cnn):
    lines = str(course_cnn).splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[3].split() == ["conv1", "CONV3-32", "30x30x32", "896", "(3*3*3+1)*32"]
    second = lines.index("") + 1
    assert lines[second + 5].split() == ["conv2", "1,557,504", "1,562,912", "5,408", "3x3", "8x8", "2", "3.5"]
    assert lines[-5:] == [
        "parameters  70,692 (70,692 of them trainable, 196 biases)",
        "depth       4 layers with weights on the longest way",
        "macs        2,533,760 for one image, 2,568,580 with biases",
        "memory      46,244 numbers, 185.0 kB for one image, about twice to train",
        "field       an output sees 30x30 of 32x32 pixels",
    ]


def test_wide_terminal_gets_one_table(course_cnn):
    assert len(course_cnn.as_text(width=200).split("\n\n")) == 3  # and what columns mean, and the sums


def test_columns_whose_names_do_not_say_it_are_explained_once_below_the_table(course_cnn):
    for text in (course_cnn.as_text(), course_cnn.as_text(width=200), course_cnn.as_markdown()):
        said = " ".join(text.split())
        for column in ("field: the pixels that", "jump: pixels from", "centre: the middle of"):
            assert said.count(column) == 1
        assert text.index("predictions") < text.index("jump: pixels") < text.index("depth")
    assert "jump: pixels" not in course_cnn.as_text([("layer", "parameters")])


def test_memory_of_a_small_network_is_told_in_kilobytes_and_its_depth_in_good_english():
    facts = dict(explain(build("linear")).facts())
    assert facts["memory"] == "3,082 numbers, 12.3 kB for one image, about twice to train"
    assert facts["depth"] == "1 layer with weights on the longest way"
    large = dict(explain(build("resnet20")).facts())["memory"]
    assert " MB for one image" in large


def test_notebook_shows_a_markdown_table(course_cnn):
    title, _, header, rule, image, *_ = course_cnn._repr_markdown_().splitlines()
    assert title == "**course_cnn**"
    assert header.split("|")[1:4] == [" layer       ", " slide    ", " output shape "]
    assert set(rule) == set("| -:")
    assert "32x32x3" in image
    assert course_cnn.as_markdown().splitlines()[-1] == "- field: an output sees 30x30 of 32x32 pixels"


def test_explanation_is_plain_data(course_cnn):
    data = course_cnn.as_dict()
    assert json.loads(json.dumps(data)) == data
    assert (data["model"], data["macs"], data["layers"][1]["slide"]) == ("course_cnn", 2_533_760, "CONV3-32")


def test_blocks_have_the_sums_of_the_layers():
    network = build("resnet20")
    assert explain(network, by="block").totals == explain(network).totals


def test_open_sizes_are_said_and_leave_no_sums():
    image = keras.Input((None, None, 3))
    explanation = explain(keras.Model(image, layers.Conv2D(8, 3, padding="same", name="conv")(image)))
    assert [explanation.totals[key] for key in ("macs", "activations", "bytes", "sees")] == [None] * 4
    assert dict(explanation.facts())["sizes"] == "open; with a fixed input_shape there would be no dashes"
    assert "3x3" in str(explanation)


def test_notes_stand_below_the_table():
    shared = layers.Dense(4, name="shared")
    x = keras.Input((4,))
    text = str(explain(keras.Model(x, shared(shared(x)))))
    assert text.splitlines()[-1] == "note        shared: has the weights of its first call"


def test_explaining_changes_nothing():
    network = build("course_cnn")
    before, config = [w.numpy().copy() for w in network.weights], network.to_json()
    explain(network)
    assert network.to_json() == config
    assert all((w.numpy() == old).all() for w, old in zip(network.weights, before, strict=True))
