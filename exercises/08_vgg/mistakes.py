"""Known wrong answers, each with a phrase of the message that it must earn."""

import keras
from keras import layers
from solution import build_vgg as right_vgg
from solution import conv_stack as right_stack
from solution import vgg_table as right_table

from cnn_course.grading import mistake


def counted(channels, n, big, *, weights, biases, sees):
    """The dict, with the formula for one layer's weights and biases given."""
    one = {side: weights(side) + biases for side in (3, big)}
    return {"stack": n * one[3], "single": one[big], "stack_sees": sees, "single_sees": big}


@mistake("compare_stacks", says="biases are missing")
def without_biases(channels, n, big, bias=True):
    return counted(channels, n, big, weights=lambda k: k * k * channels**2, biases=0, sees=2 * n + 1)


@mistake("compare_stacks", says="windows overlap")
def windows_side_by_side(channels, n, big, bias=True):
    return counted(
        channels, n, big, weights=lambda k: k * k * channels**2, biases=channels * bias, sees=3 * n
    )


@mistake("compare_stacks", says="all channels, and there are as many filters")
def one_map_per_filter(channels, n, big, bias=True):
    return counted(
        channels, n, big, weights=lambda k: k * k * channels, biases=channels * bias, sees=2 * n + 1
    )


@mistake("compare_stacks", says="one filter per layer")
def one_filter(channels, n, big, bias=True):
    return counted(channels, n, big, weights=lambda k: k * k * channels, biases=1 * bias, sees=2 * n + 1)


@mistake("compare_stacks", says="not every layer one")
def one_bias_per_layer(channels, n, big, bias=True):
    return counted(channels, n, big, weights=lambda k: k * k * channels**2, biases=1 * bias, sees=2 * n + 1)


@mistake("compare_stacks", says="but biases are counted")
def biases_whatever_is_said(channels, n, big, bias=True):
    return counted(channels, n, big, weights=lambda k: k * k * channels**2, biases=channels, sees=2 * n + 1)


@mistake("compare_stacks", says="not its area")
def area_for_side(channels, n, big, bias=True):
    return counted(
        channels, n, big, weights=lambda k: k * k * channels**2, biases=channels * bias, sees=(2 * n + 1) ** 2
    )


@mistake("compare_stacks", says="a dict was expected")
def a_tuple(channels, n, big, bias=True):
    return n * channels * (9 * channels + bias), channels * (big * big * channels + bias)


def block(
    x, filters, n, batch_norm, *, padding="same", pools="last", norm="before", relu="each", use_bias=False
):
    """The block with one thing changed."""
    for number in range(n):
        with_bias = use_bias or not batch_norm
        x = layers.Conv2D(filters, 3, padding=padding, use_bias=with_bias)(x)
        if batch_norm and norm == "before":
            x = layers.BatchNormalization()(x)
        if relu == "each" or (relu == "once" and number == n - 1):
            x = layers.ReLU()(x)
        if batch_norm and norm == "after":
            x = layers.BatchNormalization()(x)
        if pools == "each":
            x = layers.MaxPooling2D(2)(x)
    return layers.MaxPooling2D(2)(x) if pools == "last" else x


@mistake("conv_stack", says="has padding 'valid'")
def not_padded(x, filters, n, batch_norm=False):
    return block(x, filters, n, batch_norm, padding="valid")


@mistake("conv_stack", says="after ReLU does not belong there")
def pooled_each_time(x, filters, n, batch_norm=False):
    return block(x, filters, n, batch_norm, pools="each")


@mistake("conv_stack", says="2x2 max pooling is missing")
def never_pooled(x, filters, n, batch_norm=False):
    return block(x, filters, n, batch_norm, pools="never")


@mistake("conv_stack", says="ReLU is missing after the first")
def one_relu(x, filters, n, batch_norm=False):
    return block(x, filters, n, batch_norm, relu="once")


@mistake("conv_stack", says="belongs before it")
def normalised_behind_relu(x, filters, n, batch_norm=False):
    return block(x, filters, n, batch_norm, norm="after")


@mistake("conv_stack", says="subtracts the biases")
def useless_biases(x, filters, n, batch_norm=False):
    return block(x, filters, n, batch_norm, use_bias=True)


@mistake("conv_stack", says="batch normalisation is missing after the first")
def batch_norm_forgotten(x, filters, n, batch_norm=False):
    return block(x, filters, n, False)


@mistake("conv_stack", says="max pooling expected")
def averaged(x, filters, n, batch_norm=False):
    return layers.AveragePooling2D(2)(block(x, filters, n, batch_norm, pools="never"))


@mistake("conv_stack", says="1 convolution; 2 expected")
def loop_without_assignment(x, filters, n, batch_norm=False):
    for _ in range(n):
        y = block(x, filters, 1, batch_norm, pools="never")
    return layers.MaxPooling2D(2)(y)


def network_of(
    convolutions,
    input_shape,
    classes,
    head,
    batch_norm,
    *,
    filters=(64, 128, 256, 512, 512),
    last="softmax",
    drop=True,
    gap_dense=False,
):
    """VGG with one thing changed."""
    image = keras.Input(input_shape)
    x = image
    for n, width in zip(convolutions, filters, strict=True):
        x = right_stack(x, width, n, batch_norm)
    x = layers.GlobalAveragePooling2D()(x) if head == "gap" else layers.Flatten()(x)
    for _ in range(2 if head == "fc" or gap_dense else 0):
        x = layers.Dense(4096, activation="relu")(x)
        x = layers.Dropout(0.5)(x) if drop else x
    return keras.Model(image, layers.Dense(classes, activation=last)(x))


