"""Networks written in two ways: the canonical graph calls them the same, and numbers prove that they are.

Each pair is built twice on one input shape. The weights of the one are copied into the other, which must then
give the same output; so no pair is in the table by opinion alone.
"""

import json

import keras
import numpy as np
import pytest
from keras import layers, ops

from cnn_course.analysis.graph import canonical, compare, fingerprint
from cnn_course.blocks import residual_block
from cnn_course.layers import Maxout, ZeroPadShortcut

IMAGE = (8, 8, 4)
NO_BIAS = {"use_bias": False}


def conv(filters=6, size=3, name=None, **options):
    return layers.Conv2D(filters, size, padding=options.pop("padding", "same"), name=name, **options)


def chain(*steps):
    """A network in a row, as a function from tensor to tensor."""

    def apply(x):
        for step in steps:
            x = step(x)
        return x

    return apply


def fork(x, *branches):
    return [branch(x) for branch in branches]


def model(build, input_shape):
    image = keras.Input(input_shape)
    return keras.Model(image, build(image))


def relu():
    return layers.ReLU()


def global_head(units=3):
    return chain(layers.GlobalAveragePooling2D(), layers.Dense(units))


def separate_depthwise(x):
    x = layers.DepthwiseConv2D(3, padding="same", use_bias=False)(x)
    return layers.Conv2D(6, 1)(x)


def hand_made_shortcut(x):
    return ops.pad(x[:, ::2, ::2, :], ((0, 0), (0, 0), (0, 0), (2, 2)))


def shortcut_behind(x):
    x = layers.AveragePooling2D(1, strides=2)(x)
    return ops.concatenate([x, ops.zeros_like(x)], axis=-1)


def residual(x, shortcut):
    y = conv(8, 3, "a", strides=2, use_bias=False)(x)
    return layers.Conv2D(3, 1, name="b")(layers.Add()([y, shortcut(x)]))


def inception(x, order):
    ways = {
        1: lambda: conv(2, 1, "one", activation="relu")(x),
        3: lambda: conv(4, 3, "three", activation="relu")(x),
        0: lambda: conv(2, 1, "pooled", activation="relu")(layers.MaxPooling2D(3, 1, "same")(x)),
    }
    joined = layers.Concatenate()([ways[key]() for key in order])
    return layers.GlobalAveragePooling2D()(joined)


def dense_net(x, remember_all):
    """Two layers of a dense block, joined one by one or by joining all that came before."""
    one = conv(2, 3, "one")(x)
    first = layers.Concatenate()([x, one])
    two = conv(2, 3, "two")(first)
    joined = [x, one, two] if remember_all else [first, two]
    return conv(3, 1, "end")(layers.Concatenate()(joined))


def squeeze_excite(x, keepdims):
    gate = layers.GlobalAveragePooling2D(keepdims=keepdims)(x)
    if keepdims:
        gate = layers.Conv2D(2, 1, activation="relu")(gate)
        return x * layers.Conv2D(4, 1, activation="sigmoid")(gate)
    gate = layers.Dense(4, activation="sigmoid")(layers.Dense(2, activation="relu")(gate))
    return layers.Multiply()([layers.Reshape((1, 1, 4))(gate), x])


def nested(x):
    inner = keras.Sequential([keras.Input((8, 8, 4)), conv(), layers.ReLU()])
    outer_in = keras.Input((8, 8, 4))
    outer = keras.Model(outer_in, layers.Flatten()(inner(outer_in)))
    return layers.Dense(3)(outer(x))


def halves(x):
    return [x[..., :2], x[..., 2:]]


def towers(x, parts, *steps):
    """The same convolution of each part, then all joined."""
    return layers.Concatenate()([chain(conv(3), *(step() for step in steps))(part) for part in parts])


def deep_towers(x):
    """AlexNet as it is drawn: two halves that meet late."""
    ways = [
        chain(conv(4, 3, f"first{way}", activation="relu"), conv(3, 3, f"second{way}"))(x) for way in "ab"
    ]
    return layers.Concatenate()(ways)


