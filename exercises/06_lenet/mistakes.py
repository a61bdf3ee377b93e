"""Known wrong answers; `says` is what each of them has to hear."""

from math import prod

import keras
from keras import layers

from cnn_course.grading import mistake


def lenet(
    input_shape,
    classes,
    activation,
    *,
    pool=layers.AveragePooling2D,
    padding="valid",
    filters=(6, 16),
    units=(120, 84),
    kernel=5,
    scores="softmax",
    head=layers.Flatten,
):
    """The right network, but for what an argument changes."""
    x = image = keras.Input(input_shape)
    for depth in filters:
        x = pool(2)(layers.Conv2D(depth, kernel, padding=padding, activation=activation)(x))
    x = head()(x)
    for hidden in units:
        x = layers.Dense(hidden, activation=activation)(x)
    return keras.Model(image, layers.Dense(classes, activation=scores)(x))


@mistake("build_lenet5", says="average pooling expected")
def lenet_with_max_pooling(input_shape=(32, 32, 1), classes=10, activation="tanh"):
    return lenet(input_shape, classes, activation, pool=layers.MaxPooling2D)


@mistake("build_lenet5", says="tanh expected")
def lenet_with_relu_always(input_shape=(32, 32, 1), classes=10, activation="tanh"):
    return lenet(input_shape, classes, "relu")


@mistake("build_lenet5", says="ReLU expected")
def lenet_with_tanh_always(input_shape=(32, 32, 1), classes=10, activation="tanh"):
    return lenet(input_shape, classes, "tanh")


@mistake("build_lenet5", says="has padding 'same'")
def lenet_with_padding(input_shape=(32, 32, 1), classes=10, activation="tanh"):
    return lenet(input_shape, classes, activation, padding="same")


@mistake("build_lenet5", says="has size 3x3; 5x5 expected")
def lenet_with_small_filters(input_shape=(32, 32, 1), classes=10, activation="tanh"):
    return lenet(input_shape, classes, activation, kernel=3)


@mistake("build_lenet5", says="first dense layer has 84 units")
def lenet_with_swapped_units(input_shape=(32, 32, 1), classes=10, activation="tanh"):
    return lenet(input_shape, classes, activation, units=(84, 120))


@mistake("build_lenet5", says="2 dense layers; 3 expected")
def lenet_without_the_84_units(input_shape=(32, 32, 1), classes=10, activation="tanh"):
    return lenet(input_shape, classes, activation, units=(120,))


@mistake("build_lenet5", says="softmax is missing")
def lenet_without_softmax(input_shape=(32, 32, 1), classes=10, activation="tanh"):
    return lenet(input_shape, classes, activation, scores=None)


@mistake("build_lenet5", says="that is with global average pooling")
def lenet_with_global_average_pooling(input_shape=(32, 32, 1), classes=10, activation="tanh"):
    return lenet(input_shape, classes, activation, head=layers.GlobalAveragePooling2D)


@mistake("build_lenet5", says="does input_shape reach keras.Input?")
def lenet_for_grey_images_always(input_shape=(32, 32, 1), classes=10, activation="tanh"):
    return lenet((32, 32, 1), classes, activation)


@mistake("build_lenet5", says="tanh is missing after")
def lenet_without_activations(input_shape=(32, 32, 1), classes=10, activation="tanh"):
    return lenet(input_shape, classes, None)


def fields(layers, grow, widen, size=1):
    jump, found = 1, []
    for kernel, stride in layers:
        size, jump = grow(size, jump, kernel, stride), widen(jump, stride)
        found.append((size, jump))
    return found


def right_size(size, jump, kernel, stride):
    return size + (kernel - 1) * jump


def right_jump(jump, stride):
    return jump * stride


@mistake("receptive_field", says="not only for the last")
def field_of_the_last_layer(layers):
    return fields(layers, right_size, right_jump)[-1]


@mistake("receptive_field", says="a pixel sees itself")
def field_that_begins_at_nothing(layers):
    return fields(layers, right_size, right_jump, size=0)


@mistake("receptive_field", says="a window of 3 adds 2")
def field_that_adds_whole_windows(layers):
    return fields(layers, lambda size, jump, kernel, stride: size + kernel * jump, right_jump)


@mistake("receptive_field", says="the layers before count too")
def field_of_one_layer_each(layers):
    return fields(layers, lambda size, jump, kernel, stride: kernel, right_jump)


