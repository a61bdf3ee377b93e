import pytest

from cnn_course.grading import expect, network

LENET = [(5, 1), (2, 2), (5, 1), (2, 2)]


@pytest.mark.task("build_lenet5")
@pytest.mark.points(3)
@pytest.mark.hint("Build it row by row from the table; AveragePooling2D wants its pool_size.")
def test_the_network_is_that_of_the_table(submission):
    expect.network(submission.build_lenet5(), network("lenet5"), "build_lenet5()")


@pytest.mark.task("build_lenet5")
@pytest.mark.hint("Use input_shape where you wrote (32, 32, 1).")
def test_colour_images_make_300_parameters_more(submission):
    expect.equal(
        submission.build_lenet5((32, 32, 3)).parameters,
        62_006,
        "the number of parameters of build_lenet5((32, 32, 3))",
        wrong=[
            (61_706, "that is with grey images: does input_shape reach keras.Input?"),
            (61_770, "that is without any biases"),
            (52_202, "the layer of 84 units seems to be missing"),
            (15_926, "that is with global average pooling; flatten the maps"),
            (136_886, "that is with padded convolutions"),
            (81_302, "that is with filters of 3x3"),
        ],
    )


def fields(answer):
    """Pairs as tuples, whatever sequence they came in; anything else as it is."""
    if isinstance(answer, list | tuple) and all(isinstance(pair, list | tuple) for pair in answer):
        return [tuple(pair) for pair in answer]
    return answer


@pytest.mark.task("receptive_field")
@pytest.mark.hint(
    "Start with size 1 and jump 1; every layer adds (kernel - 1) * jump, then multiplies the jump."
)
@pytest.mark.parametrize(("count", "size"), [(3, 7), (5, 11)], ids=["three", "five"])
def test_a_stack_of_3x3_convolutions_sees_what_the_deck_says(submission, count, size):
    expect.equal(
        fields(submission.receptive_field([(3, 1)] * count)),
        [(3 + 2 * layer, 1) for layer in range(count)],
        f"receptive_field of {count} convolutions of 3x3",
        wrong=[
            ((size, 1), "one pair for each layer, not only for the last"),
            ([(2 + 2 * layer, 1) for layer in range(count)], "you began with size 0: a pixel sees itself, 1"),
            (
                [(4 + 3 * layer, 1) for layer in range(count)],
                "a window of 3 adds 2, for its first place is there",
            ),
            ([(3, 1)] * count, "the layers before count too: the size grows from layer to layer"),
            ([3 + 2 * layer for layer in range(count)], "sizes alone; the jump belongs to each pair"),
            (
                [(1, 1)] + [(3 + 2 * layer, 1) for layer in range(count)],
                "the pixel itself is no layer: leave the first pair out",
            ),
        ],
    )


@pytest.mark.task("receptive_field")
@pytest.mark.points(2)
@pytest.mark.hint("First the size with the old jump, then the jump times the stride.")
def test_lenet5_sees_5_6_14_and_16_pixels(submission):
    expect.equal(
        fields(submission.receptive_field(LENET)),
        [(5, 1), (6, 2), (14, 2), (16, 4)],
        f"receptive_field({LENET})",
        wrong=[
            ([(5, 1), (7, 2), (15, 2), (19, 4)], "the window counts with the jump before its own stride"),
            (
                [(5, 1), (6, 2), (10, 2), (11, 4)],
                "the windows of a later layer are `jump` pixels apart, not one",
            ),
            ([(5, 1), (6, 2), (14, 2), (16, 3)], "jumps multiply, they are not added up"),
            ([(5, 1), (6, 2), (14, 1), (15, 2)], "jumps multiply: a stride counts for all layers behind it"),
        ],
    )