# name: (input shape, one way, another way)
PAIRS = {
    "activation argument or layer": (
        IMAGE,
        conv(activation="relu"),
        chain(conv(), layers.Activation("relu")),
    ),
    "activation as function": (IMAGE, conv(activation=keras.activations.relu), chain(conv(), relu())),
    "activation as layer in the argument": (IMAGE, conv(activation=layers.ReLU()), chain(conv(), relu())),
    "operation relu": (IMAGE, lambda x: ops.relu(conv()(x)), conv(activation="relu")),
    "keras.activations.relu on a tensor": (
        IMAGE,
        lambda x: keras.activations.relu(conv()(x)),
        conv(activation="relu"),
    ),
    "maximum with zero": (IMAGE, lambda x: ops.maximum(conv()(x), 0.0), conv(activation="relu")),
    "maximum, zero first": (IMAGE, lambda x: ops.maximum(0.0, conv()(x)), conv(activation="relu")),
    "relu6": (IMAGE, chain(conv(), layers.ReLU(6.0)), conv(activation="relu6")),
    "relu6 by clip": (IMAGE, lambda x: ops.clip(conv()(x), 0.0, 6.0), conv(activation="relu6")),
    "relu6 of relu": (IMAGE, chain(conv(activation="relu"), layers.ReLU(6)), conv(activation="relu6")),
    "leaky relu": (
        IMAGE,
        chain(conv(), layers.LeakyReLU(0.1)),
        chain(conv(), layers.ReLU(negative_slope=0.1)),
    ),
    "leaky relu by name": (IMAGE, conv(activation="leaky_relu"), chain(conv(), layers.LeakyReLU(0.2))),
    "silu is swish": (IMAGE, conv(activation="swish"), lambda x: ops.silu(conv()(x))),
    "gelu": (IMAGE, conv(activation="gelu"), lambda x: ops.gelu(conv()(x), approximate=False)),
    "tanh": (IMAGE, conv(activation="tanh"), lambda x: ops.tanh(conv()(x))),
    "elu": (IMAGE, conv(activation="elu"), chain(conv(), layers.ELU())),
    "linear is nothing": (IMAGE, chain(conv(activation="linear"), layers.Activation("linear")), conv()),
    "relu twice is relu": (IMAGE, chain(conv(activation="relu"), relu()), conv(activation="relu")),
    "relu after sigmoid is nothing": (
        IMAGE,
        chain(conv(activation="sigmoid"), relu()),
        conv(activation="sigmoid"),
    ),
    "softmax argument or layer": (
        (5,),
        layers.Dense(3, activation="softmax"),
        chain(layers.Dense(3), layers.Softmax()),
    ),
    "softmax operation": (
        (5,),
        lambda x: ops.softmax(layers.Dense(3)(x)),
        layers.Dense(3, activation="softmax"),
    ),
    "softmax with the axis counted": (
        (5,),
        chain(layers.Dense(3), layers.Softmax(axis=1)),
        layers.Dense(3, activation="softmax"),
    ),
    "dropout of nothing": (IMAGE, chain(conv(), layers.Dropout(0.0), layers.Identity()), conv()),
    "relu before or after dropout": (
        IMAGE,
        chain(conv(), layers.Dropout(0.5), relu()),
        chain(conv(), relu(), layers.Dropout(0.5)),
    ),
    "dropout before or after flattening": (
        IMAGE,
        chain(layers.Dropout(0.5), layers.Flatten()),
        chain(layers.Flatten(), layers.Dropout(0.5)),
    ),
    "relu before or after max pooling": (
        IMAGE,
        chain(conv(), layers.MaxPooling2D(), relu()),
        chain(conv(activation="relu"), layers.MaxPooling2D()),
    ),
    "tanh before or after overlapping max pooling": (
        IMAGE,
        chain(conv(), layers.MaxPooling2D(3, 2, "same"), layers.Activation("tanh")),
        chain(conv(activation="tanh"), layers.MaxPooling2D(3, 2, "same")),
    ),
    "relu before or after global max pooling": (
        IMAGE,
        chain(conv(), layers.GlobalMaxPooling2D(), relu()),
        chain(conv(), relu(), layers.GlobalMaxPooling2D()),
    ),
    "relu before or after flattening": (
        IMAGE,
        chain(conv(), layers.Flatten(), relu()),
        chain(conv(), relu(), layers.Flatten()),
    ),
    "relu before or after padding": (
        IMAGE,
        chain(conv(), layers.ZeroPadding2D(1), relu(), conv(padding="valid")),
        chain(conv(activation="relu"), conv()),
    ),
    "relu after or in the concatenation": (
        IMAGE,
        chain(
            lambda x: fork(x, conv(2, 1, "p"), conv(4, 3, "q")),
            layers.Concatenate(),
            relu(),
            layers.Conv2D(3, 1, name="r"),
        ),
        chain(
            lambda x: fork(x, conv(2, 1, "p", activation="relu"), conv(4, 3, "q", activation="relu")),
            layers.Concatenate(),
            layers.Conv2D(3, 1, name="r"),
        ),
    ),
    "padding then valid is same": (IMAGE, chain(layers.ZeroPadding2D(1), conv(padding="valid")), conv()),
    "padding by operation": (
        IMAGE,
        lambda x: conv(padding="valid")(ops.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))),
        conv(),
    ),
    "padding 2 for a 5x5 kernel": (
        IMAGE,
        chain(layers.ZeroPadding2D(2), conv(6, 5, padding="valid")),
        conv(6, 5),
    ),
    "padding 2 for a dilated kernel": (
        IMAGE,
        chain(layers.ZeroPadding2D(2), conv(padding="valid", dilation_rate=2)),
        conv(dilation_rate=2),
    ),
    "padding in two steps": (
        IMAGE,
        chain(
            layers.ZeroPadding2D(((1, 0), (0, 1))),
            layers.ZeroPadding2D(((0, 1), (1, 0))),
            conv(padding="valid"),
        ),
        conv(),
    ),
    "padding and cropping undone": (
        IMAGE,
        chain(layers.ZeroPadding2D(2), layers.Cropping2D(1), conv(padding="valid")),
        conv(),
    ),
    "symmetric padding with stride 2 on an odd map": (
        (9, 9, 4),
        chain(layers.ZeroPadding2D(1), conv(padding="valid", strides=2)),
        conv(strides=2),
    ),
    "Keras's padding by hand on an even map": (
        IMAGE,
        chain(layers.ZeroPadding2D(((0, 1), (0, 1))), conv(padding="valid", strides=2)),
        conv(strides=2),
    ),
    "padding too much below": (
        IMAGE,
        chain(layers.ZeroPadding2D(((0, 2), (0, 2))), conv(padding="valid", strides=2)),
        conv(strides=2),
    ),
    "same and valid where nothing is padded": (
        IMAGE,
        layers.MaxPooling2D(2, padding="same"),
        layers.MaxPooling2D(2, 2),
    ),
    "kernel as number or pair": (IMAGE, conv(6, (3, 3), strides=(1, 1)), conv(6, 3)),
    "pooling after zeros on what is never negative": (
        IMAGE,
        chain(conv(activation="relu"), layers.ZeroPadding2D(((0, 1), (0, 1))), layers.MaxPooling2D(3, 2)),
        chain(conv(activation="relu"), layers.MaxPooling2D(3, 2, "same")),
    ),
    "pooling operation": (IMAGE, lambda x: ops.max_pool(x, 2), layers.MaxPooling2D()),
    "average over the whole map": (
        IMAGE,
        chain(layers.AveragePooling2D(8), layers.Flatten(), layers.Dense(3)),
        global_head(),
    ),
    "average over the whole map with another stride": (
        IMAGE,
        chain(layers.AveragePooling2D(8, 1), layers.Flatten(), layers.Dense(3)),
        global_head(),
    ),
    "average by mean": (IMAGE, lambda x: layers.Dense(3)(ops.mean(x, axis=(1, 2))), global_head()),
    "average with kept dimensions": (
        IMAGE,
        chain(layers.GlobalAveragePooling2D(keepdims=True), layers.Flatten(), layers.Dense(3)),
        global_head(),
    ),
    "maximum by operation": (IMAGE, lambda x: ops.max(x, axis=[1, 2]), layers.GlobalMaxPooling2D()),
    "flatten or reshape": (
        IMAGE,
        chain(layers.Reshape((-1,)), layers.Dense(3)),
        chain(layers.Flatten(), layers.Dense(3)),
    ),
    "reshape by operation": (IMAGE, lambda x: ops.reshape(x, (-1, 256)), layers.Flatten()),
    "flatten after global pooling": (
        IMAGE,
        chain(layers.GlobalAveragePooling2D(), layers.Flatten(), layers.Dense(3)),
        global_head(),
    ),
    "reshape there and back": (IMAGE, chain(layers.Flatten(), layers.Reshape(IMAGE), conv()), conv()),
    "dense of a pixel or 1x1 convolution": (IMAGE, layers.Dense(5), layers.Conv2D(5, 1)),
    "classifier of 1x1 convolutions": (
        IMAGE,
        chain(layers.GlobalAveragePooling2D(keepdims=True), layers.Conv2D(3, 1), layers.Flatten()),
        global_head(),
    ),
    "dense layer as convolution over the whole map": (
        IMAGE,
        chain(layers.Conv2D(5, 8), layers.Flatten()),
        chain(layers.Flatten(), layers.Dense(5)),
    ),
    "1x1 convolution with stride or of every other pixel": (
        IMAGE,
        lambda x: layers.Conv2D(5, 1)(x[:, ::2, ::2]),
        layers.Conv2D(5, 1, strides=2),
    ),
    "depthwise or a group per channel": (
        IMAGE,
        conv(4, 3, groups=4),
        layers.DepthwiseConv2D(3, padding="same"),
    ),
    "depthwise with a multiplier": (
        IMAGE,
        conv(8, 3, groups=4),
        layers.DepthwiseConv2D(3, padding="same", depth_multiplier=2),
    ),
    "separable or in two steps": (IMAGE, layers.SeparableConv2D(6, 3, padding="same"), separate_depthwise),
    "sum as layer or operator": (IMAGE, lambda x: layers.Add()([x, conv(4)(x)]), lambda x: x + conv(4)(x)),
    "sum in the other order": (
        IMAGE,
        lambda x: layers.Add()([conv(4)(x), x]),
        lambda x: layers.Add()([x, conv(4)(x)]),
    ),
    "sum of three in two steps": (
        IMAGE,
        lambda x: (conv(4, 1, "p")(x) + conv(4, 3, "q")(x)) + x,
        lambda x: layers.Add()([x, conv(4, 3, "q")(x), conv(4, 1, "p")(x)]),
    ),
    "one relu used twice or two": (
        IMAGE,
        lambda x: conv(4, 1, "p")(relu()(x)) + conv(4, 3, "q")(relu()(x)),
        lambda x: layers.Add()([way(y) for y in [relu()(x)] for way in (conv(4, 3, "q"), conv(4, 1, "p"))]),
    ),
    "rescaling or division": (IMAGE, chain(layers.Rescaling(1 / 255), conv()), lambda x: conv()(x / 255)),
    "rescaling in steps": (
        IMAGE,
        chain(layers.Rescaling(1 / 127.5, offset=-1), conv()),
        lambda x: conv()(2 * (x / 255.0) - 1.0),
    ),
    "networks inside": (IMAGE, nested, chain(conv(activation="relu"), layers.Flatten(), layers.Dense(3))),
    "gate of dense layers or of 1x1 convolutions": (
        IMAGE,
        lambda x: squeeze_excite(x, True),
        lambda x: squeeze_excite(x, False),
    ),
    "zero-padded shortcut by hand": (
        IMAGE,
        lambda x: residual(x, hand_made_shortcut),
        lambda x: residual(x, ZeroPadShortcut(8, 2)),
    ),
    "zero-padded shortcut by max pooling": (
        IMAGE,
        lambda x: residual(
            x, lambda y: ops.pad(layers.MaxPooling2D(1, 2)(y), ((0, 0), (0, 0), (0, 0), (2, 2)))
        ),
        lambda x: residual(x, ZeroPadShortcut(8, 2)),
    ),
    "dense block, joined in two ways": (IMAGE, lambda x: dense_net(x, True), lambda x: dense_net(x, False)),
    "zeros around are a border": (
        IMAGE,
        lambda x: conv(padding="valid")(layers.ZeroPadding2D((1, 1))(x)),
        conv(),
    ),
    "strided slices from the start": (IMAGE, lambda x: x[:, 0::2, ::2, :], layers.AveragePooling2D(1, 2)),
    "towers of slices or groups": (IMAGE, lambda x: towers(x, halves(x)), conv(groups=2)),
    "towers of a split or groups": (IMAGE, lambda x: towers(x, ops.split(x, 2, axis=-1)), conv(groups=2)),
    "towers with activation and pooling or groups": (
        IMAGE,
        lambda x: towers(x, halves(x), relu, layers.MaxPooling2D),
        chain(conv(groups=2, activation="relu"), layers.MaxPooling2D()),
    ),
    "towers of two convolutions from one image": (
        IMAGE,
        lambda x: deep_towers(x),
        chain(conv(8, 3, "first", activation="relu"), conv(6, 3, "second", groups=2)),
    ),
    "a tower per channel is depthwise": (
        IMAGE,
        lambda x: layers.Concatenate()([conv(1)(part) for part in ops.split(x, 4, axis=-1)]),
        layers.DepthwiseConv2D(3, padding="same"),
    ),
    "split and joined again": (
        IMAGE,
        lambda x: conv()(ops.concatenate(ops.split(x, [1, 3], -1), -1)),
        conv(),
    ),
    "slice of a slice": (IMAGE, lambda x: x[..., 1:][..., :2], lambda x: x[:, :, :, 1:3]),
    "mean in two steps": (IMAGE, lambda x: ops.mean(ops.mean(x, 1), 1), layers.GlobalAveragePooling2D()),
    "mean in two steps, width first": (
        IMAGE,
        lambda x: ops.mean(ops.mean(x, -2), 1),
        layers.GlobalAveragePooling2D(),
    ),
    "maximum in two steps, dimensions kept": (
        IMAGE,
        lambda x: ops.max(ops.max(x, 1, keepdims=True), 2, keepdims=True),
        layers.GlobalMaxPooling2D(keepdims=True),
    ),
    "half of a sum is an average": (
        IMAGE,
        lambda x: (x + conv(4)(x)) / 2,
        lambda x: layers.Average()([x, conv(4)(x)]),
    ),
    "twice an average is a sum": (
        IMAGE,
        lambda x: 2 * layers.Average()([x, conv(4)(x)]),
        lambda x: x + conv(4)(x),
    ),
    "minus a negative": (IMAGE, lambda x: x - (-conv(4)(x)), lambda x: x + conv(4)(x)),
    "plus a negative": (IMAGE, lambda x: x + (-conv(4)(x)), lambda x: x - conv(4)(x)),
    "a sum with itself": (IMAGE, lambda x: chain(conv(), lambda y: y + y)(x), lambda x: 2 * conv()(x)),
    "relu6 by minimum": (IMAGE, lambda x: ops.minimum(relu()(conv()(x)), 6.0), conv(activation="relu6")),
    "silu by hand": (
        IMAGE,
        lambda x: chain(conv(), lambda y: y * ops.sigmoid(y))(x),
        conv(activation="silu"),
    ),
    "max pooling twice": (
        IMAGE,
        chain(layers.MaxPooling2D(), layers.MaxPooling2D()),
        layers.MaxPooling2D(4),
    ),
    "average pooling twice": (
        IMAGE,
        chain(layers.AveragePooling2D(2), layers.AveragePooling2D(2)),
        layers.AveragePooling2D(4),
    ),
    "overlapping max pooling twice on an odd map": (
        (11, 11, 2),
        chain(layers.MaxPooling2D(3, 2), layers.MaxPooling2D(3, 1)),
        layers.MaxPooling2D(7, 2),
    ),
    "flattened before or after the sum": (
        IMAGE,
        lambda x: layers.Add()([layers.Flatten()(x), layers.Flatten()(conv(4)(x))]),
        lambda x: layers.Flatten()(layers.Add()([x, conv(4)(x)])),
    ),
    "average before or after a linear 1x1 convolution": (
        IMAGE,
        chain(layers.Conv2D(3, 1), layers.GlobalAveragePooling2D()),
        global_head(),
    ),
    "maximum of maxima": (
        IMAGE,
        chain(layers.MaxPooling2D(), layers.GlobalMaxPooling2D()),
        layers.GlobalMaxPooling2D(),
    ),
    "average of averages": (
        IMAGE,
        chain(layers.AveragePooling2D(2), layers.GlobalAveragePooling2D()),
        layers.GlobalAveragePooling2D(),
    ),
    "enlarged by one": (IMAGE, chain(layers.UpSampling2D(1), conv()), conv()),
    "permuted to the same": (IMAGE, chain(layers.Permute((1, 2, 3)), conv()), conv()),
    "transposed to the same": (IMAGE, lambda x: conv()(ops.transpose(x, (0, 1, 2, 3))), conv()),
    "cropped to the same": (IMAGE, chain(layers.CenterCrop(8, 8), conv()), conv()),
    "reshaped to the same": (IMAGE, chain(layers.Reshape(IMAGE), conv()), conv()),
    "cropping by slices": (IMAGE, lambda x: x[:, 1:-1, 1:-1], layers.Cropping2D(1)),
}

