"""Rows of a graded class as files: for the instructor, for the learning platform, for each student.

Everything is made from the rows alone, with the standard library alone, and can be made again at any time:
the same rows give the same bytes, in whatever order they come.
"""

from cnn_course.grading.reports.known_mistakes import read_mistakes
from cnn_course.grading.reports.write import gradebook_notes, write_all

__all__ = ["gradebook_notes", "read_mistakes", "write_all"]