@pytest.mark.task("layer_table")
@pytest.mark.points(2)
@pytest.mark.hint(
    "A list of dicts with the keys layer, output_shape and parameters, one for each layer but the input."
)
def test_the_table_of_lenet5_is_right_row_by_row(submission):
    rows = submission.layer_table(network("lenet5"))
    due = [
        ("conv1", (28, 28, 6), 156),
        ("pool1", (14, 14, 6), 0),
        ("conv2", (10, 10, 16), 2_416),
        ("pool2", (5, 5, 16), 0),
        ("flatten", (400,), 0),
        ("fc1", (120,), 48_120),
        ("fc2", (84,), 10_164),
        ("predictions", (10,), 850),
    ]
    what = "layer_table(LeNet-5)"
    assert isinstance(rows, list | tuple), f"{what} gave {type(rows).__name__}, a list of rows was expected"
    for row in rows:
        keys = sorted(row) if isinstance(row, dict) else type(row).__name__
        assert keys == ["layer", "output_shape", "parameters"], (
            f"a row of {what} is {keys}; a dict with layer, output_shape and parameters was expected"
        )
    expect.equal(
        [row["layer"] for row in rows],
        [name for name, _, _ in due],
        f"the layers in {what}",
        wrong=[
            (["image", *(name for name, _, _ in due)], "the input has no row: skip keras.layers.InputLayer"),
            (["conv1", "conv2", "fc1", "fc2", "predictions"], "layers without parameters have rows as well"),
            ([name for name, _, _ in due[1:]], "the first layer is missing; only the input has no row"),
        ],
    )
    for row, (name, shape, parameters) in zip(rows, due, strict=True):
        expect.equal(
            row["output_shape"],
            shape,
            f"the output_shape of {name}",
            wrong=[((None, *shape), "without the batch, which is the first entry")],
        )
        expect.equal(row["parameters"], parameters, f"the parameters of {name}")


@pytest.mark.task("macs")
@pytest.mark.points(2)
@pytest.mark.hint(
    "For each Conv2D: rows * columns of its output, times the numbers in its kernel. Dense: its kernel."
)
def test_lenet5_needs_416520_multiply_adds(submission):
    expect.equal(
        submission.macs(network("lenet5")),
        416_520,
        "macs(LeNet-5)",
        wrong=[
            (357_600, "these are the convolutions alone: linear layers multiply as well"),
            (61_470, "these are the weights: a filter is used at every place of its output"),
            (61_706, "these are the parameters: a filter is used at every place of its output"),
            (682_920, "places are counted in a layer's output, not in its input"),
            (423_038, "biases are counted only if count_bias is True"),
            (833_040, "a multiplication with its addition counts once"),
        ],
    )


@pytest.mark.task("macs")
@pytest.mark.hint("One more for each number of the output, if the layer has a bias.")
def test_each_bias_adds_one_for_every_number_put_out(submission):
    expect.equal(
        submission.macs(network("lenet5"), count_bias=True),
        423_038,
        "macs(LeNet-5, count_bias=True)",
        wrong=[
            (416_520, "that is without biases: does count_bias do anything?"),
            (416_756, "a bias is added at every place of the output, not once for each filter"),
        ],
    )


@pytest.mark.task("activation_memory")
@pytest.mark.points(2)
@pytest.mark.hint(
    "prod(model.input_shape[1:]), and the output of each convolution, pooling and linear layer."
)
def test_lenet5_keeps_9118_numbers(submission):
    expect.equal(
        submission.activation_memory(network("lenet5")),
        9_118,
        "activation_memory(LeNet-5)",
        wrong=[
            (8_094, "the input is kept as well"),
            (9_518, "flattening makes no new numbers"),
            (8_494, "flattening makes no new numbers, and the input is kept as well"),
            (36_472, "that is in bytes; numbers are wanted"),
            (61_706, "these are the parameters; what the layers put out is wanted"),
            (10_142, "the input was counted twice: a functional model has it among its layers"),
            (7_942, "poolings put out numbers too"),
            (7_542, "poolings put out numbers too"),
        ],
    )