COLUMNS = {"A": (1, 1, 2, 2, 2), "B": (2, 2, 2, 2, 2), "D": (2, 2, 3, 3, 3), "E": (2, 2, 4, 4, 4)}


def checked(config, head):
    if config not in COLUMNS or head not in ("fc", "gap"):
        raise ValueError("no such form")
    return COLUMNS[config]


@mistake("build_vgg", says="stage 3: 2 convolutions; 3 expected")
def vgg13_for_vgg16(config="D", input_shape=(224, 224, 3), classes=1000, head="fc", batch_norm=False):
    checked(config, head)
    return network_of(COLUMNS["B"], input_shape, classes, head, batch_norm)


@mistake("build_vgg", says="1024 filters; 512 expected")
def doubled_to_the_end(config="D", input_shape=(224, 224, 3), classes=1000, head="fc", batch_norm=False):
    convolutions = checked(config, head)
    filters = (64, 128, 256, 512, 1024)
    return network_of(convolutions, input_shape, classes, head, batch_norm, filters=filters)


@mistake("build_vgg", says="ReLU after the last layer")
def relu_on_the_scores(config="D", input_shape=(224, 224, 3), classes=1000, head="fc", batch_norm=False):
    return network_of(checked(config, head), input_shape, classes, head, batch_norm, last="relu")


@mistake("build_vgg", says="dropout is missing")
def without_dropout(config="D", input_shape=(224, 224, 3), classes=1000, head="fc", batch_norm=False):
    return network_of(checked(config, head), input_shape, classes, head, batch_norm, drop=False)


@mistake("build_vgg", says="3 dense layers; 1 expected")
def dense_layers_behind_gap(config="D", input_shape=(224, 224, 3), classes=1000, head="fc", batch_norm=False):
    return network_of(checked(config, head), input_shape, classes, head, batch_norm, gap_dense=True)


@mistake("build_vgg", says="batch normalisation is missing")
def batch_norm_not_handed_on(
    config="D", input_shape=(224, 224, 3), classes=1000, head="fc", batch_norm=False
):
    return right_vgg(config, input_shape, classes, head)


@mistake("build_vgg", says="must raise ValueError")
def anything_goes(config="D", input_shape=(224, 224, 3), classes=1000, head="fc", batch_norm=False):
    convolutions = COLUMNS.get(config, COLUMNS["D"])
    return network_of(convolutions, input_shape, classes, "fc" if head == "fc" else "gap", batch_norm)


@mistake("build_vgg", says="no dense layers; 1 expected")
def maps_as_scores(config="D", input_shape=(224, 224, 3), classes=1000, head="fc", batch_norm=False):
    convolutions = checked(config, head)
    if head == "fc":
        return right_vgg(config, input_shape, classes, head, batch_norm)
    whole = network_of(convolutions, input_shape, classes, head, batch_norm)
    return keras.Model(whole.input, layers.Softmax()(whole.layers[-2].output))


def changed(model, **changes):
    """The right table with some columns computed in another way."""
    rows = right_table(model)
    made = [layer for layer in model.layers if right_name(layer)]
    for row, layer in zip(rows, made, strict=True):
        row |= {key: change(row, layer) for key, change in changes.items()}
    return rows


def right_name(layer):
    kinds = (
        layers.InputLayer,
        layers.Conv2D,
        layers.MaxPooling2D,
        layers.GlobalAveragePooling2D,
        layers.Dense,
    )
    return isinstance(layer, kinds)


@mistake("vgg_table", says="counts no biases")
def with_biases(model):
    return changed(model, weights=lambda row, layer: layer.count_params())


@mistake("vgg_table", says="the batch; leave it out")
def with_the_batch(model):
    return changed(model, shape=lambda row, layer: tuple(layer.output.shape))


@mistake("vgg_table", says="those are bytes")
def bytes_for_numbers(model):
    return changed(model, numbers=lambda row, layer: 4 * row["numbers"])


@mistake("vgg_table", says="multiplied, not added")
def added(model):
    return changed(model, numbers=lambda row, layer: sum(row["shape"]))


@mistake("vgg_table", says="has the side of the kernel")
def named_without_the_kernel(model):
    return changed(model, layer=lambda row, layer: row["layer"].replace("CONV3", "CONV"))


@mistake("vgg_table", says="has the side of the window")
def named_without_the_window(model):
    return changed(model, layer=lambda row, layer: row["layer"].replace("POOL2", "POOL"))


@mistake("vgg_table", says="the first row is the image's")
def without_the_image(model):
    return right_table(model)[1:]


@mistake("vgg_table", says="flattening has no row")
def with_flattening(model):
    rows = right_table(model)
    flat = next((layer for layer in model.layers if isinstance(layer, layers.Flatten)), None)
    if flat is None:
        return rows
    numbers = flat.output.shape[1]
    head = next(number for number, row in enumerate(rows) if row["layer"].startswith("FC"))
    return [
        *rows[:head],
        {"layer": "FLATTEN", "shape": (numbers,), "numbers": numbers, "weights": 0},
        *rows[head:],
    ]


@mistake("vgg_table", says="CONV5-48")
def always_3x3(model):
    return changed(model, layer=lambda row, layer: row["layer"].replace("CONV5", "CONV3"))


@mistake("vgg_table", says="the window of AlexNet's pooling is 3 wide")
def stride_for_window(model):
    return changed(model, layer=lambda row, layer: row["layer"].replace("POOL3", "POOL2"))
