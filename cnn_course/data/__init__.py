"""Data sets as arrays: CIFAR-10, CIFAR-100, digits, shapes, and folders of images.

Importing this package imports NumPy, and no framework.
"""

from cnn_course.data.dataset import Dataset, Split
from cnn_course.data.loading import load

__all__ = ["Dataset", "Split", "load"]
