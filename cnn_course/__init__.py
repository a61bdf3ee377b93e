"""Convolutional networks for image classification, as five university lectures teach them.

Importing this package imports no framework. It only sees to it that TensorFlow, when it is imported
later on, does not greet the reader with pages of start-up noise (see `cnn_course.quiet`).
"""

from cnn_course.quiet import hush_tensorflow

__version__ = "0.1.0"

hush_tensorflow()
