"""What students guess before they compute it; every answer is computed."""

from cnn_course.grading import question


@question("How many parameters has the whole network, biases included, for 100 classes?")
def parameters():
    filters, classes = 32, 100
    convs = [(9 * depth + 1) * filters for depth in (3, filters, filters)]
    flat, biases = 4 * 4 * filters, 3 * filters + classes
    total = sum(convs) + (flat + 1) * classes
    return total, {
        total - biases: "you forgot the biases: one for each filter and one for each class",
        total - classes: "the last layer has biases too, one for each class",
        total - 3 * filters: "the convolutions have biases too, one for each filter",
        sum(convs)
        + (filters + 1) * classes: "that is with global average pooling; here the maps are flattened",
        sum(convs): "that is the convolutions alone; the linear layer comes on top",
        (flat + 1) * classes: "that is the linear layer alone",
        convs[0]
        + 2 * (9 * 3 + 1) * filters
        + (flat + 1) * classes: "a filter of conv2 and conv3 covers 32 maps, not 3",
        sum(convs) + (6 * 6 * filters + 1) * classes: "the third convolution still turns 6x6 into 4x4",
    }


@question("How many of the 32 rows of pixels never reach the scores?")
def lost_rows():
    last = 4 - 1  # last row of the last map; now back to the image, layer by layer
    for k, stride in ((3, 1), (2, 2), (3, 1), (2, 2), (3, 1)):
        last = last * stride + k - 1
    return 32 - (last + 1), {
        0: "the second pooling drops the last row of 13: which pixels did only that row see?",
        1: "one row of the 13 is dropped, but neighbouring rows there are two pixels apart",
        4: "only one pooling lies before that map: its rows are 2 pixels apart, not 4",
        8: "the dropped row sees 8 rows of pixels, but the row above it, which is kept, sees 6 of them too",
    }


@question("50,000 images, the last quarter held out, batches of 128: how many steps has one epoch?")
def steps():
    images, batch = 50_000, 128
    kept = images * 3 // 4
    return -(-kept // batch), {
        kept // batch: "one more: the last batch is smaller, but it is a step",
        kept / batch: "steps are whole: the last batch is smaller",
        -(-images // batch): "a quarter is held out and takes no part in the steps",
        images // batch: "a quarter is held out, and the last batch is smaller",
        kept: "that is the number of images; a step takes 128 of them",
        -(-(images - kept) // batch): "that is the part that is held out",
    }
