"""Questions of exercise 01 that are asked before the answer is computed."""

from math import log, log2, prod

from cnn_course.grading import question

IMAGE, CLASSES = (32, 32, 3), 10


@question("How many numbers is one CIFAR image of 32x32 pixels in colour?")
def numbers():
    height, width, channels = IMAGE
    return prod(IMAGE), {
        height * width: "you counted pixels; each has three numbers: red, green and blue",
        height + width + channels: "the sides are multiplied, not added",
        height * channels: "there are 32 rows of 32 pixels: count both sides",
    }


@question("What is the loss of a network that gives each of the 10 classes the same probability?")
def first_loss():
    wrong = {
        -log(CLASSES): "the logarithm of a probability is negative; the loss is minus it",
        log2(CLASSES): "that is the logarithm to base 2; the loss takes the natural one",
    }
    rounded = {round(value, digits): why for value, why in wrong.items() for digits in (1, 2, 3)}
    return log(CLASSES), {
        **wrong,
        **rounded,
        1.0: "that is the logarithm to base 10; the loss takes the natural one",
        1 / CLASSES: "that is the probability; the loss is minus its natural logarithm",
        1 - 1 / CLASSES: "that is the share of wrong guesses; the loss is minus the logarithm of p",
    }


@question("How many parameters has the linear model for 32x32x3 images and 10 classes?")
def parameters():
    pixels = prod(IMAGE)
    return (pixels + 1) * CLASSES, {
        pixels * CLASSES: "you forgot the biases: one for each class",
        pixels * CLASSES + 1: "there is a bias for each class, not one for all",
        pixels + 1: "that is one class; there are 10",
        pixels: "that is one class without its bias; there are 10",
        (IMAGE[0] * IMAGE[1] + 1) * CLASSES: "you counted pixels; each has three channels",
    }
