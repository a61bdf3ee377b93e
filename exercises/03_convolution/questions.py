"""Questions of exercise 03 that are asked before the answer is computed."""

from cnn_course.grading import question


@question("How wide is the output of a 5x5 filter on a 32x32 image, no margin, stride 1?")
def output_size():
    side, k = 32, 5
    return side - k + 1, {
        side - k: "one place more: the window also fits where it started",
        side: "that needs a margin; without one the border is lost",
        side // k: "windows overlap: with stride 1 they start at every pixel",
        side - k // 2: "(k - 1) / 2 pixels are lost on both sides, so k - 1 in all",
        side - k - 1: "it is W - F + 1, not W - F - 1",
    }


@question("How many zeros does a 5x5 filter need on each side to keep the size?")
def margin():
    k = 5
    return (k - 1) // 2, {
        k - 1: "that many in all: half of them on each side",
        k: "then the output would grow; (k - 1) / 2 on each side",
        1: "that is the margin of a 3x3 filter",
        0: "then the output shrinks by 4 pixels",
    }


@question("How many parameters has a layer of ten 5x5 filters on a colour image?")
def parameters():
    k, channels, filters = 5, 3, 10
    weights = k * k * channels * filters
    return weights + filters, {
        weights: "you forgot the biases: one for each filter",
        weights + 1: "each filter has a bias of its own",
        k * k * channels + 1: "that is one filter; there are ten",
        k * k * channels: "that is one filter without its bias; there are ten",
        k * k * filters: "each filter is as deep as the image: three channels",
        (k * k + 1) * filters: "each filter is as deep as the image: three channels",
        (k * k + 1) * channels * filters: "one bias for each filter, not for each channel",
        32 * 32 * (weights + filters): "the weights are shared: the size of the image does not count",
    }


@question(
    "How many parameters has it if each of the 28x28 places has five 5x5x3 filters of its own, with biases?"
)
def unshared():
    k, channels, filters, side = 5, 3, 5, 28
    shared = (k * k * channels + 1) * filters
    return side * side * shared, {
        shared: "that is the convolution, whose places share their filters",
        side * side * k * k * channels * filters: "the biases are missing: each place and filter has its own",
        side * side * k * k * channels * filters + filters: "each place has its own biases, too",
        32 * 32 * shared: "without padding there are 28x28 places",
        side * side * (k * k * channels + 1): "that is one filter at each place; there are five",
        side * shared: "the places form a square: 28 times 28",
    }


@question("How many parameters has the network: 32 filters 5x5 on a colour image, means, 10 classes?")
def network():
    k, channels, filters, classes = 5, 3, 32, 10
    convolution, dense = (k * k * channels + 1) * filters, (filters + 1) * classes
    return convolution + dense, {
        convolution: "that is the convolution; the dense layer has some, too",
        k * k * channels * filters + filters * classes: "the biases are missing: 32 and 10",
        convolution + filters * classes: "the dense layer has biases, too",
        k * k * channels * filters + dense: "the filters have biases, too",
        convolution
        + (32 * 32 * filters + 1)
        * classes: "each map has become one number, its mean, before the dense layer",
        (k * k + 1) * filters + dense: "each filter is as deep as the image: three channels",
    }