# The same, but the order of the branches shows in the kernels behind them; or one has a bias that the other's
# batch normalisation makes useless. name: (input shape, one way, another way, word of the note)
NOTED = {
    "symmetric padding with stride 2 on an even map": (
        IMAGE,
        chain(layers.ZeroPadding2D(1), conv(padding="valid", strides=2)),
        conv(strides=2),
        "another pixel: yours pads all sides, expected pads bottom and right only",
    ),
    "bias before batch normalisation": (
        IMAGE,
        chain(conv(), layers.BatchNormalization()),
        chain(conv(**NO_BIAS), layers.BatchNormalization()),
        "useless",
    ),
    "bias before pooling and batch normalisation": (
        IMAGE,
        chain(conv(), layers.MaxPooling2D(), layers.BatchNormalization()),
        chain(conv(**NO_BIAS), layers.MaxPooling2D(), layers.BatchNormalization()),
        "useless",
    ),
    "bias of the depthwise step": (
        IMAGE,
        chain(layers.DepthwiseConv2D(3, padding="same"), layers.Conv2D(6, 1)),
        layers.SeparableConv2D(6, 3, padding="same"),
        "useless",
    ),
}


def randomise(network, seed=0):
    """Random numbers in all weights, positive where they are variances."""
    random = np.random.default_rng(seed)
    network.set_weights(
        [
            random.uniform(0.2, 1.0, weight.shape) * random.choice([-1, 1], weight.shape)
            if "variance" not in weight.path
            else random.uniform(0.5, 2.0, weight.shape)
            for weight in network.weights
        ]
    )


