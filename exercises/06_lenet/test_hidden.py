import pytest

from cnn_course.grading import expect, network

VGG16 = [layer for convs in (2, 2, 3, 3, 3) for layer in [(3, 1)] * convs + [(2, 2)]]
ALEXNET = [(11, 4), (3, 2), (5, 1), (3, 2), (3, 1), (3, 1), (3, 1), (3, 2)]


@pytest.mark.task("build_lenet5")
@pytest.mark.hint("Use input_shape, classes and activation where you wrote numbers and words.")
def test_other_images_classes_and_activations_are_possible(submission):
    expect.network(
        submission.build_lenet5((40, 32, 3), 7, "relu"),
        network("lenet5", input_shape=(40, 32, 3), classes=7, activation="relu"),
        'build_lenet5((40, 32, 3), 7, "relu")',
    )


@pytest.mark.task("receptive_field")
@pytest.mark.hint("Work it out on paper for the first three layers: size with the old jump, then the jump.")
@pytest.mark.parametrize(
    ("name", "layers", "last"),
    [
        ("a convolution, subsampling by 2 and a convolution", [(3, 1), (1, 2), (3, 1)], (7, 2)),
        ("AlexNet up to its last pooling", ALEXNET, (195, 32)),
        ("VGG-16 up to its last pooling", VGG16, (212, 32)),
    ],
    ids=["subsampling", "alexnet", "vgg16"],
)
def test_deep_networks_see_what_the_tables_say(submission, name, layers, last):
    found = submission.receptive_field(layers)
    expect.equal(len(found), len(layers), f"the number of pairs that receptive_field gave for {name}")
    expect.equal(found[-1], last, f"the last pair of receptive_field for {name}")


@pytest.mark.task("receptive_field")
@pytest.mark.hint("A loop over no layers gives an empty list.")
def test_no_layers_make_no_fields(submission):
    expect.equal(list(submission.receptive_field([])), [], "receptive_field([])")


@pytest.mark.task("layer_table")
@pytest.mark.hint(
    "Leave out the weights whose name is bias, and no others: beta of batch normalisation is none."
)
def test_only_biases_are_left_out(submission):
    rows = submission.layer_table(network("lenet5"), count_bias=False)
    expect.equal(
        sum(row["parameters"] for row in rows),
        61_470,
        "the sum of layer_table(LeNet-5, count_bias=False)",
        wrong=[(61_706, "that is with biases: does count_bias do anything?")],
    )
    rows = submission.scenario("count", "layer_table", "normalised", count_bias=False)
    table = {row["layer"]: row["parameters"] for row in rows}
    expect.equal(
        table["bn"],
        24,
        "the parameters of batch normalisation of 6 maps, count_bias=False",
        wrong=[
            (18, "beta is no bias by name; batch normalisation counts with all its four numbers a channel"),
            (12, "the moving mean and variance are numbers of the layer as well: four for each map"),
        ],
    )
    expect.equal(table["scores"], 120, "the parameters of Dense(5) on 24 numbers, count_bias=False")


@pytest.mark.task("layer_table")
@pytest.mark.hint("Leave out what is a keras.layers.InputLayer, not whatever comes first.")
def test_a_sequential_model_has_all_its_rows(submission):
    rows = submission.scenario("count", "layer_table", "in a row")
    expect.equal(
        [row["layer"] for row in rows],
        ["conv", "pool", "flatten", "scores"],
        "the layers in layer_table(a Sequential)",
        wrong=[
            (
                ["pool", "flatten", "scores"],
                "a Sequential has no input layer: the first is a real one",
            )
        ],
    )
    expect.equal([row["parameters"] for row in rows], [40, 0, 0, 231], "its parameters")


@pytest.mark.task("layer_table")
@pytest.mark.hint("One bias vector in SeparableConv2D, and all weights of layer.weights.")
def test_separable_convolutions_have_one_bias_only(submission):
    for count_bias, parameters in ((True, 108), (False, 104)):
        (row,) = submission.scenario("count", "layer_table", "separable", count_bias=count_bias)
        expect.equal(
            row["parameters"],
            parameters,
            f"the parameters of SeparableConv2D from 8 maps to 4, count_bias={count_bias}",
        )


