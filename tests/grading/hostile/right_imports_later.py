# expect: full; points: 13
# imports inside functions
def output_size(w, f, s=1, p=0):
    import math

    return math.floor((w - f + 2 * p) / s) + 1


def relu(x):
    import numpy

    return numpy.maximum(x, 0)


def standardise(x):
    from numpy import mean, std

    return (x - mean(x)) / std(x)


def one_hot(labels, classes):
    import numpy

    return numpy.eye(classes)[labels]
