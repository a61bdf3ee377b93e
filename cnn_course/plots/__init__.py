"""Arrays and rows -> matplotlib figures. Nothing is computed here that one would want to test as a number.

One file per subject; all that draws is also found here: `plots.curves(run.metrics)`.
"""

from cnn_course.plots.accuracy import accuracy_against_cost
from cnn_course.plots.architecture import architecture
from cnn_course.plots.history import challenge_history
from cnn_course.plots.operations import sliding_animation, sliding_window
from cnn_course.plots.picture import Picture, as_array
from cnn_course.plots.signals import activations, signal_variances
from cnn_course.plots.tiling import tiles
from cnn_course.plots.training import confusion_matrix, curves, predictions

__all__ = [
    "Picture",
    "accuracy_against_cost",
    "activations",
    "architecture",
    "as_array",
    "challenge_history",
    "confusion_matrix",
    "curves",
    "predictions",
    "signal_variances",
    "sliding_animation",
    "sliding_window",
    "tiles",
]