@mistake("receptive_field", says="sizes alone")
def field_without_jumps(layers):
    return [size for size, _ in fields(layers, right_size, right_jump)]


@mistake("receptive_field", says="leave the first pair out")
def field_with_the_pixel(layers):
    return [(1, 1), *fields(layers, right_size, right_jump)]


@mistake("receptive_field", says="the jump before its own stride")
def field_with_the_new_jump(layers):
    return fields(layers, lambda size, jump, k, s: size + (k - 1) * jump * s, right_jump)


@mistake("receptive_field", says="are `jump` pixels apart, not one")
def field_without_the_jump(layers):
    return fields(layers, lambda size, jump, kernel, stride: size + kernel - 1, right_jump)


@mistake("receptive_field", says="a stride counts for all layers behind it")
def field_with_the_last_stride_only(layers):
    return fields(layers, right_size, lambda jump, stride: stride)


@mistake("receptive_field", says="they are not added up")
def field_that_adds_strides(layers):
    return fields(layers, right_size, lambda jump, stride: jump + stride - 1)


def rows(model, count_bias=True, *, skip=layers.InputLayer, shape=lambda s: tuple(s[1:]), held=None):
    def all_held(layer):
        return sum(prod(w.shape) for w in layer.weights if count_bias or w.name != "bias")

    return [
        {"layer": x.name, "output_shape": shape(x.output.shape), "parameters": (held or all_held)(x)}
        for x in model.layers
        if not isinstance(x, skip)
    ]


@mistake("layer_table", says="the input has no row")
def table_with_the_input(model, count_bias=True):
    first = {"layer": "image", "output_shape": tuple(model.input_shape[1:]), "parameters": 0}
    return [first, *rows(model, count_bias)]


@mistake("layer_table", says="the first is a real one")
def table_that_skips_the_first(model, count_bias=True):
    return rows(model, count_bias, skip=())[1:]


@mistake("layer_table", says="without the batch")
def table_with_the_batch(model, count_bias=True):
    return rows(model, count_bias, shape=tuple)


@mistake("layer_table", says="layers without parameters have rows as well")
def table_of_layers_with_weights(model, count_bias=True):
    return [row for row in rows(model, count_bias) if row["parameters"]]


@mistake("layer_table", says="does count_bias do anything?")
def table_with_biases_always(model, count_bias=True):
    return rows(model, True)


@mistake("layer_table", says="beta is no bias by name")
def table_that_takes_beta_for_a_bias(model, count_bias=True):
    def held(layer):
        return sum(prod(w.shape) for w in layer.weights if count_bias or w.name not in ("bias", "beta"))

    return rows(model, held=held)


@mistake("layer_table", says="four for each map")
def table_of_what_is_trained(model, count_bias=True):
    def held(layer):
        return sum(prod(w.shape) for w in layer.trainable_weights if count_bias or w.name != "bias")

    return rows(model, held=held)


@mistake("layer_table", says="with layer, output_shape and parameters was expected")
def table_of_tuples(model, count_bias=True):
    return [tuple(row.values()) for row in rows(model, count_bias)]


KINDS = (layers.Conv2D, layers.Dense, layers.DepthwiseConv2D, layers.SeparableConv2D)


def weights_of(layer):
    if isinstance(layer, layers.SeparableConv2D):
        return prod(layer.depthwise_kernel.shape) + prod(layer.pointwise_kernel.shape)
    return prod(layer.kernel.shape)


def counted(
    model,
    count_bias=False,
    *,
    kinds=KINDS,
    places=lambda layer: prod(layer.output.shape[1:-1]),
    weights=weights_of,
):
    found = [layer for layer in model.layers if isinstance(layer, kinds)]
    added = [prod(layer.output.shape[1:]) for layer in found if count_bias and layer.use_bias]
    return sum(places(layer) * weights(layer) for layer in found) + sum(added)


@mistake("macs", says="these are the convolutions alone")
def macs_of_convolutions(model, count_bias=False):
    return counted(model, count_bias, kinds=(layers.Conv2D, layers.DepthwiseConv2D, layers.SeparableConv2D))


@mistake("macs", says="these are the weights")
def macs_as_weights(model, count_bias=False):
    return counted(model, count_bias, places=lambda layer: 1)


@mistake("macs", says="these are the parameters: a filter")
def macs_as_parameters(model, count_bias=False):
    return model.count_params()


