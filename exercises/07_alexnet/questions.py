"""What to guess before computing it."""

from cnn_course.grading import question

CONVOLUTIONS = (  # filters, kernel side, maps that come in; CONV2, CONV4 and CONV5 are split into towers
    (96, 11, 3),
    (256, 5, 96),
    (384, 3, 256),
    (384, 3, 384),
    (256, 3, 384),
)
SPLIT = (1, 3, 4)
DENSE = ((6 * 6 * 256, 4096), (4096, 4096), (4096, 1000))


@question("How many pixels has a side of the maps behind CONV1?")
def conv1_side():
    side = (227 - 11) // 4 + 1
    return side, {
        side
        - 1: "the window fits once more: (227 - 11) / 4 counts steps, and there is a place to start from",
        -(-227 // 4): "that is a quarter of 227, as with padding; there is none here",
        217: "the stride is 4: only every fourth place counts",
        side + 1: "without padding the window must fit inside: (227 - 11) / 4 + 1",
    }


@question("How many parameters has CONV1, biases included?")
def conv1_parameters():
    filters, side, channels = CONVOLUTIONS[0]
    weights = filters * side * side * channels
    return weights + filters, {
        weights: "you forgot the biases, one per filter (deck 003 rounds both to 35K)",
        filters * side * side + filters: "a filter reaches through all 3 channels of the image",
        filters * side * side: "a filter reaches through all 3 channels, and has a bias",
        weights + 1: "every filter has a bias of its own, not the layer one",
        side * side * channels + 1: "that is one filter; there are 96",
    }


@question("What percentage of AlexNet's parameters do its three dense layers hold, in whole numbers?")
def dense_percent():
    dense = sum(units * (inputs + 1) for inputs, units in DENSE)
    convolutions = sum(filters * (side**2 * maps + 1) for filters, side, maps in CONVOLUTIONS)
    share = round(100 * dense / (dense + convolutions))
    fc6 = round(100 * DENSE[0][1] * (DENSE[0][0] + 1) / (dense + convolutions))
    return share, {
        100 - share: "that is what the convolutions hold",
        fc6: "that is FC6 alone",
    }


@question("How many parameters do two towers save?")
def saved_by_towers():
    halved = sum(CONVOLUTIONS[i][0] * CONVOLUTIONS[i][1] ** 2 * CONVOLUTIONS[i][2] for i in SPLIT)
    biases = sum(CONVOLUTIONS[i][0] for i in SPLIT)
    conv3 = CONVOLUTIONS[2][0] * CONVOLUTIONS[2][1] ** 2 * CONVOLUTIONS[2][2]
    return halved // 2, {
        halved: "that is all weights of CONV2, CONV4 and CONV5; half of them stay",
        (halved + biases) // 2: "biases stay: every map still has one",
        (halved + conv3) // 2: "CONV3 sees the maps of both towers and keeps all weights",
    }