def copy_weights(source, target):
    """By layer name where the weighted layers have the same names, else in order; useless biases become 0."""
    if len(source.weights) > len(target.weights):
        copy_towers(source, target)
        return
    named = {layer.name: layer for layer in source.layers if layer.weights}
    goal = [layer for layer in target.layers if layer.weights]
    if set(named) == {layer.name for layer in goal}:
        for layer in goal:
            layer.set_weights(named[layer.name].get_weights())
        return
    numbers = iter(source.get_weights())
    spare = len(target.weights) > len(source.weights)
    target.set_weights(
        [
            np.zeros(weight.shape)
            if spare
            and weight.path.endswith("bias")
            and "pointwise" not in weight.path
            and weight is _first_bias(target)
            else np.reshape(next(numbers), weight.shape)
            for weight in target.weights
        ]
    )


def copy_towers(source, target):
    """The weights of all towers side by side, at each depth of them."""
    wanted = [layer for layer in target.layers if layer.weights]
    given = [layer for layer in source.layers if layer.weights]
    width = len(given) // len(wanted)
    for depth, layer in enumerate(wanted):
        side_by_side = zip(
            *(tower.get_weights() for tower in given[depth * width : (depth + 1) * width]), strict=True
        )
        joined = [np.concatenate(weights, axis=-1) for weights in side_by_side]
        layer.set_weights(
            [np.reshape(new, old.shape) for new, old in zip(joined, layer.get_weights(), strict=True)]
        )


