"""Known wrong answers to the small exercise."""

import numpy as np

from cnn_course.grading import mistake


@mistake("output_size", says="padding counts on both sides")
def pads_on_one_side(w, f, s=1, p=0):
    return (w - f + p) // s + 1


@mistake("relu", says="values above 0 stay as they are")
def a_step(x):
    return (x > 0).astype(float)


@mistake("standardise", says="the variance is not its root")
def divides_by_the_variance(x):
    return (x - x.mean()) / x.var()


@mistake("one_hot", says="has shape")
def columns(labels, classes):
    return np.eye(classes)[labels].T
