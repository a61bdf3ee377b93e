"""Questions of exercise 02 that are asked before the answer is computed."""

from math import prod

from cnn_course.grading import question

SIZES = (prod((32, 32, 3)), 100, 10)


@question("What is the largest slope that the sigmoid has anywhere?")
def largest_slope():
    middle = 1 / (1 + 1)  # sigmoid(0), where it is steepest
    return middle * (1 - middle), {
        1.0: "that is the slope of tanh at 0; the sigmoid's slope is s (1 - s)",
        middle: "that is the value at 0; the slope there is s (1 - s)",
        0.0: "that is the smallest: the sigmoid is flat far from 0",
    }


@question("How many parameters has a perceptron 3072-100-10?")
def parameters():
    inputs, hidden, classes = SIZES
    weights = inputs * hidden + hidden * classes
    return weights + hidden + classes, {
        weights: "you forgot the biases: one for each unit",
        weights + hidden: "the last layer has biases, too: one for each class",
        weights + classes: "the hidden layer has biases, too: one for each unit",
        inputs * hidden + hidden: "that is the hidden layer; the 10 classes come on top",
        (inputs + 1) * classes: "that is the linear model of exercise 01; there is a hidden layer now",
        (inputs + 1) * hidden
        + (inputs + 1) * classes: "the last layer sees the 100 hidden units, not the image",
    }