def _first_bias(network):
    return next(weight for weight in network.weights if weight.name == "bias")


def outputs(network, input_shape, seed=1):
    x = np.random.default_rng(seed).normal(size=(2, *input_shape)).astype("float32")
    return np.asarray(network(x))


@pytest.mark.parametrize("name", PAIRS)
def test_two_ways_of_writing_are_the_same_network(name):
    input_shape, one, other = PAIRS[name]
    mine, expected = model(one, input_shape), model(other, input_shape)
    assert str(compare(mine, expected)) == "the networks are the same"
    assert compare(mine, expected).outcome == compare(expected, mine).outcome == "equal"
    randomise(mine)
    copy_weights(mine, expected)
    np.testing.assert_allclose(
        outputs(mine, input_shape), outputs(expected, input_shape), rtol=1e-4, atol=1e-4
    )


@pytest.mark.parametrize("name", NOTED)
def test_what_is_as_good_but_not_alike_gets_a_note(name):
    input_shape, one, other, word = NOTED[name]
    mine, expected = model(one, input_shape), model(other, input_shape)
    comparison = compare(mine, expected)
    assert comparison.outcome == "equal with notes"
    assert comparison.same
    assert word in comparison.notes[0]
    assert mine.output_shape == expected.output_shape


@pytest.mark.parametrize(
    ("topic", "name"),
    [
        ("alignment", "symmetric padding with stride 2 on an even map"),
        ("bias", "bias before batch normalisation"),
    ],
)
def test_strict_makes_a_difference_of_a_note(topic, name):
    input_shape, one, other, _ = NOTED[name]
    comparison = compare(model(one, input_shape), model(other, input_shape), strict=[topic])
    assert comparison.outcome == "different"


