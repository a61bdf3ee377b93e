"""What to guess before computing it."""

from cnn_course.grading import question

BLOCKS = ((2, 64), (2, 128), (3, 256), (3, 512), (3, 512))  # convolutions, filters: configuration D
DENSE = ((7 * 7 * 512, 4096), (4096, 4096), (4096, 1000))


def convolution(side, channels, filters):
    return filters * (side * side * channels + 1)


@question("How many pixels wide is the square that a unit behind five 3x3 convolutions sees?")
def stack_sees():
    n = 5
    return 2 * n + 1, {
        3 * n: "windows overlap: each further layer adds one pixel on every side, not three",
        3: "that is what it sees of the layer before",
        2 * n: "the first layer sees 3, each further one 2 more",
        3**n: "that would be so with a stride of 3",
        2 * n + 3: "that is six layers",
    }


@question("How many parameters have five 3x3 convolutions with one channel each, biases included?")
def stack_parameters():
    n = 5
    return n * convolution(3, 1, 1), {
        n * 9: "you forgot the biases, one per convolution",
        n * 9 + 1: "each of the five has a bias",
        convolution(3, 1, 1): "that is one of the five",
    }


@question("How many parameters has one 11x11 convolution with one channel, bias included?")
def single_parameters():
    return convolution(11, 1, 1), {
        121: "you forgot the bias",
        22: "a kernel of 11x11 has 121 weights",
        23: "a kernel of 11x11 has 121 weights",
    }


@question("What percentage of VGG16's parameters do its three dense layers hold, in whole numbers?")
def dense_percent():
    dense = sum(units * (inputs + 1) for inputs, units in DENSE)
    convolutions, channels = 0, 3
    for n, filters in BLOCKS:
        for _ in range(n):
            convolutions += convolution(3, channels, filters)
            channels = filters
    everything = dense + convolutions
    share = round(100 * dense / everything)
    return share, {
        round(100 * convolutions / everything): "that is what the thirteen convolutions hold",
        round(100 * DENSE[0][1] * (DENSE[0][0] + 1) / everything): "that is the first dense layer alone",
        94: "that is AlexNet's share",
    }


@question("How many megabytes (a million bytes) do VGG16's numbers take for one image, in float32, rounded?")
def memory_megabytes():
    side, numbers = 224, 3 * 224 * 224
    for n, filters in BLOCKS:
        numbers += n * side * side * filters
        side //= 2
        numbers += side * side * filters
    numbers += sum(units for _, units in DENSE)
    megabytes = round(4 * numbers / 1e6)
    return megabytes, {
        96: "that is the decks' figure; add up the rows of their table: 15.2 million numbers, not 24",
        round(numbers / 1e6): "that is how many million numbers; each takes 4 bytes",
        round(4 * numbers / 2**20): "that is in MiB, of 1,048,576 bytes",
        round(8 * numbers / 1e6): "that is in double precision",
    }
