"""What students guess before they compute it; every answer is computed."""

from cnn_course.grading import question


@question("AlexNet pools a map of 55x55 with windows of 3x3 in steps of 2. What is the side of the result?")
def overlapping_side():
    side, k, s = 55, 3, 2
    return (side - k) // s + 1, {
        (side - k) // s: "one more: the first window stands before the first step",
        -(-side // s): "that is half of 55, rounded up; the last window of 3 would not fit any more",
        side // k: "that is for steps of 3: windows that do not overlap",
        side - k + 1: "that is for steps of 1",
    }


@question(
    "5x5 filters in steps of 1, then 2x2 pooling: what is the side of the patch that a pooled unit sees?"
)
def patch():
    K, P = 5, 2
    return K + P - 1, {
        K + P: "the two windows of 5 are one pixel apart: together they cover 5 + 1",
        K * P: "the two windows of 5 overlap in 4 pixels",
        K: "that is what one unit of the convolution sees; the pool sees two by two of them",
        (K + P - 1) ** 2: "that is how many pixels the patch has; its side is asked",
    }


@question("4x4x128 maps, global average pooling, 10 classes: how many parameters has the linear layer?")
def gap_head():
    m, n, d, classes = 4, 4, 128, 10
    return (d + 1) * classes, {
        d * classes: "you forgot the biases, one for each class",
        (m * n * d + 1) * classes: "that is with flattening; the average leaves one number for each map",
        m * n * d * classes: "that is with flattening, and without biases",
        (m * n + 1) * classes: "the average leaves one number for each map, not one for each place",
        d * classes + 1: "each class has a bias of its own",
    }