@pytest.mark.parametrize("name", ["bias before batch normalisation", "bias of the depthwise step"])
def test_a_useless_bias_of_zero_leaves_the_output_alone(name):
    input_shape, with_bias, without, _ = NOTED[name]
    mine, expected = model(with_bias, input_shape), model(without, input_shape)
    randomise(expected)
    copy_weights(expected, mine)
    np.testing.assert_allclose(
        outputs(mine, input_shape), outputs(expected, input_shape), rtol=1e-4, atol=1e-4
    )


@pytest.mark.parametrize("order", [(1, 3, 0), (3, 1, 0), (0, 3, 1)])
def test_the_order_of_inception_branches_is_free_where_a_dense_layer_follows(order):
    mine = model(chain(lambda x: inception(x, order), layers.Dense(3)), IMAGE)
    expected = model(chain(lambda x: inception(x, (1, 3, 0)), layers.Dense(3)), IMAGE)
    assert compare(mine, expected).outcome == "equal"


def test_the_order_of_branches_counts_where_it_shows_in_the_output():
    mine, expected = (model(lambda x, o=o: inception(x, o), IMAGE) for o in [(3, 1, 0), (1, 3, 0)])
    assert compare(mine, expected).outcome == "different"


def test_the_order_of_branches_that_others_depend_on_is_undecided():
    def network(order):
        return model(
            chain(lambda x: x * layers.Concatenate()([conv(2, k)(x) for k in order]), conv(2, 1)), IMAGE
        )

    comparison = compare(network((1, 3)), network((3, 1)))
    assert comparison.outcome == "undecided"
    assert not comparison.difference.certain
    assert compare(network((3, 1)), network((3, 1))).outcome == "equal"


