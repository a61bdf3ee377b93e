"""The step-by-step figures show the numbers of the steps they were given."""

import numpy as np
import pytest
from matplotlib.patches import Rectangle
from PIL import Image

from cnn_course import plots, reference

IMAGE = np.array([[1, 2, 1, 1], [2, -1, 0, 1], [0, 2, 1, 1], [1, 0, -2, 2]])[..., None]  # deck 004 L205-241
FILTER = np.array([[1, -1, 1], [2, 0, -1], [-2, 2, 1]])[..., None]
MAP = np.array([[6, 2, 3, 2], [1, 4, 5, 1], [1, 2, 3, 4], [1, 0, 5, 6]])[..., None]  # deck 001 L107-119


@pytest.fixture(scope="module")
def convolution():
    return reference.conv2d_steps(IMAGE, FILTER, 1, padding=1)


def numbers(axes):
    return [text.get_text().replace("\N{MINUS SIGN}", "-") for text in axes.texts]


def frames(axes):
    return {(*p.get_xy(), p.get_width(), p.get_height()) for p in axes.patches if isinstance(p, Rectangle)}


def test_a_convolution_shows_the_window_the_products_and_the_output_so_far(convolution):
    image, arithmetic, output = plots.sliding_window(convolution, show=[1]).axes
    assert numbers(image) == [str(value) for value in np.pad(IMAGE[:, :, 0], 1).ravel()]
    assert frames(image) == {(0.5, -0.5, 3, 3)}
    assert numbers(arithmetic)[6:8] == ["1 · 2", "= 2"]
    assert numbers(arithmetic)[-2:] == ["0 · 1", "= 0"]
    assert arithmetic.get_xlabel().replace("\N{MINUS SIGN}", "-") == "sum -5 + bias 1 = -4"
    assert numbers(output) == ["2", "-4"]
    assert frames(output) == {(0.5, -0.5, 1, 1)}


def test_zeros_of_the_padding_are_grey(convolution):
    image = plots.sliding_window(convolution, show=[0]).axes[0]
    colours = np.array([text.get_color() for text in image.texts]).reshape(6, 6)
    assert (colours[1:-1, 1:-1] == "black").all()
    assert (colours == "black").sum() == 16


def test_a_pooling_shows_what_is_taken_from_the_window():
    figure = plots.sliding_window(reference.pool2d_steps(MAP), title="2x2 max pooling")
    assert len(figure.axes) == 4 * 3
    _, arithmetic, output = figure.axes[-3:]
    assert numbers(arithmetic) == ["3", "4", "5", "6"]
    assert arithmetic.get_xlabel() == "max = 6"
    assert numbers(output) == ["6", "5", "2", "6"]
    assert [axes.get_title() for axes in figure.axes[:3]] == ["image", "max of the window", "output"]


def test_by_default_the_first_steps_and_the_last_are_shown(convolution):
    figure = plots.sliding_window(convolution)
    assert [len(axes.texts) for axes in figure.axes[2::3]] == [1, 2, 3, 16]
    assert len(plots.sliding_window(convolution[:1]).axes) == 3


@pytest.mark.parametrize(("show", "frames"), [([0, 3], 2), (None, 4)])
def test_an_animation_has_a_frame_for_each_step_shown(show, frames, tmp_path):
    animation = plots.sliding_animation(reference.pool2d_steps(MAP), show=show, seconds=0.5)
    animation.save(tmp_path / "steps.gif", writer="pillow")
    with Image.open(tmp_path / "steps.gif") as gif:
        assert (gif.n_frames, gif.info["duration"]) == (frames, 500)


def test_what_can_not_be_drawn_is_said_in_one_line(convolution):
    with pytest.raises(ValueError, match=r"show is \[16\]; the steps are 0 to 15"):
        plots.sliding_window(convolution, show=[16])
    colour = reference.conv2d_steps(np.ones((4, 4, 3)), np.ones((3, 3, 3)))
    for draw in (plots.sliding_window, plots.sliding_animation):
        with pytest.raises(ValueError, match="the image has 3 channels; only one can be drawn"):
            draw(colour)
