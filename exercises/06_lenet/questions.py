"""What students guess before they compute it; every answer is computed."""

from math import prod

from cnn_course.grading import question

CONVOLUTIONS = ((5, 3, 6), (5, 6, 16))  # side of the filter, maps in, filters; on colour images
LINEAR = ((400, 120), (120, 84), (84, 10))


@question("How many parameters has LeNet-5 on colour images of 32x32, with 10 classes?")
def parameters():
    convolutions = [(k * k * depth + 1) * filters for k, depth, filters in CONVOLUTIONS]
    linear = [(inputs + 1) * units for inputs, units in LINEAR]
    total = sum(convolutions) + sum(linear)
    biases = 6 + 16 + 120 + 84 + 10
    return total, {
        total - 300: "that is on grey images: a filter of the first convolution covers three channels now",
        total - biases: "you forgot the biases: one for each filter and each unit",
        (total - 300) * 3: "only the first convolution sees the three channels; the rest stays as it was",
        sum(linear): "these are the linear layers alone",
        sum(convolutions): "these are the convolutions alone",
        total + 300: "the filters have 5 * 5 * 3 weights; from grey images they already had 5 * 5 of them",
    }


@question("LeNet-5: along a side, how many pixels does a unit of the second convolution see?")
def second_convolution():
    size = jump = 1
    for kernel, stride in ((5, 1), (2, 2), (5, 1)):
        size, jump = size + (kernel - 1) * jump, jump * stride
    return size, {
        5: "5 is what it sees of the pooled map; each place there sees 6 pixels",
        10: "behind the pooling neighbours are 2 pixels apart: the last window adds 4 times 2",
        6: "that is a unit of the first pooling",
        12: "5 + 2 + 5, but windows overlap: each adds its side less one, times the jump",
        16: "that is a unit of the second pooling",
        30: "the windows overlap: 5 neighbours with 6 pixels each share most of them",
        9: "that is without the pooling between the two",
    }


@question("First convolution of LeNet-5 on a colour image of 32x32: multiply-adds, without biases?")
def first_convolution():
    side, k, depth, filters = 32, 5, 3, 6
    places, weights = (side - k + 1) ** 2, k * k * depth
    return places * weights * filters, {
        places * (weights + 1) * filters: "that is with one more for each bias",
        side**2 * weights * filters: "places are counted in the output: 28x28, since there is no padding",
        places * k * k * filters: "each filter covers all three channels",
        places * weights: "that is one filter; there are 6",
        weights * filters: "that is how many weights there are; they are used at every place of the output",
        (weights + 1) * filters: "that is how many parameters there are; they are used at every place",
        2 * places * weights * filters: "a multiplication with its addition counts once here",
        prod((side, side, depth, filters)): "each place needs the weights of a whole filter, 5 * 5 * 3",
    }
