"""Figures of networks and of runs: read back from what was drawn."""

import keras
import pytest
from keras import layers
from matplotlib.patches import Rectangle

from cnn_course import plots
from cnn_course.analysis.explain import explain
from cnn_course.analysis.table import layer_table
from cnn_course.models import build
from cnn_course.plots.numbers import short


@pytest.fixture(scope="module")
def rows():
    return layer_table(build("course_cnn"))


def bars(axes):
    return [patch for patch in axes.patches if isinstance(patch, Rectangle)]


def test_bars_are_as_long_as_the_costs(rows):
    figure = plots.architecture(rows, title="course_cnn")
    shown = [row for row in rows if row["layer"] != "flatten"]  # it costs nothing
    for axes, column in zip(figure.axes, ("parameters", "macs", "activations"), strict=False):
        assert [bar.get_width() for bar in bars(axes)] == [row[column] for row in shown]
    fields = bars(figure.axes[3])[: len(shown)]
    assert [bar.get_width() for bar in fields] == [row["receptive_field"][0] for row in shown]
    assert {bar.get_x() + bar.get_width() / 2 for bar in fields} == {0}


def test_labels_name_layer_and_shape_from_the_image_down(rows):
    axes = plots.architecture(rows).axes[0]
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert (labels[0], labels[1], labels[-1]) == (
        "image  INPUT  32x32x3", "conv1  CONV3-32  30x30x32", "predictions  FC-100  100",
    )  # fmt: skip
    assert axes.yaxis_inverted()


def test_an_explanation_in_place_of_its_rows_is_told():
    with pytest.raises(
        ValueError, match=r"of type Explanation; .* as in plots\.architecture\(explain\(model\)\.rows\)"
    ):
        plots.architecture(explain(build("linear")))


def any_size():
    return keras.Sequential([keras.Input((None, None, 3)), layers.Conv2D(2, 3), layers.GlobalMaxPooling2D()])


def two_images():
    left, right = keras.Input((8, 8, 1)), keras.Input((8, 8, 1))
    return keras.Model([left, right], layers.Add()([layers.Conv2D(1, 3, padding="same")(left), right]))


def vectors():
    return keras.Sequential([keras.Input((5,)), layers.Dense(2)])


def no_parameters():
    return keras.Sequential([keras.Input((None,)), layers.ReLU()])


@pytest.mark.parametrize("network", [any_size, two_images, vectors, no_parameters])
@pytest.mark.parametrize("by", ["layer", "block"])
def test_any_network_can_be_drawn(network, by):
    figure = plots.architecture(layer_table(network(), by=by))
    assert plots.as_array(figure).std() > 0


def test_deep_networks_get_fewer_labels_and_no_endless_figure():
    many = [
        {"layer": f"conv{i}", "type": "Conv2D", "slide": "CONV3-8", "output_shape": [8, 8, 8],
         "parameters": 9, "macs": 9, "activations": 9, "receptive_field": None}
        for i in range(200)
    ]  # fmt: skip
    figure = plots.architecture(many)
    assert len(figure.axes[0].get_yticks()) == 67
    assert figure.get_figheight() < 20


def run(model, accuracy, macs, parameters, data="cifar10"):
    return {"model": model, "val_accuracy": accuracy, "macs": macs, "parameters": parameters, "data": data}


def test_bubbles_lie_at_cost_and_accuracy_with_the_parameters_as_area():
    rows = [
        run("small", 0.6, 1e6, 25_000),
        run("large", 0.9, 1e8, 100_000),
        run("other", 0.8, 1e7, 50_000, "digits"),
    ]
    figure = plots.accuracy_against_cost(rows, title="runs")
    (axes,) = figure.axes
    bubbles = [c for c in axes.collections if c.get_label() in ("cifar10", "digits")]
    assert [tuple(offset) for c in bubbles for offset in c.get_offsets()] == [
        (1e8, 0.9),
        (1e6, 0.6),
        (1e7, 0.8),
    ]
    large, small = bubbles[0].get_sizes()
    assert large == pytest.approx(4 * small)
    assert axes.get_xscale() == "log"
    assert {text.get_text() for text in axes.texts} == {"small", "large", "other"}


def test_names_of_networks_do_not_lie_on_one_another():
    rows = [run(f"network{i}", 0.9 - 0.001 * i, 1e8, 1000) for i in range(3)] + [run("far", 0.1, 1e6, 1000)]
    figure = plots.accuracy_against_cost(rows)
    boxes = [text.get_window_extent() for text in figure.axes[0].texts]
    assert not any(one.overlaps(two) for i, one in enumerate(boxes) for two in boxes[:i])


def test_the_legend_of_runs_lies_below_the_axes_where_no_bubble_is():
    rows = [run("low", 0.1, 1e8, 10_000_000), run("high", 0.9, 1e6, 1000, "digits")]
    figure = plots.accuracy_against_cost(rows, title="runs")
    figure.draw_without_rendering()
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["cifar10", "digits"]
    assert legend.get_title().get_text() == "area: parameters, largest 10 M"
    axes = figure.axes[0]
    assert legend.get_window_extent().y1 < axes.xaxis.label.get_window_extent().y0
    assert axes.title.get_window_extent().y1 < figure.bbox.y1 - 10


@pytest.mark.parametrize(("costs", "labels"), [((4e7, 8e7), {"20 M", "50 M"}), ((1e5, 1e8), {"1 M", "10 M"})])
def test_costs_are_labelled_in_words_however_near_they_are(costs, labels):
    figure = plots.accuracy_against_cost([run(f"net{cost:g}", 0.5, cost, 1000) for cost in costs])
    figure.draw_without_rendering()
    axis = figure.axes[0].xaxis
    assert labels <= {label.get_text() for label in axis.get_ticklabels()}
    assert not any(label.get_text() for label in axis.get_ticklabels(minor=True))


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (896, "896"),
        (9248, "9.25 K"),
        (138_357_544, "138 M"),
        (999_600, "1 M"),
        (15_470_264_320, "15.5 G"),
    ],
)
def test_numbers_are_shortened_to_three_digits(number, text):
    assert short(number) == text