@mistake("macs", says="not in its input")
def macs_of_input_places(model, count_bias=False):
    return counted(model, count_bias, places=lambda layer: prod(layer.input.shape[1:-1]))


@mistake("macs", says="only if count_bias is True")
def macs_with_biases_always(model, count_bias=False):
    return counted(model, True)


@mistake("macs", says="a multiplication with its addition counts once")
def macs_as_flops(model, count_bias=False):
    return 2 * counted(model, count_bias)


@mistake("macs", says="does count_bias do anything?")
def macs_without_biases_always(model, count_bias=False):
    return counted(model)


@mistake("macs", says="not once for each filter")
def macs_with_a_bias_a_filter(model, count_bias=False):
    biases = [
        layer.bias.shape[0]
        for layer in model.layers
        if count_bias and isinstance(layer, KINDS) and layer.use_bias
    ]
    return counted(model) + sum(biases)


@mistake("macs", says="its own group's maps only")
def macs_without_groups(model, count_bias=False):
    def weights(layer):
        return weights_of(layer) * getattr(layer, "groups", 1)

    return counted(model, count_bias, weights=weights)


@mistake("macs", says="a depthwise filter covers one map")
def macs_of_depthwise_as_convolution(model, count_bias=False):
    def weights(layer):
        depth = layer.input.shape[-1] if isinstance(layer, layers.DepthwiseConv2D) else 1
        return weights_of(layer) * depth

    return counted(model, count_bias, weights=weights)


@mistake("macs", says="a separable one costs less")
def macs_of_separable_as_convolution(model, count_bias=False):
    def weights(layer):
        if isinstance(layer, layers.SeparableConv2D):
            return prod(layer.kernel_size) * layer.input.shape[-1] * layer.filters
        return weights_of(layer)

    return counted(model, count_bias, weights=weights)


@mistake("macs", says="is this kind of layer missing?")
def macs_of_the_usual_layers(model, count_bias=False):
    return counted(model, count_bias, kinds=(layers.Conv2D, layers.Dense))


@mistake("macs", says="batch normalisation is free")
def macs_with_batch_normalisation(model, count_bias=False):
    norms = [x for x in model.layers if isinstance(x, layers.BatchNormalization)]
    return counted(model, count_bias) + sum(prod(x.output.shape[1:]) for x in norms)


@mistake("macs", says="has no bias to add")
def macs_with_biases_that_are_not_there(model, count_bias=False):
    found = [layer for layer in model.layers if isinstance(layer, KINDS)]
    return counted(model) + count_bias * sum(prod(layer.output.shape[1:]) for layer in found)


IN_PLACE = (layers.Activation, layers.ReLU, layers.Softmax, layers.Dropout, layers.BatchNormalization)


def kept(model, *, in_place=IN_PLACE, flat=(layers.Flatten, layers.Reshape), image=True):
    made = [x for x in model.layers if not isinstance(x, (*in_place, *flat, layers.InputLayer))]
    return sum(prod(x.output.shape[1:]) for x in made) + image * prod(model.input_shape[1:])


@mistake("activation_memory", says="the input is kept as well")
def memory_without_the_input(model):
    return kept(model, image=False)


@mistake("activation_memory", says="flattening makes no new numbers")
def memory_with_flattening(model):
    return kept(model, flat=())


@mistake("activation_memory", says="that is in bytes")
def memory_in_bytes(model):
    return 4 * kept(model)


@mistake("activation_memory", says="these are the parameters")
def memory_as_parameters(model):
    return model.count_params()


@mistake("activation_memory", says="the input was counted twice")
def memory_with_the_input_twice(model):
    return kept(model) + sum(
        prod(model.input_shape[1:]) for x in model.layers if isinstance(x, layers.InputLayer)
    )


@mistake("activation_memory", says="poolings put out numbers too")
def memory_of_layers_with_weights(model):
    return kept(model, in_place=(*IN_PLACE, layers.AveragePooling2D, layers.MaxPooling2D))


@mistake("activation_memory", says="activations and dropout work in place")
def memory_of_every_layer(model):
    return kept(model, in_place=())


@mistake("activation_memory", says="batch normalisation works in place")
def memory_with_batch_normalisation(model):
    return kept(model, in_place=IN_PLACE[:-1])


@mistake("activation_memory", says="a Sequential has no input among its layers")
def memory_of_the_layers_there_are(model):
    inside = [x for x in model.layers if isinstance(x, layers.InputLayer)]
    return kept(model, image=bool(inside))
