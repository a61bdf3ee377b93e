"""Convolutional networks for image classification, as five university lectures teach them.

Importing this package imports no framework. It only sees to it that TensorFlow, when it is imported
later on, does not greet the reader with pages of start-up noise (see `cnn_course.quiet`).
"""

from typing import TYPE_CHECKING, Any

from cnn_course.quiet import hush_tensorflow

if TYPE_CHECKING:
    from cnn_course.lessons.exercise import exercise

__all__ = ["__version__", "exercise"]
__version__ = "0.1.0"

hush_tensorflow()


def __getattr__(name: str) -> Any:
    """`exercise`, imported when it is asked for."""
    if name == "exercise":
        from cnn_course.lessons.exercise import exercise

        return exercise
    raise AttributeError(f"module 'cnn_course' has no attribute {name!r}")