# Networks of scenarios.py: multiply-adds without and with biases, wrong answers to the one and to the other.
NETWORKS = {
    "padded": (
        64 * 54 + 16 * 135,
        64 * 57 + 16 * 135,
        [(64 * 54 + 64 * 135, "places are those of the output: a stride makes them fewer")],
        [(64 * 57 + 16 * 140, "a layer with use_bias=False has no bias to add")],
    ),
    "grouped": (
        16 * 9 * 2 * 8,
        16 * (9 * 2 + 1) * 8,
        [(16 * 9 * 4 * 8, "a filter of a grouped convolution covers its own group's maps only")],
        [],
    ),
    "depthwise": (
        16 * 9 * 8,
        16 * 10 * 8,
        [(16 * 9 * 4 * 8, "a depthwise filter covers one map")],
        [],
    ),
    "separable": (
        106_496,
        110_592,
        [
            (294_912, "that is an ordinary convolution; a separable one costs less"),
            (1024 * 9 * 8, "the 1x1 filters of the separable convolution are missing"),
            (1024 * 8 * 4, "the depthwise part of the separable convolution is missing"),
        ],
        [(106_496 + 1024 * 12, "a separable convolution has one bias, behind the 1x1 filters")],
    ),
    "normalised": (
        4 * 27 * 6 + 24 * 5,
        4 * 27 * 6 + 25 * 5,
        [(4 * 27 * 6 + 24 * 5 + 24, "batch normalisation is free here")],
        [],
    ),
    "in a row": (32 * 9 * 4 + 32 * 7, 32 * 10 * 4 + 33 * 7, [], []),
}


@pytest.mark.task("macs")
@pytest.mark.hint(
    "Places of the output, times the numbers in the kernel: its shape knows of groups and depth."
)
@pytest.mark.parametrize("name", NETWORKS)
def test_other_layers_are_counted_as_they_work(submission, name):
    without, with_bias, wrong, wrong_with_bias = NETWORKS[name]
    expect.equal(
        submission.scenario("count", "macs", name),
        without,
        f"macs of a network with {name} layers",
        wrong=[
            *wrong,
            (with_bias, "biases are counted only if count_bias is True"),
            (0, "nothing was counted: is this kind of layer missing?"),
        ],
    )
    expect.equal(
        submission.scenario("count", "macs", name, count_bias=True),
        with_bias,
        f"macs of a network with {name} layers, count_bias=True",
        wrong=wrong_with_bias,
    )


@pytest.mark.task("activation_memory")
@pytest.mark.hint("Nothing new: Activation, ReLU, Softmax, Dropout, BatchNormalization, Flatten, Reshape.")
def test_what_works_in_place_is_not_counted_again(submission):
    expect.equal(
        submission.scenario("count", "activation_memory", "normalised"),
        48 + 24 + 5,
        "activation_memory of conv, batch normalisation, ReLU, dropout, flatten, dense, softmax",
        wrong=[
            (48 + 24 * 5 + 10, "only the convolution and the linear layer make new numbers here"),
            (48 + 24 * 4 + 10, "batch normalisation, activations and dropout work in place"),
            (48 + 24 * 2 + 5, "batch normalisation works in place"),
            (24 + 5, "the input is to be kept too"),
        ],
    )


@pytest.mark.task("activation_memory")
@pytest.mark.hint("model.input_shape is there in every model; an InputLayer is not.")
def test_the_input_of_a_sequential_counts_too(submission):
    expect.equal(
        submission.scenario("count", "activation_memory", "in a row"),
        60 + 128 + 32 + 7,
        "activation_memory of a Sequential",
        wrong=[(128 + 32 + 7, "a Sequential has no input among its layers; model.input_shape has it")],
    )


@pytest.mark.task("layer_table")
@pytest.mark.hint("Add up the rows of the decks' table: weights without biases, and with them.")
@pytest.mark.parametrize(
    ("count_bias", "total"), [(True, 138_357_544), (False, 138_344_128)], ids=["with", "without"]
)
def test_vgg16_has_as_many_parameters_as_its_paper_says(submission, count_bias, total):
    rows = submission.scenario("count", "layer_table", "vgg16", count_bias=count_bias)
    found = sum(row["parameters"] for row in rows)
    expect.equal(found, total, f"the sum of layer_table(VGG-16, count_bias={count_bias})")


@pytest.mark.task("macs")
@pytest.mark.hint("Nothing but the sum over its 16 layers with weights.")
def test_vgg16_needs_15_billion_multiply_adds(submission):
    expect.equal(submission.scenario("count", "macs", "vgg16"), 15_470_264_320, "macs(VGG-16)")


@pytest.mark.task("activation_memory")
@pytest.mark.hint("The rows of deck 003's table, added up; not what stands below it.")
def test_vgg16_keeps_15_million_numbers(submission):
    expect.equal(
        submission.scenario("count", "activation_memory", "vgg16"),
        15_237_608,
        "activation_memory(VGG-16)",
        wrong=[(15_262_696, "Flatten makes no new numbers"), (15_087_080, "the input is to be kept too")],
    )
