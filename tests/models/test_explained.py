"""Networks of the catalogue, explained as on their slides."""

import json
from pathlib import Path

import pytest

from cnn_course.analysis.explain import explain
from cnn_course.models import build

FACTS = json.loads((Path(__file__).parents[1] / "facts" / "explained.json").read_text())


@pytest.mark.slow
def test_vgg16_is_explained_as_on_its_slide(weights_of_zero):
    explanation = explain(build("vgg16"))
    rows = [row for row in explanation.rows if row["type"] not in ("Dropout", "Flatten")]
    columns = ("slide", "output_shape", "activations", "formula", "receptive_field")
    assert [[row[column] for column in columns] for row in rows] == FACTS["vgg16"]["rows"]
    assert {key: explanation.totals[key] for key in FACTS["vgg16"]["totals"]} == FACTS["vgg16"]["totals"]
    head = sum(row["parameters"] for row in rows[-3:]) / explanation.totals["parameters"]["total"]
    early = sum(row["activations"] for row in rows[1:7]) / explanation.totals["activations"]
    assert (round(head, 4), round(early, 4)) == (0.8936, 0.7113)  # deck 003, L702-705


@pytest.mark.slow
def test_last_pooling_of_alexnet_sees_195_pixels(weights_of_zero):
    rows = {row["layer"]: row for row in explain(build("alexnet")).rows}
    assert (rows["pool3"]["receptive_field"], rows["pool3"]["jump"]) == ([195, 195], [32, 32])
    assert (rows["conv1"]["slide"], rows["pool1"]["slide"], rows["norm1"]["slide"]) == (
        "CONV11-96/4", "POOL3/2", "NORM",
    )  # fmt: skip


@pytest.mark.parametrize("name", ["resnet20", "googlenet_cifar", "mobilenet_v2_cifar", "nin", "all_cnn"])
def test_formulas_of_the_networks_of_the_course_come_to_their_parameters(name):
    network = build(name)
    for by in ("layer", "block"):
        rows = explain(network, by=by).rows
        assert sum(eval(row["formula"] or "0", {}) for row in rows) == network.count_params()
        assert [row["note"] for row in rows if row["note"]] == []