def test_zeros_of_a_shortcut_at_another_place_get_a_note():
    mine = model(lambda x: residual(x, shortcut_behind), IMAGE)
    expected = model(lambda x: residual(x, ZeroPadShortcut(8, 2)), IMAGE)
    assert compare(mine, expected).notes == (
        "a shortcut puts its channels of zeros at another place; this changes nothing that can be learnt",
    )


@pytest.mark.parametrize("shape", [(4, 4), (5, 5), (7, 8), (None, None)])
@pytest.mark.parametrize(("size", "strides"), [(1, 1), (3, 1), (5, 1), (3, 2), (7, 2), (1, 2)])
def test_symmetric_padding_is_same_padding_for_odd_kernels_of_any_size(shape, size, strides):
    mine = chain(layers.ZeroPadding2D(size // 2), conv(3, size, padding="valid", strides=strides))
    networks = [model(build, (*shape, 2)) for build in (mine, conv(3, size, strides=strides))]
    comparison = compare(*networks)
    shifted = strides > 1 and size > 1 and any(side is None or side % 2 == 0 for side in shape)
    assert comparison.outcome == ("equal with notes" if shifted else "equal")


def test_a_network_equals_its_json_and_its_configuration():
    network = model(chain(conv(), global_head()), IMAGE)
    for form in (network.to_json(), json.loads(network.to_json()), network.get_config()):
        assert compare(form, network).outcome == "equal"
        assert fingerprint(form) == fingerprint(network)


def test_a_sequential_network_without_input_is_read_on_the_expected_input():
    mine = keras.Sequential([conv(activation="relu"), layers.Flatten(), layers.Dense(3)])
    expected = model(chain(conv(activation="relu"), layers.Flatten(), layers.Dense(3)), IMAGE)
    assert compare(mine, expected).outcome == "equal"


def test_names_data_types_and_frozen_layers_do_not_count():
    mine = model(chain(conv(name="mine", dtype="mixed_float16", trainable=False), global_head()), IMAGE)
    assert compare(mine, model(chain(conv(), global_head()), IMAGE)).outcome == "equal"


def test_a_layer_called_twice_equals_a_network_called_twice():
    def layer_twice(x):
        shared = conv(4)
        return shared(relu()(shared(x)))

    def network_twice(x):
        shared = keras.Sequential([keras.Input(IMAGE), conv(4)])
        return shared(relu()(shared(x)))

    assert compare(model(layer_twice, IMAGE), model(network_twice, IMAGE)).outcome == "equal"


def test_the_residual_block_of_the_course_equals_one_written_by_hand():
    def by_hand(x):
        norm = layers.BatchNormalization
        y = layers.Activation("relu")(
            norm()(layers.Conv2D(8, 3, 2, padding="valid", use_bias=False)(layers.ZeroPadding2D()(x)))
        )
        y = norm()(conv(8, use_bias=False)(y))
        skip = norm()(layers.Conv2D(8, 1, strides=(2, 2), use_bias=False)(x))
        return ops.relu(skip + y)

    expected = model(lambda x: residual_block(x, 8, strides=2, shortcut="B", name="block"), IMAGE)
    assert compare(model(by_hand, IMAGE), expected).outcome == "equal"


def test_asymmetric_padding_is_named_as_it_is():
    mine = chain(layers.ZeroPadding2D(((2, 1), (1, 1))), conv(6, 4, padding="valid", strides=2))
    comparison = compare(model(mine, IMAGE), model(conv(6, 4, strides=2), IMAGE))
    assert "yours pads 2 above, 1 below, 1 left and 1 right, expected pads all sides" in comparison.notes[0]


# Right answers that no rule reduces. name: (mine, expected)
UNDECIDED = {
    "towers in the other order": (lambda x: towers(x, halves(x)[::-1]), conv(groups=2)),
    "unstack": (lambda x: layers.Concatenate()([c[..., None] for c in ops.unstack(x, axis=-1)]), conv(4)),
    "split along the height": (lambda x: ops.concatenate(ops.split(x, 2, axis=1), axis=1), lambda x: x),
    "a flat image as sequence": (
        chain(layers.Reshape((64, 4)), layers.GlobalAveragePooling1D()),
        layers.GlobalAveragePooling2D(),
    ),
    "reshaped and permuted": (chain(layers.Permute((2, 1, 3)), layers.Permute((2, 1, 3)), conv()), conv()),
    "einsum": (layers.EinsumDense("bhwc,cd->bhwd", (8, 8, 5), bias_axes="d"), layers.Dense(5)),
    "cropped from the centre": (layers.CenterCrop(6, 6), layers.Cropping2D(1)),
    "distributed over rows": (layers.TimeDistributed(layers.Dense(5)), layers.Dense(5)),
    "maxout by hand": (
        lambda x: layers.Maximum()([layers.Dense(3)(layers.Flatten()(x)) for _ in range(2)]),
        chain(layers.Flatten(), Maxout(3, 2)),
    ),
    "sum of squares": (lambda x: ops.sum(ops.square(x), axis=(1, 2)), layers.GlobalAveragePooling2D()),
    "absolute value": (lambda x: (x + ops.abs(x)) / 2, relu()),
    "minimum first": (lambda x: ops.maximum(ops.minimum(x, 6.0), 0.0), layers.ReLU(6.0)),
    "turned and turned back": (
        lambda x: ops.transpose(ops.transpose(x, (0, 2, 1, 3)), (0, 2, 1, 3)),
        lambda x: x,
    ),
    "groups by reshaping": (
        chain(layers.Reshape((8, 8, 2, 2)), layers.Reshape((16, 4, 4)), conv()),
        conv(),
    ),
}


@pytest.mark.parametrize("name", UNDECIDED)
def test_what_other_layers_may_do_as_well_is_never_called_wrong(name):
    one, other = (model(build, IMAGE) for build in UNDECIDED[name])
    for comparison in (compare(one, other), compare(other, one)):
        assert comparison.outcome == "undecided"
        assert str(comparison).startswith("cannot tell: ")


def test_another_input_is_wrong_whatever_cannot_be_read():
    comparison = compare(model(lambda x: ops.abs(x), IMAGE), model(relu(), (9, 9, 4)))
    assert comparison.outcome == "different"


def test_the_same_outputs_of_one_operation_are_equal():
    def network(first):
        return model(lambda x: ops.unstack(x, axis=-1)[first], IMAGE)

    assert compare(network(1), network(1)).same
    assert not compare(network(0), network(1)).same


def test_a_tower_that_is_used_elsewhere_too_stays_a_tower():
    def network(shared):
        def build(x):
            first = conv(2)
            joined = layers.Concatenate()([first(x[..., :2]), conv(2)(x[..., 2:])])
            return conv(3, 1)(joined), (first if shared else conv(2))(x[..., 2:])

        return model(build, IMAGE)

    assert not compare(network(True), network(False)).same


def test_canonical_graph_forgets_what_nobody_uses():
    kinds = [
        node.kind for node in canonical(model(chain(conv(), layers.MaxPooling2D(), relu()), IMAGE)).nodes
    ]
    assert kinds == ["input", "conv", "activation", "pool"]


def test_unknown_topic_is_answered_with_those_there_are():
    network = model(conv(), IMAGE)
    with pytest.raises(ValueError) as caught:
        compare(network, network, strict=["colour"])
    assert str(caught.value) == (
        "strict names 'colour'; choose from alignment, bias, zeros, constants, initializers, regularizers"
    )
