"""Figures of activations and of signals show the numbers that they were given."""

import numpy as np

from cnn_course import plots, reference

X = np.linspace(-3, 3, 61)


def test_each_activation_has_a_panel_with_its_values_and_its_slopes():
    functions = {
        name: (getattr(reference, name)(X), getattr(reference, f"{name}_backward")(np.ones_like(X), X))
        for name in ("sigmoid", "tanh", "relu", "elu")
    }
    figure = plots.activations(X, functions)
    panels = [axes for axes in figure.axes if axes.axison]
    assert [axes.get_title() for axes in panels] == list(functions)
    for axes, (values, slopes) in zip(panels, functions.values(), strict=True):
        drawn = {line.get_label(): line.get_ydata() for line in axes.lines}
        assert (drawn["value"] == values).all()
        assert (drawn["gradient"] == slopes).all()


def test_signals_are_lines_over_layers_on_a_logarithmic_scale():
    figure = plots.signal_variances({"He": [1, 0.9, 0.8], "too small": [1, 1e-9, 0.0]}, title="ReLU")
    (axes,) = figure.axes
    assert axes.get_yscale() == "log"
    he, small = axes.lines[:2]
    assert list(he.get_xdata()) == [0, 1, 2]
    assert list(he.get_ydata()) == [1, 0.9, 0.8]
    assert np.isnan(small.get_ydata()[2])
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["He", "too small"]
