"""Figures show what they were given: read back from the artists, not compared pixel by pixel."""

from pathlib import Path

import numpy as np
import pytest

from cnn_course import plots
from cnn_course.training import Run


def test_curves_draw_training_and_validation_over_epochs():
    rows = [
        {"epoch": e, "loss": 2 / e, "val_loss": 3 / e, "accuracy": 0.1 * e, "val_accuracy": 0.2 * e}
        for e in (1, 2)
    ]
    left, right = plots.curves(rows, title="net on data").axes
    assert [line.get_ydata().tolist() for line in left.lines] == [[2, 1], [3, 1.5]]
    assert right.lines[1].get_ydata().tolist() == pytest.approx([0.2, 0.4])
    assert (left.get_ylabel(), right.get_ylabel()) == ("loss", "accuracy")


def test_recorded_curves_lie_grey_beneath_and_may_be_longer():
    own = [{"epoch": 1, "loss": 2.0, "val_loss": 3.0, "accuracy": 0.1, "val_accuracy": 0.2}]
    recorded = [{**own[0], "epoch": epoch, "loss": 1.0 / epoch} for epoch in (1, 2, 3)]
    figure = plots.curves(own, beneath=recorded, origin="cpu, 3 epochs, a laptop")
    beneath, above, *_ = figure.axes[0].lines
    assert list(beneath.get_xdata()) == [1, 2, 3]
    assert beneath.get_ydata() == pytest.approx([1, 1 / 2, 1 / 3])
    assert (beneath.get_color(), list(above.get_ydata())) == ("0.6", [2.0])
    assert beneath.get_zorder() < above.get_zorder()
    (legend,) = figure.legends
    assert legend.get_title().get_text() == "recorded: cpu, 3 epochs, a laptop"
    names = [text.get_text() for text in legend.get_texts()]
    assert names == ["training", "validation", "recorded training", "recorded validation"]


def test_the_legend_of_curves_lies_below_the_panels():
    figure = plots.curves([{"epoch": 1, "loss": 2.0, "val_loss": 3.0}], title="net on data")
    figure.draw_without_rendering()
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["training", "validation"]
    assert legend.get_title().get_text() == ""
    below = min(axes.xaxis.label.get_window_extent().y0 for axes in figure.axes)
    assert legend.get_window_extent().y1 < below


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (
            Run(Path("logs"), {}),
            r"rows are of type Run; a list of dicts is needed, as in plots\.curves\(run\.metrics\)",
        ),
        (None, "rows are of type NoneType"),
        ([1, 2], "each row must be a dict with 'epoch' and more"),
        ([{"loss": 1}], "each row must be a dict with 'epoch' and more"),
    ],
)
def test_what_is_no_rows_of_a_run_is_told_in_one_line(wrong, said):
    with pytest.raises(ValueError, match=said):
        plots.curves(wrong)


def test_confusion_matrix_shows_shares_of_each_row_and_the_counts():
    figure = plots.confusion_matrix(np.array([[8, 2], [0, 0]]), ("cat", "dog"))
    axes = figure.axes[0]
    assert np.allclose(axes.images[0].get_array(), [[0.8, 0.2], [0, 0]])
    assert [text.get_text() for text in axes.texts] == ["8", "2", "0", "0"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["cat", "dog"]


def test_predictions_list_the_five_likeliest_classes():
    image = np.zeros((4, 4, 3), np.uint8)
    chances = np.array([[0.5, 0.1, 0.2, 0.05, 0.03, 0.12]])
    figure = plots.predictions([image], chances, list("abcdef"), names=["x.png"])
    bars = figure.axes[1]
    assert [label.get_text() for label in bars.get_yticklabels()] == ["d", "b", "f", "c", "a"]
    assert "50%" in [text.get_text() for text in bars.texts]


def test_tiles_put_zero_at_grey_and_share_one_scale():
    pictures = np.zeros((3, 2, 2, 3), "float32")
    pictures[0], pictures[1, 0, 0] = 1.0, [-1.0, -0.5, 0.5]
    grid = plots.tiles(pictures, scale=2, gap=1)
    assert grid.shape == (10, 10, 3)
    assert grid[0, 0].tolist() == [255, 255, 255]
    assert grid[0, 5].tolist() == [0, 64, 191]
    assert grid[5, 0].tolist() == [128, 128, 128]
    assert grid[9, 9].tolist() == [255, 255, 255]  # no fourth picture


def test_as_array_gives_the_figure_as_pixels():
    figure = plots.confusion_matrix(np.eye(2), ("a", "b"))
    array = plots.as_array(figure)
    height, width = (round(inches * figure.dpi) for inches in figure.get_size_inches()[::-1])
    assert (array.shape, array.dtype) == ((height, width, 4), np.uint8)


def test_a_notebook_shows_a_figure_as_a_picture():
    figure = plots.confusion_matrix(np.eye(2), ("a", "b"))
    assert figure._repr_png_().startswith(b"\x89PNG")
